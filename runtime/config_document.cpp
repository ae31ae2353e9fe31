#include "runtime/config_document.hpp"

#include <algorithm>
#include <array>
#include <numeric>

#include <toml++/toml.h>

#include "runtime/config_nesting.hpp"

namespace vigie {

namespace {

file_position position(const toml::source_region& x) {
  return {x.begin.line, x.begin.column};
}

config_value convert(const toml::node& node);

config_value convert_table(const toml::table& table) {
  config_value out;
  for (auto&& [key, node] : table) {
    auto member = convert(node);
    member.key = std::string{key.str()};
    member.key_at = position(key.source());
    out.members.push_back(std::move(member));
  }
  std::stable_sort(out.members.begin(), out.members.end(),
                   [](const auto& a, const auto& b) { return a.key_at < b.key_at; });
  out.by_name.resize(out.members.size());
  std::iota(out.by_name.begin(), out.by_name.end(), 0);
  std::sort(out.by_name.begin(), out.by_name.end(),
            [&](uint32_t a, uint32_t b) { return out.members[a].key < out.members[b].key; });
  return out;
}

config_value convert(const toml::node& node) {
  using kind = config_value::kind;
  config_value out;
  if (auto* table = node.as_table()) {
    out = convert_table(*table);
  } else if (auto* array = node.as_array()) {
    out.type = kind::array;
    for (const auto& element : *array)
      out.elements.push_back(convert(element));
  } else if (auto* text = node.as_string()) {
    out.type = kind::text;
    out.text = text->get();
  } else if (auto* integer = node.as_integer()) {
    out.type = kind::integer;
    out.integer = integer->get();
  } else if (auto* number = node.as_floating_point()) {
    out.type = kind::number;
    out.number = number->get();
  } else if (auto* boolean = node.as_boolean()) {
    out.type = kind::boolean;
    out.boolean = boolean->get();
  } else {
    out.type = kind::date;
  }
  out.at = position(node.source());
  return out;
}

// What people most often mean by what the parser does not understand.
std::string hint(std::string_view complaint) {
  struct pair {
    std::string_view sign;
    std::string_view hint;
  };
  static constexpr std::array known{
      pair{"cannot redefine", "A key or table may stand in a file once; remove one of the two."},
      pair{"decimal integer: expected digit",
           "Durations, sizes and addresses are texts: write them in quotes, as in interval = \"5m\"."},
      pair{"expected value", "Write a value after the '='; texts stand in quotes."},
      pair{"table header", "A table is a line of its own: [name], or [[name]] for one of several."},
      pair{"parsing string",
           "Close the quote on the same line; a backslash in \"…\" is written twice, '…' takes it as it is."},
      pair{"parsing array", "Separate the elements by commas and close the bracket."},
      pair{"not representable", "The number does not fit; write a smaller one."},
      pair{"utf-8", "Save the file as UTF-8."},
      pair{"expected a comment or whitespace", "One key = value a line; texts stand in quotes."},
  };
  for (const auto& x : known)
    if (complaint.find(x.sign) != complaint.npos)
      return std::string{x.hint};
  return "See docs/configuration.md for the form of the file; it is TOML.";
}

} // namespace

const config_value* config_value::find(std::string_view name) const {
  auto i = std::lower_bound(by_name.begin(), by_name.end(), name,
                            [&](uint32_t at, std::string_view x) { return members[at].key < x; });
  return i != by_name.end() && members[*i].key == name ? &members[*i] : nullptr;
}

std::string describe(const config_value& x) {
  using kind = config_value::kind;
  switch (x.type) {
  case kind::table:
    return "a table";
  case kind::array:
    return "a list";
  case kind::text:
    return "the text \"" + (x.text.size() > 60 ? x.text.substr(0, 60) + "…" : x.text) + "\"";
  case kind::integer:
    return "the integer " + std::to_string(x.integer);
  case kind::number:
    return "a fractional number";
  case kind::boolean:
    return x.boolean ? "true" : "false";
  case kind::date:
    return "a date or time";
  }
  return "something unknown";
}

result<config_value> parse_config_document(std::string_view text) {
  if (auto problem = find_deep_nesting(text))
    return tl::unexpected(*problem);
  try {
    auto table = toml::parse(text, std::string_view{});
    auto out = convert_table(table);
    out.at = {1, 1};
    return out;
  } catch (const toml::parse_error& e) {
    auto at = position(e.source());
    std::string complaint{e.description()};
    return fail(errc::bad_config, complaint + "\n" + hint(complaint),
                std::to_string(at.line) + ":" + std::to_string(at.column));
  }
}

} // namespace vigie
