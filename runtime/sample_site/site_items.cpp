#include "runtime/sample_site/site_items.hpp"

#include <algorithm>

#include "actors/policy/decimal_text.hpp"
#include "actors/policy/unicode.hpp"

namespace vigie {

namespace {

using text_field = optional<std::string> item::*;

text_field optional_field(std::string_view name) {
  if (name == "currency")
    return &item::currency;
  if (name == "brand")
    return &item::brand;
  if (name == "size")
    return &item::size;
  if (name == "condition")
    return &item::condition;
  if (name == "url")
    return &item::url;
  if (name == "photo")
    return &item::photo;
  return nullptr;
}

error read_member(item& out, const json_node& member, const std::string& pointer) {
  auto name = member.key();
  auto place = pointer + "/" + std::string{name};
  if (member.is_null() && name != "id" && name != "title")
    return {};
  if (name == "price") {
    auto text = member.as_decimal_text();
    auto amount = text ? parse_decimal(*text) : fail(errc::bad_request);
    if (!amount)
      return {errc::bad_request, "price is a number", place};
    out.price = *amount;
    return {};
  }
  auto text = member.as_string();
  if (!text)
    return {errc::bad_request, std::string{name} + " is a string", place};
  if (name == "id")
    out.id = item_id{std::string{*text}};
  else if (name == "title")
    out.title = *text;
  else if (auto field = optional_field(name))
    out.*field = std::string{*text};
  else
    return {errc::bad_request, "unknown field \"" + std::string{name} + "\"", place};
  return {};
}

result<std::vector<item>> read_array(const json_node& root) {
  std::vector<item> out;
  if (root.kind() != json_kind::array) {
    auto one = read_site_item(root, "");
    if (!one)
      return tl::unexpected(one.error());
    out.push_back(std::move(*one));
    return out;
  }
  out.reserve(root.size());
  for (auto element : root.elements()) {
    auto one = read_site_item(element, "/" + std::to_string(out.size()));
    if (!one)
      return tl::unexpected(one.error());
    out.push_back(std::move(*one));
  }
  return out;
}

result<std::vector<item>> read_lines(std::string_view text) {
  std::vector<item> out;
  json_parser parser;
  for (size_t line = 1; !text.empty(); ++line) {
    auto end = std::min(text.find('\n'), text.size());
    auto row = trim_blanks(text.substr(0, end));
    text.remove_prefix(std::min(end + 1, text.size()));
    if (row.empty())
      continue;
    auto root = parser.parse(row);
    auto one = root ? read_site_item(*root, "") : tl::unexpected(root.error());
    if (!one)
      return fail(one.error().code, one.error().detail, "line " + std::to_string(line) + ": " + one.error().place);
    out.push_back(std::move(*one));
  }
  return out;
}

} // namespace

result<item> read_site_item(const json_node& from, const std::string& pointer) {
  if (from.kind() != json_kind::object)
    return fail(errc::bad_request, "an item is an object", pointer);
  item out;
  for (auto member : from.members())
    if (auto problem = read_member(out, member, pointer); problem.code != errc::none)
      return tl::unexpected<error>(std::move(problem));
  if (out.id.value.empty() || out.title.empty())
    return fail(errc::bad_request, "an item needs an id and a title", pointer);
  return out;
}

result<std::vector<item>> read_site_items(std::string_view text) {
  auto first = trim_blanks(text);
  if (first.starts_with('[')) {
    auto whole = parse_json(text);
    return whole ? read_array(whole->root()) : tl::unexpected(whole.error());
  }
  if (auto whole = parse_json(text)) // one item, over several lines perhaps
    return read_array(whole->root());
  return read_lines(text);
}

json_value site_item_json(const item& what, const std::string& base_url) {
  auto absolute = [&base_url](const optional<std::string>& x) {
    return x && x->starts_with('/') ? json_value{base_url + *x} : json_value{x};
  };
  std::optional<double> price;
  if (what.price)
    price = static_cast<double>(*what.price) / 100.0; // the nearest double prints as the decimal it came from
  return json_value::object({{"id", what.id.value},
                             {"title", what.title},
                             {"price", price},
                             {"currency", what.currency},
                             {"brand", what.brand},
                             {"size", what.size},
                             {"condition", what.condition},
                             {"url", absolute(what.url)},
                             {"photo", absolute(what.photo)}});
}

void site_shelf::put(item what) {
  auto folded = case_fold(what.title);
  auto [i, fresh] = by_id_.try_emplace(what.id.value, items_.size());
  if (fresh) {
    items_.push_back(std::move(what));
    folded_.push_back(std::move(folded));
  } else {
    items_[i->second] = std::move(what);
    folded_[i->second] = std::move(folded);
  }
}

const item* site_shelf::find(const std::string& id) const {
  auto i = by_id_.find(id);
  return i == by_id_.end() ? nullptr : &items_[i->second];
}

site_page site_shelf::search(std::string_view query, size_t page, size_t per_page) const {
  auto folded = case_fold(query);
  std::vector<std::string_view> wanted;
  for (std::string_view rest = trim_blanks(folded); !rest.empty();) {
    auto end = std::min(rest.find(' '), rest.size());
    wanted.push_back(rest.substr(0, end));
    rest = trim_blanks(rest.substr(end));
  }
  site_page out;
  auto first = (page - 1) * per_page;
  for (size_t i = items_.size(); i-- > 0;) {
    auto has = [&](std::string_view word) { return folded_[i].find(word) != std::string::npos; };
    if (!std::all_of(wanted.begin(), wanted.end(), has))
      continue;
    if (out.total >= first && out.items.size() < per_page)
      out.items.push_back(&items_[i]);
    ++out.total;
  }
  out.pages = (out.total + per_page - 1) / per_page;
  return out;
}

} // namespace vigie
