// The event log: one line an event, JSON for machines, a short form for people.
#pragma once

#include <cstdint>
#include <functional>
#include <memory>
#include <string>

#include "actors/policy/redaction.hpp"
#include "adapters/ports/event_log.hpp"
#include "messages/values/error.hpp"
#include "messages/values/time.hpp"

namespace vigie {

enum class log_format : uint8_t { automatic, json, human };   ///< automatic: human on a terminal, else JSON
enum class log_colour : uint8_t { automatic, always, never }; ///< of the human form; automatic: on a terminal

struct log_config {
  log_format format = log_format::automatic;
  log_colour colour = log_colour::automatic;
  log_level level = log_level::info;
  std::string file;                  ///< appended to, made with mode 0600; empty = standard error
  std::string node;                  ///< stands in every JSON line
  redactor secrets;                  ///< besides what has the form of a secret
  size_t max_queued = 2048;          ///< lines that wait for the writer; above it the oldest are dropped and counted
  size_t max_field_bytes = 16 << 10; ///< of one value; the rest is cut and marked with "..."
  std::function<wall_time()> now;    ///< empty = the system's clock
};

/// JSON:
/// {"time":"2026-11-21T22:38:35.120Z","level":"info","event":"worker_banned","node":"main","trace":"…","worker":"…"};
/// all values are strings, a field whose name is taken by the frame gets "field_" in front.
/// Human: `22:38:35.120 INFO  worker_banned worker=worker-fr host=127.0.0.1:8080` (UTC).
///
/// Every field is redacted and made valid UTF-8; control bytes are escaped (JSON) or dropped (human). A thread of the
/// log writes, so emit() does not wait for a slow stream; destroying the log writes what is queued. bad_config: the
/// file cannot be opened, with its path and why.
result<std::unique_ptr<event_log>> make_event_log(log_config config);

} // namespace vigie
