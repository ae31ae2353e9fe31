// Whether an alert fits the configuration that it will run under. Pure.
#pragma once

#include <map>
#include <string>
#include <vector>

#include "messages/values/alert.hpp"
#include "messages/values/error.hpp"
#include "messages/values/fetch.hpp"

namespace vigie {

/// Knows the sources and channels of one configuration. Copyable; the const members are thread-safe.
class alert_review {
public:
  alert_review() = default;
  alert_review(const std::vector<source_spec>& sources, const std::vector<channel_id>& channels);

  /// bad_request for a source or channel that there is not, with the names that there are and the one that was probably
  /// meant; `place` is its JSON pointer, which begins with `pointer`. errc::none: the alert may be taken.
  error refusal(const alert& what, const std::string& pointer = {}) const;

  /// Why the alert will tell less than its owner expects, a sentence each: what refusal() says of a stored one whose
  /// source or channel has gone, a source that is switched off, no channel, a query that is not asked or not given,
  /// conditions on fields that the source does not read. Empty: nothing is doubtful.
  std::vector<std::string> doubts(const alert& what) const;

  bool knows(const source_id& x) const;
  bool knows(const channel_id& x) const;

private:
  struct source_facts {
    bool enabled = true;
    bool has_query = false;
    bool knows_fields = false; ///< the format says what an item is
    std::vector<std::string> fields;
  };

  std::map<std::string, source_facts> sources_;
  std::vector<std::string> source_names_;
  std::vector<std::string> channel_names_; ///< sorted
};

} // namespace vigie
