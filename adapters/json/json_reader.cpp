#include "adapters/json/json_reader.hpp"

#include <algorithm>
#include <charconv>
#include <cstring>
#include <vector>

#include <simdjson.h>

#include "adapters/json/json_text.hpp"

namespace vigie {

namespace {

bool is_blank(char c) {
  return c == ' ' || c == '\t' || c == '\r' || c == '\n';
}

std::string_view trim_end(std::string_view x) {
  while (!x.empty() && is_blank(x.back()))
    x.remove_suffix(1);
  return x;
}

std::string_view describe(simdjson::error_code code) {
  switch (code) {
  case simdjson::EMPTY:
    return "the text is empty";
  case simdjson::INCOMPLETE_ARRAY_OR_OBJECT:
    return "the text ends too early: ] or } is missing";
  case simdjson::TAPE_ERROR:
    return "expected , or a closing ] or } or a \"key\": here";
  case simdjson::MEMALLOC:
    return "no memory for a text of this size";
  default:
    return simdjson::error_message(code);
  }
}

} // namespace

/// simdjson's first stage checks UTF-8 and the ends of strings and finds where tokens begin; what it finds is walked
/// once here, by the grammar, and every scalar is looked at. Of what is not wanted (a null `place`) no cell is made.
/// Why not by its on-demand front end: docs/decisions/0002-json-structure.md.
struct json_parser::impl {
  impl(json_projection wanted, json_limits x) : root(std::move(wanted)), limits(x), met(x.max_depth) {}

  struct failure {
    std::string what;
    const char* where;
  };
  using place = const json_projection*;

  /// A name without escapes as it was met, quotes included, and what was decided of it.
  struct met_name {
    const char* text = nullptr;
    size_t size = 0;
    uint64_t begin = 0; ///< its first bytes,
    uint64_t mask = 0;  ///< of which these count
    place inside = nullptr;
    place wanted = nullptr;

    met_name(std::string_view x, place there, place is_wanted)
        : text(x.data()), size(x.size()), inside(there), wanted(is_wanted) {
      std::memcpy(&begin, text, std::min(size, sizeof begin));
      std::memset(&mask, 0xff, std::min(size, sizeof mask));
    }

    /// It stands at `at`, before the end of the text (there is simdjson's padding behind that), and a colon follows.
    bool is_at(const char* at, const char* end) const {
      uint64_t here = 0;
      std::memcpy(&here, at, sizeof here);
      return (here & mask) == begin && size < static_cast<size_t>(end - at) && at[size] == ':' &&
             (size <= sizeof here || std::memcmp(at + sizeof here, text + sizeof here, size - sizeof here) == 0);
    }
  };
  static constexpr size_t max_met_names = 64; ///< of a depth

  json_projection root;
  json_limits limits;
  std::unique_ptr<simdjson::internal::dom_parser_implementation> structure;
  size_t capacity = 0;      ///< bytes that `structure` has room for
  std::vector<char> buffer; ///< the text and simdjson's padding; strings are unescaped in it
  size_t size = 0;
  const uint32_t* next = nullptr; ///< where the next token begins
  const uint32_t* last = nullptr;
  std::vector<json_cell> cells;
  /// The names of the last object at each depth: objects of a list mostly have the same ones in the same order.
  std::vector<std::vector<met_name>> met;
  std::optional<failure> failed;

  result<json_node> parse(std::string_view text);
  void load(std::string_view text);
  simdjson::error_code find_structure();
  void walk_document();
  bool value(const char* at, std::string_view key, size_t depth, place wanted);
  bool array(size_t self, size_t depth, place wanted);
  bool object(size_t self, size_t depth, place wanted);
  bool name(std::vector<met_name>& known, size_t index, place inside, std::string_view& key, place& wanted);
  bool scalar(const char* at, std::string_view key, place wanted);
  bool string(const char* at, std::string_view& out);

  const char* end() const { return buffer.data() + size; }
  /// The next token, which may be the end of the text: a blank, so that no token is expected there by mistake.
  const char* peek() const { return next != last ? buffer.data() + *next : end(); }
  const char* take() { return next != last ? buffer.data() + *next++ : end(); }
  bool only_blanks(const char* from, const char* to) const {
    while (from < to && is_blank(*from))
      ++from;
    return from == to;
  }

  bool give_up(std::string what, const char* where) {
    failed = failure{std::move(what), where};
    return false;
  }
  bool unexpected(const char* where) {
    return give_up(std::string{describe(where == end() ? simdjson::INCOMPLETE_ARRAY_OR_OBJECT : simdjson::TAPE_ERROR)},
                   where);
  }
};

result<json_node> json_parser::impl::parse(std::string_view text) {
  if (text.substr(0, 3) == "\xef\xbb\xbf")
    text.remove_prefix(3);
  if (text.size() > limits.max_bytes)
    return fail(errc::bad_request, "the text has " + std::to_string(text.size()) + " bytes, more than " +
                                       std::to_string(limits.max_bytes));
  load(text);
  walk_document();
  if (!failed)
    return json_node{cells.data()};
  // Positions are those of the text as given: the buffer may be unescaped in part.
  auto offset = std::min(failed->where ? static_cast<size_t>(failed->where - buffer.data()) : size, size);
  auto at = position_of(text, offset);
  return fail(errc::bad_request,
              "line " + std::to_string(at.line) + ", column " + std::to_string(at.column) + ": " + failed->what,
              std::to_string(at.line) + ":" + std::to_string(at.column));
}

void json_parser::impl::load(std::string_view text) {
  if (buffer.capacity() > limits.keep_bytes && text.size() <= limits.keep_bytes) {
    buffer = {};
    cells = {};
    structure.reset();
    capacity = 0;
  }
  failed.reset();
  cells.clear();
  for (auto& x : met)
    x.clear();
  size = text.size();
  if (buffer.size() < size + simdjson::SIMDJSON_PADDING)
    buffer.resize(size + simdjson::SIMDJSON_PADDING);
  if (size > 0)
    std::memcpy(buffer.data(), text.data(), size);
  std::memset(buffer.data() + size, ' ', simdjson::SIMDJSON_PADDING);
}

simdjson::error_code json_parser::impl::find_structure() {
  if (capacity < size || !structure) {
    auto room = std::max<size_t>(size, 4096);
    structure.reset();
    capacity = 0;
    if (auto code = simdjson::get_active_implementation()->create_dom_parser_implementation(
            room, simdjson::DEFAULT_MAX_DEPTH, structure))
      return code;
    capacity = room;
  }
  auto code = structure->stage1(reinterpret_cast<const uint8_t*>(buffer.data()), size, simdjson::stage1_mode::regular);
  next = structure->structural_indexes.get();
  last = next + structure->n_structural_indexes;
  return code;
}

void json_parser::impl::walk_document() {
  if (auto code = find_structure()) {
    auto flaw = find_string_flaw({buffer.data(), size});
    if (flaw)
      give_up(flaw->what, buffer.data() + flaw->offset);
    else
      give_up(std::string{describe(code)}, end());
    return;
  }
  cells.reserve(static_cast<size_t>(last - next));
  if (value(take(), {}, 1, &root) && next != last)
    give_up("there is something after the end of the value", peek());
}

bool json_parser::impl::value(const char* at, std::string_view key, size_t depth, place wanted) {
  if (*at == '"') {
    std::string_view text;
    if (!string(at, text))
      return false;
    if (wanted)
      cells.emplace_back(json_kind::string, key, text, wanted);
    return true;
  }
  bool is_array = *at == '[';
  if (!is_array && *at != '{')
    return scalar(at, key, wanted);
  if (depth > limits.max_depth)
    return give_up("nested deeper than " + std::to_string(limits.max_depth) + " levels", at);
  auto self = cells.size();
  if (wanted)
    cells.emplace_back(is_array ? json_kind::array : json_kind::object, key, std::string_view{}, wanted);
  if (!(is_array ? array(self, depth, wanted) : object(self, depth, wanted)))
    return false;
  if (wanted)
    cells[self].span = static_cast<uint32_t>(cells.size() - self);
  return true;
}

bool json_parser::impl::array(size_t self, size_t depth, place wanted) {
  uint32_t children = 0;
  if (*peek() == ']') {
    take();
  } else {
    for (const char* at = nullptr; !at || *at == ',';) {
      if (!value(take(), {}, depth + 1, wanted))
        return false;
      ++children;
      at = take();
      if (*at != ',' && *at != ']')
        return unexpected(at);
    }
  }
  if (wanted)
    cells[self].children = children;
  return true;
}

bool json_parser::impl::object(size_t self, size_t depth, place wanted) {
  uint32_t children = 0;
  if (*peek() == '}') {
    take();
  } else {
    size_t index = 0;
    for (const char* at = nullptr; !at || *at == ',';) {
      std::string_view key;
      place there = nullptr;
      if (!name(met[depth - 1], index++, wanted, key, there))
        return false;
      if (at = take(); *at != ':')
        return unexpected(at);
      if (!value(take(), key, depth + 1, there))
        return false;
      children += there ? 1 : 0;
      at = take();
      if (*at != ',' && *at != '}')
        return unexpected(at);
    }
  }
  if (wanted)
    cells[self].children = children;
  return true;
}

/// The name of an object's member, and whether its value is wanted.
bool json_parser::impl::name(std::vector<met_name>& known, size_t index, place inside, std::string_view& key,
                             place& wanted) {
  const char* at = take();
  if (index < known.size() && known[index].inside == inside && known[index].is_at(at, end())) {
    key = {at + 1, known[index].size - 2};
    wanted = known[index].wanted;
    return true;
  }
  if (*at != '"')
    return unexpected(at);
  auto escaped = find_string_end(at + 1).escaped;
  if (!string(at, key))
    return false;
  wanted = inside ? inside->find(key) : nullptr;
  if (escaped || index >= max_met_names || index > known.size())
    return true;
  met_name met_now{{at, key.size() + 2}, inside, wanted};
  if (index < known.size())
    known[index] = met_now;
  else
    known.push_back(met_now);
  return true;
}

bool json_parser::impl::scalar(const char* at, std::string_view key, place wanted) {
  auto token = trim_end({at, static_cast<size_t>(peek() - at)});
  auto kind = json_kind::null;
  if (is_json_number(token))
    kind = json_kind::number;
  else if (token == "true" || token == "false")
    kind = json_kind::boolean;
  else if (token != "null")
    return at == end() ? unexpected(at) : give_up("expected a value here", at);
  if (wanted)
    cells.emplace_back(kind, key, kind == json_kind::null ? std::string_view{} : token, wanted);
  return true;
}

/// The string whose opening quote is at `at`, unescaped.
bool json_parser::impl::string(const char* at, std::string_view& out) {
  const char* inside = at + 1;
  auto [quote, escaped] = find_string_end(inside);
  const char* behind = inside + quote + 1;
  if (behind != peek() && !only_blanks(behind, peek()))
    return give_up("expected nothing but a string here", at);
  out = {inside, quote};
  if (!escaped)
    return true;
  auto length = unescape_json(buffer.data() + (inside - buffer.data()), quote);
  if (!length)
    return give_up("this string has an escape that JSON does not know", at);
  out = {inside, *length};
  return true;
}

json_parser::json_parser(json_limits limits) : json_parser(json_projection::everything(), limits) {}
json_parser::json_parser(json_projection wanted, json_limits limits)
    : impl_(std::make_unique<impl>(std::move(wanted), limits)) {}
json_parser::json_parser(json_parser&&) noexcept = default;
json_parser& json_parser::operator=(json_parser&&) noexcept = default;
json_parser::~json_parser() = default;

result<json_node> json_parser::parse(std::string_view text) {
  return impl_->parse(text);
}

result<json_document> parse_json(std::string_view text, json_limits limits) {
  json_parser parser{limits};
  auto root = parser.parse(text);
  if (!root)
    return tl::unexpected<error>(root.error());
  return json_document{std::move(parser), *root};
}

std::string_view to_string(json_kind x) {
  static constexpr std::string_view names[] = {"null", "boolean", "number", "string", "array", "object"};
  return names[static_cast<size_t>(x)];
}

std::optional<bool> json_node::as_bool() const {
  return kind() == json_kind::boolean ? std::optional{cell_->text == "true"} : std::nullopt;
}

std::optional<int64_t> json_node::as_int() const {
  int64_t out = 0;
  auto end = cell_->text.data() + cell_->text.size();
  if (kind() != json_kind::number || std::from_chars(cell_->text.data(), end, out) != std::from_chars_result{end, {}})
    return std::nullopt;
  return out;
}

std::optional<double> json_node::as_double() const {
  double out = 0;
  auto end = cell_->text.data() + cell_->text.size();
  if (kind() != json_kind::number || std::from_chars(cell_->text.data(), end, out).ec != std::errc{})
    return std::nullopt;
  return out;
}

std::optional<json_node> json_node::at(size_t index) const {
  for (auto element : elements())
    if (index-- == 0)
      return element;
  return std::nullopt;
}

} // namespace vigie
