// What a source says of its pages, checked and compiled: what adapters/extract/json_extractor.cpp works by.
#pragma once

#include <array>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "actors/policy/address_base.hpp"
#include "adapters/extract/json_path.hpp"
#include "adapters/ports/extractor.hpp"
#include "messages/values/fetch.hpp"
#include "messages/values/item.hpp"
#include "messages/values/page_note.hpp"

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

/// Of what is read from one page, in whatever format it comes.
struct item_limits {
  size_t rows = 100'000;         ///< items
  size_t value_bytes = 64 << 10; ///< of one field; with a longer id or title an item is left out, any other is not kept
  size_t table_bytes = 64 << 20; ///< of all fields
};

/// "is longer than 64 KiB".
std::string too_long(const item_limits& limits);
/// "the page has more than 100000 items, or more than 64 MiB of fields".
std::string too_many(const item_limits& limits);

/// Why an entry of a page is no item.
enum class odd_entry : uint8_t { without_id, without_title, too_long, no_item };

/// An entry that is no item, and what is wrong with it, as bad_page with its place.
struct odd_one {
  odd_entry kind;
  error why;
};

/// Counts what has been read of a page, entry by entry: an odd one costs only itself.
class item_count {
public:
  explicit item_count(const item_limits& limits) : limits_(limits) {}
  /// False: one of the limits is passed.
  bool add(const item& x);
  /// The same for an entry that is no item.
  bool leave_out(odd_one x);
  /// The page is at its end: says in it what was left out. Nothing but odd entries is no page of this source: what is
  /// wrong with the first one.
  optional<error> close(extraction& page) const;

private:
  static constexpr size_t kinds = 4;

  const item_limits& limits_;
  size_t rows_ = 0;
  size_t bytes_ = 0;
  optional<error> first_{};
  std::array<uint64_t, kinds> left_out_{};
  std::array<std::string, kinds> places_{}; ///< of the first of each kind
};

/// Values for where the page has none.
struct fixed_fields {
  optional<std::string> title;
  optional<cents> price;
  std::vector<std::pair<text_member, std::string>> texts;
  std::string url_template; ///< of an item's address, with {id}
};

/// What only a page without a match has: a path that leads to something, or to this very value.
struct empty_sign {
  json_path path;
  std::optional<std::string> value; ///< as text; "null" and "false" too
  bool stands_in(json_node root) const;
};

struct extract_rules {
  json_path items;
  std::vector<field_rule> fields;
  fixed_fields fixed;
  std::optional<empty_sign> empty;
  std::optional<json_path> next;   ///< from the page's root to the cursor or next URL
  std::optional<field_rule> dated; ///< each item's date
};

/// bad_config as make_json_extractor describes.
result<extract_rules> compile_rules(const source_spec& source);

/// What is written relative to its page: the url and the photo.
inline bool is_address(const field_name& x) {
  return x.member == &item::url || x.member == &item::photo;
}

/// Some field of these is.
bool asks_address(const std::vector<field_rule>& fields);

/// What a text is for its field, on a page with that base: an address is absolute, a currency a code.
std::string value_of_text(const field_name& field, std::string_view text, const address_base& base);

/// null for what is no field of an item.
const field_name* find_field(std::string_view name);
/// The constants of a spec and its url_template; bad_config with its place.
result<fixed_fields> compile_constants(const extract_spec& spec);
/// bad_config for a name that is no field of an item.
tl::unexpected<error> unknown_field(const std::string& name, const std::string& place);
/// Fills what the page left empty; `currency_said` is what the price's text said.
void fill_fixed(const fixed_fields& fixed, const std::string& currency_said, item& x);

/// Notes of fields that are kept of one page; of those behind them only the number.
inline constexpr size_t max_field_notes = 200;
/// False: another note is only counted.
inline bool keeps_notes(const extraction& page) {
  return page.notes.size() < max_field_notes;
}
void note_field(extraction& page, field_note what);

/// Of an entry that is left out, notes do not stay.
class notes_so_far {
public:
  explicit notes_so_far(const extraction& page) : kept_(page.notes.size()), cut_(page.notes_cut) {}
  void restore(extraction& page) const {
    page.notes.resize(kept_);
    page.notes_cut = cut_;
  }

private:
  size_t kept_;
  uint64_t cut_;
};

/// Where what extract.empty names is on a page with items: a selector of items that finds nothing one day would pass
/// for an empty search.
void note_idle_empty_sign(extraction& page);

/// What stands where a price is expected.
struct price_found {
  optional<cents> price;
  std::string currency{}; ///< that the text says
  std::string why{};      ///< not empty: it is worth a note, and there is no price
  std::string amount{};   ///< the amount that was read and is no price
  std::string text{};     ///< with why: what stands there, or its beginning
};
price_found price_of_text(std::string_view text, price_unit unit);
/// Of a JSON number's own text.
price_found price_of_number(std::string_view number, price_unit unit);
/// The same for the notes of the page.
page_note note_of_price(const price_found& x, std::string place);

/// "usd" is USD and "€" is EUR; what is neither stays as it is.
std::string normal_currency(std::string_view text);

} // namespace vigie
