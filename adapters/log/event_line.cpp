#include "adapters/log/event_line.hpp"

#include <array>
#include <string_view>

namespace vigie {

namespace {

struct level_look {
  std::string_view json;
  std::string_view human;
  std::string_view colour;
};

constexpr std::array looks{
    level_look{"debug", "DEBUG", "\x1b[90m"},
    level_look{"info", "INFO ", "\x1b[32m"},
    level_look{"warn", "WARN ", "\x1b[33m"},
    level_look{"error", "ERROR", "\x1b[31m"},
};
constexpr std::string_view plain = "\x1b[0m";

const level_look& look_of(log_level level) {
  auto i = static_cast<size_t>(level);
  return looks[i < looks.size() ? i : looks.size() - 1];
}

void append_unit(std::string& out, uint32_t unit) {
  constexpr std::string_view digits = "0123456789abcdef";
  out += "\\u";
  for (int shift = 12; shift >= 0; shift -= 4)
    out += digits[unit >> shift & 0xF];
}

/// As the inside of a JSON string. All that is_unprintable() names lies below U+10000.
void append_escaped(std::string& out, std::string_view text) {
  for (size_t at = 0; at < text.size();) {
    auto length = utf8_length(text, at);
    if (length == 0) {
      out += "\\ufffd";
      ++at;
      continue;
    }
    auto sequence = text.substr(at, length);
    auto point = utf8_code_point(sequence);
    at += length;
    if (point == '"' || point == '\\')
      out += '\\';
    if (point == '\n')
      out += "\\n";
    else if (point == '\t')
      out += "\\t";
    else if (is_unprintable(point))
      append_unit(out, point);
    else
      out += sequence;
  }
}

void append_member(std::string& out, std::string_view name, std::string_view value) {
  out += out.size() == 1 ? "\"" : ",\"";
  append_escaped(out, name);
  out += "\":\"";
  append_escaped(out, value);
  out += '"';
}

/// Cut only after masking: half a secret is no longer known as one.
std::string shown_value(const line_style& style, std::string_view name, std::string_view value) {
  auto shown = style.secrets.mask_field(name, value);
  if (shown.size() <= style.max_field_bytes)
    return shown;
  auto end = style.max_field_bytes;
  while (end > 0 && (static_cast<unsigned char>(shown[end]) & 0xC0) == 0x80)
    --end;
  shown.resize(end);
  return shown + "...";
}

bool is_framed(std::string_view name) {
  for (std::string_view taken : {"time", "level", "event", "node", "trace"})
    if (name == taken)
      return true;
  return false;
}

bool needs_quotes(std::string_view value) {
  return value.empty() || value.find_first_of(" \"=") != std::string_view::npos;
}

void append_pair(std::string& out, std::string_view name, std::string_view value) {
  auto text = strip_control(value);
  out += ' ';
  out += strip_control(name);
  out += '=';
  if (!needs_quotes(text)) {
    out += text;
    return;
  }
  out += '"';
  append_escaped(out, text);
  out += '"';
}

} // namespace

std::string json_line(const line_style& style, const event& what, wall_time now) {
  std::string out = "{";
  append_member(out, "time", to_rfc3339(now));
  append_member(out, "level", look_of(what.level).json);
  append_member(out, "event", what.name);
  if (!style.node.empty())
    append_member(out, "node", style.node);
  if (!what.trace.value.empty())
    append_member(out, "trace", what.trace.value);
  for (const auto& [name, value] : what.fields)
    append_member(out, is_framed(name) ? "field_" + name : name, shown_value(style, name, value));
  return out + "}";
}

std::string human_line(const line_style& style, const event& what, wall_time now) {
  const auto& look = look_of(what.level);
  auto out = to_rfc3339(now).substr(11, 12) + " ";
  if (style.colour)
    out += look.colour;
  out += look.human;
  if (style.colour)
    out += plain;
  out += ' ';
  out += strip_control(what.name);
  for (const auto& [name, value] : what.fields)
    append_pair(out, name, shown_value(style, name, value));
  if (!what.trace.value.empty())
    append_pair(out, "trace", what.trace.value);
  return out;
}

} // namespace vigie
