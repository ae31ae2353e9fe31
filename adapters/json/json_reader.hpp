// JSON in: a whole text, checked in every byte, as a read-only tree, or the part of the tree that is wanted.
#pragma once

#include <cstddef>
#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "adapters/json/json_projection.hpp"
#include "messages/values/error.hpp"

namespace vigie {

enum class json_kind : uint8_t { null, boolean, number, string, array, object };
/// "null", "boolean", …
std::string_view to_string(json_kind x);

/// One value as the reader stores it; only json_node looks inside. A value's children follow it directly.
struct json_cell {
  json_cell(json_kind what, std::string_view name, std::string_view content, const json_projection* kept_for)
      : kind(what), key(name), text(content), place(kept_for) {}

  json_kind kind;
  uint32_t children = 0;
  uint32_t span = 1;            ///< cells of this value, itself included: the next sibling is that far away
  std::string_view key;         ///< of the member whose value this is
  std::string_view text;        ///< string: unescaped; number, boolean: as written
  const json_projection* place; ///< of the projection, for which it was kept
};

class json_range;

/// A value of a document, which must outlive it. A cheap copy; thread-safe to read.
class json_node {
public:
  explicit json_node(const json_cell* cell) : cell_(cell) {}

  json_kind kind() const { return cell_->kind; }
  bool is_null() const { return kind() == json_kind::null; }
  /// The name under which the parent object has this value; empty elsewhere.
  std::string_view key() const { return cell_->key; }

  std::optional<std::string_view> as_string() const {
    return kind() == json_kind::string ? std::optional{cell_->text} : std::nullopt;
  }
  std::optional<bool> as_bool() const;
  /// Only of a number that is written as an integer and fits.
  std::optional<int64_t> as_int() const;
  /// The nearest double; nothing for a number beyond its range.
  std::optional<double> as_double() const;
  /// A number's own text ("1199.990"), so that money need not pass through a double.
  std::optional<std::string_view> as_decimal_text() const {
    return kind() == json_kind::number ? std::optional{cell_->text} : std::nullopt;
  }

  /// Elements or members; 0 for everything else.
  size_t size() const { return cell_->children; }
  /// Empty unless this is an array.
  json_range elements() const;
  /// Empty unless this is an object. In the order of the text, names that come twice included.
  json_range members() const;
  /// A member by name, the last of equal ones; nothing unless this is an object that has it.
  std::optional<json_node> find(std::string_view key) const;
  /// A member of a member of ... by the places that the parser's projection has for the names.
  std::optional<json_node> find(const std::vector<const json_projection*>& way) const;
  /// An element by index; nothing unless this is an array that long.
  std::optional<json_node> at(size_t index) const;

private:
  const json_cell* cell_;
};

/// Children of a node, for range-for.
class json_range {
public:
  class iterator {
  public:
    explicit iterator(const json_cell* at) : at_(at) {}
    json_node operator*() const { return json_node{at_}; }
    iterator& operator++() {
      at_ += at_->span;
      return *this;
    }
    friend bool operator==(const iterator&, const iterator&) = default;

  private:
    const json_cell* at_;
  };

  json_range(const json_cell* first, const json_cell* last) : first_(first), last_(last) {}
  iterator begin() const { return iterator{first_}; }
  iterator end() const { return iterator{last_}; }
  bool empty() const { return first_ == last_; }

private:
  const json_cell* first_;
  const json_cell* last_;
};

inline json_range json_node::elements() const {
  return {cell_ + 1, cell_ + (kind() == json_kind::array ? cell_->span : 1)};
}

inline json_range json_node::members() const {
  return {cell_ + 1, cell_ + (kind() == json_kind::object ? cell_->span : 1)};
}

inline std::optional<json_node> json_node::find(std::string_view key) const {
  const json_cell* out = nullptr;
  for (auto member : members())
    if (member.key() == key)
      out = member.cell_;
  return out ? std::optional{json_node{out}} : std::nullopt;
}

inline std::optional<json_node> json_node::find(const std::vector<const json_projection*>& way) const {
  const json_cell* at = cell_;
  for (const auto* place : way) {
    const json_cell* out = nullptr;
    for (auto member : json_node{at}.members())
      if (member.cell_->place == place)
        out = member.cell_;
    if (!out)
      return std::nullopt;
    at = out;
  }
  return json_node{at};
}

struct json_limits {
  size_t max_depth = 64;       ///< arrays and objects inside each other
  size_t max_bytes = 64 << 20; ///< of one text
  size_t keep_bytes = 1 << 20; ///< a parser gives back the memory of texts above this when the next one is smaller
};

/// Reads one text after the other with the same memory. Not thread-safe.
///
/// A text is UTF-8 (a byte order mark is skipped) and RFC 8259 to the letter, with these decisions: half a surrogate
/// pair in an escape becomes U+FFFD; numbers of any length are kept as text. Errors are errc::bad_request with a detail
/// such as "line 3, column 14: expected a value" and the place "3:14" (columns count bytes).
class json_parser {
public:
  explicit json_parser(json_limits limits = {});
  /// Checks all of a text as ever, and keeps of its tree what the projection says.
  explicit json_parser(json_projection wanted, json_limits limits = {});
  json_parser(json_parser&&) noexcept;
  json_parser& operator=(json_parser&&) noexcept;
  ~json_parser();

  /// The root, which lives until the next call or the parser's end. `text` is copied.
  result<json_node> parse(std::string_view text);

private:
  struct impl;
  std::unique_ptr<impl> impl_;
};

/// A text's tree on its own feet. Movable; nodes stay valid over a move.
class json_document {
public:
  json_document(json_parser owner, json_node root) : owner_(std::move(owner)), root_(root) {}

  json_node root() const { return root_; }

private:
  json_parser owner_;
  json_node root_;
};

/// For single, small texts such as request bodies and imports.
result<json_document> parse_json(std::string_view text, json_limits limits = {});

} // namespace vigie
