// An alert: what somebody wants to hear about.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "messages/values/ids.hpp"
#include "messages/values/optional.hpp"
#include "messages/values/time.hpp"

namespace vigie {

/// Money is in hundredths of the currency's unit, whatever the currency.
using cents = int64_t;

/// The conditions of one alert, all of which an item must meet. Empty lists and absent bounds always hold.
/// A field that is missing from the item fails a condition on it.
struct match_conditions {
  /// A keyword is one or more whole words (in a row) of the title; "~kw" is a substring. See
  /// actors/policy/alert_match.hpp.
  std::vector<std::string> all;
  std::vector<std::string> any;
  std::vector<std::string> none;
  optional<cents> price_min;           ///< inclusive
  optional<cents> price_max;           ///< inclusive
  std::string currency;                ///< ISO 4217; empty = any, else the item's must be equal
  std::vector<std::string> conditions; ///< one of them, compared without case
  std::vector<std::string> brands;     ///< one of them, compared without case
  std::vector<std::string> sizes;      ///< one of them, compared without case
  bool fold_accents = false;           ///< "etui" also finds "étui"

  friend bool operator==(const match_conditions&, const match_conditions&) = default;
};

struct alert {
  alert_id id;
  std::string name;
  source_id source;
  std::string query; ///< fills {query} of the source's URL template
  match_conditions when;
  std::vector<channel_id> channels;
  bool enabled = true;
  /// The first run only learns what is there and notifies nothing.
  bool baseline = true;
  bool baseline_done = false;
  std::string paused_why{}; ///< why vigie itself disabled it, as "the page is gone (410)"; empty = it did not

  friend bool operator==(const alert&, const alert&) = default;
};

} // namespace vigie
