// An extract_spec, checked and compiled: what adapters/extract/json_extractor.cpp works by.
#pragma once

#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "adapters/extract/json_path.hpp"
#include "messages/values/fetch.hpp"
#include "messages/values/item.hpp"

namespace vigie {

using text_member = optional<std::string> item::*;

struct field_name {
  std::string_view name;
  text_member member; ///< null for id, title and price
};

/// How one field of an item is read.
struct field_rule {
  field_name field;
  std::string path_text;
  json_path path;
  optional<size_t> column; ///< with a header row, once it was read

  bool required() const { return field.name == "id" || field.name == "title"; }
};

/// Values for where the page has none.
struct fixed_fields {
  optional<std::string> title;
  optional<cents> price;
  std::vector<std::pair<text_member, std::string>> texts;
};

struct extract_rules {
  json_path items;
  std::vector<field_rule> fields;
  fixed_fields fixed;
};

/// bad_config as make_json_extractor describes.
result<extract_rules> compile_rules(const extract_spec& spec);

/// "usd" is USD and "€" is EUR; what is neither stays as it is.
std::string normal_currency(std::string_view text);

} // namespace vigie
