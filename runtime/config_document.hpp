// A TOML file as a plain tree in which every value knows its line and column. The TOML library ends at this header.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "messages/values/error.hpp"

namespace vigie {

/// Counted from 1; 0 = nowhere in a file.
struct file_position {
  uint32_t line = 0;
  uint32_t column = 0;

  friend auto operator<=>(const file_position&, const file_position&) = default;
};

/// One value. Only the field of its kind is used.
struct config_value {
  enum class kind : uint8_t { table, array, text, integer, number, boolean, date };

  kind type = kind::table;
  std::string text;
  int64_t integer = 0;
  double number = 0;
  bool boolean = false;
  std::vector<config_value> elements; ///< array
  std::vector<config_value> members;  ///< table, in the order of the file
  std::vector<uint32_t> by_name;      ///< places of the members, by their keys
  std::string key;                    ///< as a member of a table
  file_position key_at;
  file_position at;

  const config_value* find(std::string_view name) const;
};

/// "a table", "the integer 300", "the text \"x\"": for sentences. Long texts are cut.
std::string describe(const config_value& x);

/// The error's place is "line:column", its detail the parser's complaint and what to write instead where that is known.
result<config_value> parse_config_document(std::string_view text);

} // namespace vigie
