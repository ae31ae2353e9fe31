#include "adapters/extract/json_path.hpp"

#include <algorithm>
#include <charconv>

namespace vigie {

namespace {

tl::unexpected<error> bad_path(size_t at, std::string_view why) {
  return fail(errc::bad_config, "byte " + std::to_string(at + 1) + " of the path: " + std::string{why});
}

bool is_text(json_node x, std::string_view text) {
  if (auto string = x.as_string())
    return *string == text;
  if (auto number = x.as_decimal_text())
    return *number == text;
  return x.as_bool() && text == (*x.as_bool() ? "true" : "false");
}

} // namespace

result<json_path> json_path::parse(std::string_view text) {
  json_path out;
  size_t at = 0;
  while (at < text.size()) {
    if (text[at] == '[') {
      auto close = text.find(']', at);
      if (close == std::string_view::npos)
        return bad_path(at, "this [ has no ]");
      auto step = parse_bracket(text.substr(at + 1, close - at - 1), at);
      if (!step)
        return tl::unexpected<error>(step.error());
      out.steps_.push_back(std::move(*step));
      at = close + 1;
      continue;
    }
    if (!out.steps_.empty()) {
      if (text[at] != '.')
        return bad_path(at, "expected . or [ here");
      ++at;
    }
    auto end = std::min(text.find_first_of(".[]", at), text.size());
    if (end == at)
      return bad_path(at, "expected a key here");
    if (end < text.size() && text[end] == ']')
      return bad_path(end, "this ] has no [");
    out.steps_.push_back(step{step_kind::key, std::string{text.substr(at, end - at)}, {}, 0});
    at = end;
  }
  return out;
}

result<json_path::step> json_path::parse_bracket(std::string_view inside, size_t at) {
  step out;
  auto equals = inside.find('=');
  if (equals != std::string_view::npos) {
    out.kind = step_kind::where;
    out.key = inside.substr(0, equals);
    out.value = inside.substr(equals + 1);
    if (out.key.empty() || out.value.empty())
      return bad_path(at, "[key=value] needs both");
    return out;
  }
  out.kind = step_kind::index;
  auto end = inside.data() + inside.size();
  auto read = std::from_chars(inside.data(), end, out.index);
  if (inside.empty() || read.ec != std::errc{} || read.ptr != end)
    return bad_path(at, "brackets hold an index such as [0], or [key=value]");
  return out;
}

std::optional<json_path::arrival> json_path::take(const step& x, json_node from) {
  switch (x.kind) {
  case step_kind::key:
    if (auto found = from.find(x.key))
      return arrival{*found, 0};
    return std::nullopt;
  case step_kind::index:
    if (auto found = from.at(x.index))
      return arrival{*found, x.index};
    return std::nullopt;
  default:
    size_t index = 0;
    for (auto element : from.elements()) {
      auto member = element.find(x.key);
      if (member && is_text(*member, x.value))
        return arrival{element, index};
      ++index;
    }
    return std::nullopt;
  }
}

std::optional<json_node> json_path::find(json_node from) const {
  for (const auto& x : steps_) {
    auto next = take(x, from);
    if (!next)
      return std::nullopt;
    from = next->node;
  }
  return from;
}

std::string json_path::pointer(json_node from) const {
  std::string out;
  for (const auto& x : steps_) {
    auto next = take(x, from);
    if (x.kind == step_kind::key)
      out += pointer_token(x.key);
    else if (x.kind == step_kind::index || next)
      out += "/" + std::to_string(next ? next->index : x.index);
    else
      out += "/[" + x.key + "=" + x.value + "]";
    if (!next)
      break;
    from = next->node;
  }
  return out;
}

std::string pointer_token(std::string_view key) {
  std::string out = "/";
  for (char c : key)
    if (c == '~')
      out += "~0";
    else if (c == '/')
      out += "~1";
    else
      out += c;
  return out;
}

} // namespace vigie
