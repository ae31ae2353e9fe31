// Port: structured events, one line each.
#pragma once

#include <atomic>
#include <functional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "messages/values/error.hpp"
#include "messages/values/ids.hpp"

namespace vigie {

enum class log_level : uint8_t { debug, info, warn, error, off };

/// `name` is the event's fixed name ("worker_banned"); fields are its facts. Text of fields may come from pages: the
/// adapter escapes it. Secrets are redacted by the adapter by the rules of actors/policy/redaction.hpp.
struct event {
  log_level level = log_level::info;
  std::string_view name;
  trace_id trace;
  std::vector<std::pair<std::string, std::string>> fields;
};

/// Thread-safe; never throws, never blocks for long.
class event_log {
public:
  virtual ~event_log() = default;

  virtual void emit(const event& what) = 0;

  using written = std::function<void(error)>;
  /// For a line that somebody is owed: it is written whatever the threshold, and `done` is called exactly once, on a
  /// thread of the adapter or, for an immediate refusal, on the caller's. errc::none: the stream has taken all of it.
  /// store_unavailable: it takes nothing, or not all (a full disk, a reader that went away or stopped reading), with
  /// why. busy: too many wait. It must not block.
  virtual void write_through(const event& what, written done) = 0;

  log_level threshold() const { return threshold_.load(std::memory_order_relaxed); }
  void set_threshold(log_level x) { threshold_.store(x, std::memory_order_relaxed); }
  bool enabled(log_level x) const { return x >= threshold(); }

private:
  std::atomic<log_level> threshold_{log_level::info};
};

} // namespace vigie
