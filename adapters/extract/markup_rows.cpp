#include "adapters/extract/markup_rows.hpp"

#include <algorithm>

#include "actors/policy/ascii.hpp"
#include "actors/policy/css_xpath.hpp"
#include "adapters/extract/unseen_text.hpp"

namespace vigie {

namespace {

result<markup_query> compile_query(const std::string& text, const extract_spec& spec, const std::string& place,
                                   css_scope scope) {
  if (text.empty())
    return fail(errc::bad_config, "the selector is empty", place);
  markup_limits limits;
  if (text.size() > limits.selector_bytes)
    return fail(errc::bad_config, "the selector is longer than " + std::to_string(limits.selector_bytes) + " bytes",
                place);
  markup_query out{text};
  if (spec.selectors == selector_kind::xpath) {
    out.xpath = text;
    return out;
  }
  auto dialect = spec.framing == page_framing::html ? css_dialect::html : css_dialect::xml;
  auto css = parse_css(text, dialect, scope);
  if (!css)
    return fail(errc::bad_config, css.error().detail, place);
  out.css = std::move(*css);
  out.xpath = to_xpath(out.css, dialect, scope);
  return out;
}

/// The first that is selected is all that is asked for.
void only_first(markup_query& x, css_dialect dialect, css_scope scope) {
  if (!x.css.empty())
    x.xpath = to_xpath(x.css, dialect, scope, css_wanted::first);
}

/// With its last element left away, a selector says where a list stands, be it empty or not.
std::string list_of(const markup_query& items, css_dialect dialect) {
  std::vector<css_selector> lists;
  for (const auto& x : items.css)
    if (x.steps.size() > 1) {
      lists.push_back(x);
      lists.back().steps.pop_back();
    }
  return to_xpath(lists, dialect, css_scope::document);
}

result<markup_query> compile_items(const extract_spec& spec) {
  if (spec.items.empty())
    return fail(errc::bad_config, "say which elements are the items, as items = \"div.item\"", "extract.items");
  auto out = compile_query(spec.items, spec, "extract.items", css_scope::document);
  if (!out)
    return out;
  for (const auto& x : out->css) {
    if (x.output != css_output::unsaid)
      return fail(errc::bad_config, "items are elements: leave ::text and ::attr() away", "extract.items");
    if (x.steps.empty())
      return fail(errc::bad_config, "the selector names no element", "extract.items");
  }
  return out;
}

/// Of words with one space between each, which stay as they are. The text begins with a word, or is empty.
size_t settled_run(std::string_view text) {
  size_t at = 0;
  auto blank = [&](size_t i) { return i >= text.size() || is_markup_blank(text[i]); };
  while (!blank(at) || (at < text.size() && text[at] == ' ' && !blank(at + 1)))
    ++at;
  return at;
}

} // namespace

result<markup_queries> compile_queries(const extract_spec& spec, const std::string& next, bool next_is_url,
                                       const std::string& dated) {
  markup_queries out;
  out.dialect = spec.framing == page_framing::html ? css_dialect::html : css_dialect::xml;
  out.namespaces = spec.namespaces;
  auto items = compile_items(spec);
  if (!items)
    return tl::unexpected<error>(items.error());
  out.items = std::move(*items);
  out.list = list_of(out.items, out.dialect);
  auto columns = spec.fields;
  if (!dated.empty())
    columns["~dated"] = dated; // behind all others
  for (const auto& [name, text] : columns) {
    auto place = name == "~dated" ? "sanity.dated" : "extract.fields." + name;
    auto query = compile_query(text, spec, place, css_scope::node);
    if (!query)
      return tl::unexpected<error>(query.error());
    if (name == "title")
      query->all = query->xpath;
    only_first(*query, out.dialect, css_scope::node);
    out.columns.push_back(std::move(*query));
    out.addresses.push_back(name == "url" || name == "photo");
    out.prices.push_back(name == "price");
    out.places.push_back(std::move(place));
  }
  if (!spec.empty.empty()) {
    auto query = compile_query(spec.empty, spec, "extract.empty", css_scope::document);
    if (!query)
      return tl::unexpected<error>(query.error());
    out.empty = std::move(*query);
  }
  if (next.empty())
    return out;
  out.next_is_url = next_is_url;
  // Of a link, its address is meant.
  auto plain = spec.selectors == selector_kind::css && next_is_url && next.find("::") == next.npos;
  auto query = compile_query(plain ? next + "::attr(href)" : next, spec, "paging.next", css_scope::document);
  if (!query)
    return tl::unexpected<error>(query.error());
  only_first(*query, out.dialect, css_scope::document);
  out.next = std::move(*query);
  return out;
}

void markup_rows::clear(size_t columns, const markup_limits& limits) {
  limits_ = limits;
  columns_ = columns;
  rows_ = bytes_ = 0;
  cells_.clear();
  bases_.clear();
  next_bases.clear();
  list_seen = false;
  base.reset();
  next.reset();
}

bool markup_rows::add_row() {
  if (rows_ >= limits_.rows)
    return false;
  ++rows_;
  cells_.resize(rows_ * columns_);
  return true;
}

bool markup_rows::put(size_t row, size_t column, std::string value) {
  auto& to = cells_[row * columns_ + column];
  if (to && !to->empty())
    return true;
  bytes_ += value.size();
  to = std::move(value);
  return bytes_ <= limits_.table_bytes;
}

const std::string& markup_rows::bases(size_t row, size_t column) const {
  static const std::string none;
  auto i = bases_.find(row * columns_ + column);
  return i == bases_.end() ? none : i->second;
}

bool markup_rows::put_bases(size_t row, size_t column, std::string bases) {
  bytes_ += bases.size();
  bases_[row * columns_ + column] = std::move(bases);
  return bytes_ <= limits_.table_bytes;
}

void text_collector::add(std::string_view piece) {
  while (!piece.empty() && !full()) {
    size_t blanks = 0;
    while (blanks < piece.size() && is_markup_blank(piece[blanks]))
      ++blanks;
    blank_ = blank_ || blanks > 0;
    piece.remove_prefix(blanks);
    auto size = settled_run(piece);
    if (size == 0)
      break;
    if (blank_ && !text_.empty())
      text_ += ' ';
    blank_ = false;
    if (crossed_ > 0)
      put_mark(piece);
    if (marks_ && !digits_)
      digits_ = piece.substr(0, size).find_first_of("0123456789") != piece.npos;
    text_ += piece.substr(0, std::min(size, limit_ + 1 - std::min(text_.size(), limit_ + 1)));
    piece.remove_prefix(size);
  }
}

void text_collector::cross(price_mark element, int step) {
  ++crossed_;
  if (element == price_mark::raised)
    raised_ += step;
  else if (element == price_mark::struck)
    struck_ += step;
  else if (element == price_mark::own)
    own_ = std::max(own_ + step, 0);
}

/// Behind a number, all of them can tell what belongs to it; before one, only where letters would become one word.
void text_collector::put_mark(std::string_view next) {
  auto in_word = [](char c) { return is_alphanumeric(c) || static_cast<unsigned char>(c) >= 0x80; };
  constexpr std::string_view euro = "€", pound = "£"; // the commonest, for the sake of plain prices
  bool money = text_.ends_with(euro) || text_.ends_with(pound);
  auto now = struck_ > 0 ? price_mark::struck : raised_ > 0 ? price_mark::raised : price_mark::none;
  bool parts_word = !text_.empty() && in_word(text_.back()) && in_word(next.front()) && !money;
  if (now != shown_ || parts_word || digits_)
    for (auto left = std::min(crossed_, most_price_marks); left > 0; --left)
      text_ += text_of(now != price_mark::none ? now : own_ > 0 ? price_mark::own : price_mark::part);
  shown_ = now;
  crossed_ = 0;
  own_ = 0;
}

std::string text_collector::take() {
  auto out = std::move(text_);
  if (!drop_unseen(out))
    return out;
  text_collector seen{limit_}; // blanks may stand side by side now
  seen.add(out);
  return std::move(seen.text_);
}

std::string trimmed_value(std::string_view value, size_t limit) {
  while (!value.empty() && is_markup_blank(value.front()))
    value.remove_prefix(1);
  while (!value.empty() && is_markup_blank(value.back()))
    value.remove_suffix(1);
  return std::string{value.substr(0, limit + 1)};
}

} // namespace vigie
