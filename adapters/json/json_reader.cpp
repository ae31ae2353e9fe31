#include "adapters/json/json_reader.hpp"

#include <algorithm>
#include <bit>
#include <charconv>
#include <cstring>
#include <vector>

#ifdef __SSE2__
#include <emmintrin.h>
#endif

#include <simdjson.h>

#include "adapters/json/json_text.hpp"

namespace vigie {

namespace {

namespace ondemand = simdjson::ondemand;

bool is_blank(char c) {
  return c == ' ' || c == '\t' || c == '\r' || c == '\n';
}

std::string_view trim_end(std::string_view x) {
  while (!x.empty() && is_blank(x.back()))
    x.remove_suffix(1);
  return x;
}

std::string_view trim(std::string_view x) {
  while (!x.empty() && is_blank(x.front()))
    x.remove_prefix(1);
  return trim_end(x);
}

/// Where the quote stands that closes a string whose inside starts at `inside`, and whether there are escapes before it.
struct string_end {
  size_t quote;
  bool escaped;
};

/// Stage 1 of simdjson let no string through that is not closed, and behind the text there is padding.
string_end find_string_end(const char* inside) {
  size_t at = 0;
#ifdef __SSE2__
  for (auto quote = _mm_set1_epi8('"'), backslash = _mm_set1_epi8('\\');; at += 16) {
    auto block = _mm_loadu_si128(reinterpret_cast<const __m128i*>(inside + at));
    auto quotes = static_cast<uint32_t>(_mm_movemask_epi8(_mm_cmpeq_epi8(block, quote)));
    auto escapes = static_cast<uint32_t>(_mm_movemask_epi8(_mm_cmpeq_epi8(block, backslash)));
    if ((quotes | escapes) == 0)
      continue;
    auto first = static_cast<size_t>(std::countr_zero(quotes | escapes));
    at += first;
    if ((quotes >> first & 1) != 0)
      return {at, false};
    break;
  }
#endif
  bool escaped = false;
  for (; inside[at] != '"'; ++at)
    if (inside[at] == '\\') {
      escaped = true;
      ++at;
    }
  return {at, escaped};
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

/// Walks the whole text once with simdjson's on-demand iterator, which finds the structure; what it leaves unchecked
/// (scalars that nobody asks for) is checked here. Of what is not wanted (a null `place`) no cell is made.
struct json_parser::impl {
  impl(json_projection wanted, json_limits x) : root(std::move(wanted)), limits(x) {}

  struct failure {
    std::string what;
    const char* where;
  };

  using place = const json_projection*;

  json_projection root;
  json_limits limits;
  ondemand::parser parser;
  std::vector<char> buffer; ///< the text and simdjson's padding; strings are unescaped in it
  size_t size = 0;
  std::vector<json_cell> cells;
  std::optional<failure> failed;

  result<json_node> parse(std::string_view text);
  void load(std::string_view text);
  void walk_document();
  bool value(ondemand::value x, std::string_view key, size_t depth, place wanted);
  bool array(ondemand::value& x, size_t self, size_t depth, place wanted);
  bool object(ondemand::value& x, size_t self, size_t depth, place wanted);
  bool scalar(std::string_view token, std::string_view key, place wanted);
  bool string(std::string_view token, std::string_view key, place wanted);
  std::optional<std::string_view> unescaped(const char* text, string_end end);
  bool give_up(std::string what, const char* where) {
    failed = failure{std::move(what), where};
    return false;
  }
  bool give_up(simdjson::error_code code, const char* where) {
    bool at_end = !where || where >= buffer.data() + size;
    if (code == simdjson::TAPE_ERROR && at_end)
      code = simdjson::INCOMPLETE_ARRAY_OR_OBJECT;
    return give_up(std::string{describe(code)}, where);
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
    parser = ondemand::parser{};
  }
  failed.reset();
  cells.clear();
  size = text.size();
  if (buffer.size() < size + simdjson::SIMDJSON_PADDING)
    buffer.resize(size + simdjson::SIMDJSON_PADDING);
  if (size > 0)
    std::memcpy(buffer.data(), text.data(), size);
  std::memset(buffer.data() + size, ' ', simdjson::SIMDJSON_PADDING);
}

void json_parser::impl::walk_document() {
  ondemand::document document;
  simdjson::padded_string_view padded{buffer.data(), size, buffer.size()};
  if (auto code = parser.iterate(padded).get(document)) {
    auto flaw = find_string_flaw({buffer.data(), size});
    if (flaw)
      give_up(flaw->what, buffer.data() + flaw->offset);
    else
      give_up(code, nullptr);
    return;
  }
  auto text = trim({buffer.data(), size});
  if (text.empty()) {
    give_up(simdjson::EMPTY, nullptr);
    return;
  }
  if (text[0] != '{' && text[0] != '[') {
    scalar(text, {}, &root);
    return;
  }
  ondemand::value whole;
  if (auto code = document.get_value().get(whole)) {
    give_up(code, document.current_location().value_unsafe());
    return;
  }
  if (value(whole, {}, 1, &root) && document.current_location().error() != simdjson::OUT_OF_BOUNDS)
    give_up("there is something after the end of the value", document.current_location().value_unsafe());
}

bool json_parser::impl::value(ondemand::value x, std::string_view key, size_t depth, place wanted) {
  auto token = x.raw_json_token();
  bool is_array = !token.empty() && token[0] == '[';
  if (!is_array && (token.empty() || token[0] != '{'))
    return scalar(token, key, wanted);
  if (depth > limits.max_depth)
    return give_up("nested deeper than " + std::to_string(limits.max_depth) + " levels", token.data());
  auto self = cells.size();
  if (wanted)
    cells.push_back(json_cell{is_array ? json_kind::array : json_kind::object, 0, 1, key, {}});
  if (!(is_array ? array(x, self, depth, wanted) : object(x, self, depth, wanted)))
    return false;
  if (wanted)
    cells[self].span = static_cast<uint32_t>(cells.size() - self);
  return true;
}

bool json_parser::impl::array(ondemand::value& x, size_t self, size_t depth, place wanted) {
  auto begin = x.raw_json_token().data();
  ondemand::array list;
  if (auto code = x.get_array().get(list))
    return give_up(code, begin);
  uint32_t children = 0;
  for (auto&& element : list) {
    ondemand::value child;
    if (auto code = std::move(element).get(child))
      return give_up(code, x.current_location().value_unsafe());
    if (!value(child, {}, depth + 1, wanted))
      return false;
    ++children;
  }
  if (wanted)
    cells[self].children = children;
  return true;
}

bool json_parser::impl::object(ondemand::value& x, size_t self, size_t depth, place wanted) {
  auto begin = x.raw_json_token().data();
  ondemand::object list;
  if (auto code = x.get_object().get(list))
    return give_up(code, begin);
  uint32_t children = 0;
  for (auto&& member : list) {
    ondemand::field field;
    if (auto code = std::move(member).get(field))
      return give_up(code, x.current_location().value_unsafe());
    auto name = field.key().raw();
    auto key = unescaped(name, find_string_end(name));
    if (!key)
      return false;
    auto there = wanted ? wanted->find(*key) : nullptr;
    if (!value(field.value(), *key, depth + 1, there))
      return false;
    children += there ? 1 : 0;
  }
  if (wanted)
    cells[self].children = children;
  return true;
}

bool json_parser::impl::scalar(std::string_view token, std::string_view key, place wanted) {
  token = trim_end(token);
  if (!token.empty() && token[0] == '"')
    return string(token, key, wanted);
  auto kind = json_kind::null;
  if (is_json_number(token))
    kind = json_kind::number;
  else if (token == "true" || token == "false")
    kind = json_kind::boolean;
  else if (token != "null")
    return give_up("expected a value here", token.data());
  if (wanted)
    cells.push_back(json_cell{kind, 0, 1, key, kind == json_kind::null ? std::string_view{} : token});
  return true;
}

bool json_parser::impl::string(std::string_view token, std::string_view key, place wanted) {
  auto inside = token.substr(1);
  auto end = find_string_end(inside.data());
  if (end.quote + 1 != inside.size())
    return give_up("expected nothing but a string here", token.data());
  auto text = unescaped(inside.data(), end);
  if (!text)
    return false;
  if (wanted)
    cells.push_back(json_cell{json_kind::string, 0, 1, key, *text});
  return true;
}

std::optional<std::string_view> json_parser::impl::unescaped(const char* text, string_end end) {
  if (!end.escaped)
    return std::string_view{text, end.quote};
  auto mutable_text = buffer.data() + (text - buffer.data());
  auto length = unescape_json(mutable_text, end.quote);
  if (!length) {
    give_up("this string has an escape that JSON does not know", text - 1);
    return std::nullopt;
  }
  return std::string_view{text, *length};
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
