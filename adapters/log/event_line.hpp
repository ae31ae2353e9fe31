// From an event to its line, in both forms.
#pragma once

#include <cstddef>
#include <string>

#include "actors/policy/redaction.hpp"
#include "adapters/ports/event_log.hpp"
#include "messages/values/time.hpp"

namespace vigie {

/// What a line is made with besides the event. Thread-safe to use: all const.
struct line_style {
  std::string node;
  redactor secrets;
  size_t max_field_bytes = 0;
  bool colour = false;
};

/// Without the line end; both are valid UTF-8 without any raw control byte but the colours.
std::string json_line(const line_style& style, const event& what, wall_time now);
std::string human_line(const line_style& style, const event& what, wall_time now);

} // namespace vigie
