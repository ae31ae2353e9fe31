// An event_log that keeps the events for the test to read.
#pragma once

#include <map>
#include <mutex>
#include <string>
#include <vector>

#include "adapters/ports/event_log.hpp"

namespace vigie {

/// Thread-safe. A line that is written through is kept whatever the threshold. Keeps every event that reaches the
/// threshold (debug, unless the test raises it), unredacted.
class fake_event_log : public event_log {
public:
  struct record {
    log_level level = log_level::info;
    std::string name;
    trace_id trace;
    std::map<std::string, std::string> fields; ///< the last of equal names

    std::string field(const std::string& name) const; ///< empty if there is none
  };

  fake_event_log() { set_threshold(log_level::debug); }

  void emit(const event& what) override;
  void write_through(const event& what, written done) override;
  /// Lines that are written through are refused with this from now on; errc::none = taken again.
  void refuse_lines(error why);

  std::vector<record> events() const;
  std::vector<record> events(const std::string& name) const; ///< those of one name
  size_t count(const std::string& name) const;
  void clear();

private:
  void keep(const event& what);

  mutable std::mutex mutex_;
  error refusal_;
  std::vector<record> events_;
};

} // namespace vigie
