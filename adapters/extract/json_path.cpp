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

bool is_absent(json_node x) {
  return x.is_null() || (x.as_string() && x.as_string()->find_first_not_of(" \t\r\n") == std::string_view::npos);
}

} // namespace

result<json_path> json_path::parse(std::string_view text) {
  json_path out;
  size_t at = 0;
  if (text.size() > max_path_bytes)
    return fail(errc::bad_config, "the path is longer than " + std::to_string(max_path_bytes) + " bytes");
  while (at < text.size()) {
    if (out.steps_.size() == max_path_steps)
      return bad_path(at, "this is more than " + std::to_string(max_path_steps) + " steps");
    if (text[at] == '[') {
      auto close = text.find(']', at);
      if (close == std::string_view::npos)
        return bad_path(at, "this [ has no ]");
      auto step = parse_bracket(text.substr(at + 1, close - at - 1), at);
      if (!step)
        return tl::unexpected<error>(step.error());
      out.wild_ = out.wild_ || step->kind == step_kind::any;
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
  if (inside == "*") {
    out.kind = step_kind::any;
    return out;
  }
  out.kind = step_kind::index;
  auto end = inside.data() + inside.size();
  auto read = std::from_chars(inside.data(), end, out.index);
  if (inside.empty() || read.ec != std::errc{} || read.ptr != end)
    return bad_path(at, "brackets hold an index such as [0], [*], or [key=value]");
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

json_projection& json_path::keep_in(json_projection& from) {
  auto* at = &from;
  places_.clear();
  // An array's elements are at its place, so the steps into arrays lead nowhere else.
  for (const auto& x : steps_)
    if (x.kind == step_kind::key)
      places_.push_back(at = &at->member(x.key));
    else if (x.kind == step_kind::where)
      at->member(x.key);
  if (places_.size() != steps_.size())
    places_.clear();
  return *at;
}

std::optional<json_node> json_path::find_by_steps(json_node from) const {
  if (wild_) {
    std::optional<json_node> out;
    each(from, [&](json_node x, const std::string&) {
      if (!is_absent(x))
        out = x;
      return !out;
    });
    return out;
  }
  for (const auto& x : steps_) {
    auto next = take(x, from);
    if (!next)
      return std::nullopt;
    from = next->node;
  }
  return from;
}

bool json_path::each(json_node from, const visitor& visit) const {
  size_t at = 0;
  std::string pointer;
  for (; at < steps_.size() && steps_[at].kind != step_kind::any; ++at) {
    auto next = take(steps_[at], from);
    if (!next)
      return false;
    put(pointer, steps_[at], next);
    from = next->node;
  }
  if (from.kind() != json_kind::array && at < steps_.size())
    return false;
  each_behind(at, from, pointer, visit);
  return true;
}

bool json_path::each_behind(size_t at, json_node from, const std::string& pointer, const visitor& visit) const {
  if (at == steps_.size())
    return visit(from, pointer);
  const auto& x = steps_[at];
  if (x.kind != step_kind::any) {
    auto next = take(x, from);
    if (!next)
      return true;
    auto here = pointer;
    put(here, x, next);
    return each_behind(at + 1, next->node, here, visit);
  }
  size_t index = 0;
  for (auto element : from.elements())
    if (!each_behind(at + 1, element, pointer + "/" + std::to_string(index++), visit))
      return false;
  return true;
}

void json_path::put(std::string& pointer, const step& x, const std::optional<arrival>& next) {
  if (x.kind == step_kind::key)
    pointer += pointer_token(x.key);
  else if (x.kind == step_kind::any)
    pointer += "/[*]";
  else if (x.kind == step_kind::index || next)
    pointer += "/" + std::to_string(next ? next->index : x.index);
  else
    pointer += "/[" + x.key + "=" + x.value + "]";
}

std::string json_path::pointer(json_node from) const {
  std::string out;
  if (wild_) {
    bool found = false;
    each(from, [&](json_node x, const std::string& where) {
      if (!is_absent(x)) {
        out = where;
        found = true;
      }
      return !found;
    });
    if (found)
      return out;
  }
  bool behind = false;
  for (const auto& x : steps_) {
    behind = behind || x.kind == step_kind::any;
    auto next = behind ? std::nullopt : take(x, from);
    // A [*] stays where there was an array to search, and the rest with it.
    if (x.kind == step_kind::any && from.kind() != json_kind::array)
      break;
    put(out, x, next);
    if (next)
      from = next->node;
    else if (!behind)
      break;
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
