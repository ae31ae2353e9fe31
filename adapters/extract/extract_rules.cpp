#include "adapters/extract/extract_rules.hpp"

#include <algorithm>
#include <array>

#include "actors/policy/decimal_text.hpp"
#include "actors/policy/money.hpp"
#include "actors/policy/page_notes.hpp"
#include "actors/policy/plain_text.hpp"
#include "actors/policy/price_marks.hpp"
#include "actors/policy/price_plain.hpp"
#include "actors/policy/url_template.hpp"

namespace vigie {

namespace {

constexpr std::array field_names{
    field_name{"id", nullptr},
    field_name{"title", nullptr},
    field_name{"price", nullptr},
    field_name{"currency", &item::currency},
    field_name{"brand", &item::brand},
    field_name{"size", &item::size},
    field_name{"condition", &item::condition},
    field_name{"url", &item::url},
    field_name{"photo", &item::photo},
};

bool is_currency_code(std::string_view x) {
  return x.size() == 3 && std::all_of(x.begin(), x.end(), [](char c) { return c >= 'A' && c <= 'Z'; });
}

constexpr std::string_view id_placeholder = "{id}";

std::string address_of(std::string_view url_template, const std::string& id) {
  std::string out;
  for (auto at = url_template.find(id_placeholder); at != url_template.npos; at = url_template.find(id_placeholder)) {
    out += url_template.substr(0, at);
    out += percent_encode(id);
    url_template.remove_prefix(at + id_placeholder.size());
  }
  return out + std::string{url_template};
}

/// Nothing = it makes an address of any id.
optional<error> check_url_template(const extract_spec& spec) {
  auto wrong = [](std::string why) { return error{errc::bad_config, std::move(why), "extract.url_template"}; };
  const auto& text = spec.url_template;
  if (spec.constants.contains("url"))
    return wrong("the address is fixed already, in constants.url");
  auto at = text.find(id_placeholder);
  if (at == text.npos)
    return wrong("it has no {id}: every item would have the same address");
  auto filled = address_of(text, "1");
  if (filled.find_first_of("{}") != filled.npos)
    return wrong("it has another placeholder or brace than {id}");
  auto host = text.find("://");
  if (host == text.npos || at < std::min(text.find_first_of("/?#", host + 3), text.size()))
    return wrong("{id} may stand in the path, the query or the fragment of an absolute address only");
  auto url = parse_url(filled);
  return url ? optional<error>{} : wrong(url.error().detail);
}

result<std::vector<field_rule>> compile_fields(const extract_spec& spec) {
  std::vector<field_rule> out;
  for (const auto& [name, text] : spec.fields) {
    auto place = "extract.fields." + name;
    auto field = find_field(name);
    if (!field)
      return unknown_field(name, place);
    field_rule rule{*field, text, {}, {}};
    if (text.empty())
      return fail(errc::bad_config, "the path is empty", place);
    if (!spec.header_row) {
      auto path = json_path::parse(text);
      if (!path)
        return fail(errc::bad_config, path.error().detail, place);
      rule.path = std::move(*path);
    }
    out.push_back(std::move(rule));
  }
  // First what decides whether there is an item: of what is left out nothing else is read, nor noted.
  std::stable_partition(out.begin(), out.end(), [](const field_rule& x) { return x.required(); });
  return out;
}

constexpr size_t quoted_points = 60; // code points of a text that could not be read

/// What stands there, for people: without the marks of elements in it.
std::string quoted(std::string_view text) {
  std::string out;
  while (!text.empty()) {
    auto sign = text.substr(0, std::max<size_t>(utf8_length(text, 0), 1));
    if (sign.size() < 3 || !price_mark_of(utf8_code_point(sign)))
      out += sign;
    text.remove_prefix(sign.size());
  }
  return clip(strip_control(out), quoted_points);
}

price_found checked(std::string_view text, optional<cents> amount, std::string currency) {
  price_found out{amount, std::move(currency)};
  if (amount && !is_price(*amount)) {
    out.price.reset();
    out.amount = format_cents(*amount);
    out.why = out.amount + " is no price: it is not above 0";
    out.text = quoted(text);
  }
  return out;
}

price_found unread(std::string_view text, const error& why) {
  return {{}, {}, why.detail, {}, quoted(text)};
}

/// Where a JSON page names the next one.
result<std::optional<json_path>> compile_next(const source_spec& source) {
  const auto& paging = source.paging;
  bool named = paging.kind == paging_kind::cursor || paging.kind == paging_kind::next_link;
  if (!named || paging.next.empty())
    return std::nullopt;
  if (source.extract.framing == page_framing::ndjson)
    return fail(errc::bad_config, "NDJSON has no place for it: every line is an item", "paging.next");
  auto path = json_path::parse(paging.next);
  if (!path)
    return fail(errc::bad_config, path.error().detail, "paging.next");
  return std::move(*path);
}

/// "total=0": what stands behind the first = that is not in brackets is the value.
result<std::optional<empty_sign>> compile_empty(const extract_spec& spec) {
  if (spec.empty.empty())
    return std::nullopt;
  if (spec.framing == page_framing::ndjson)
    return fail(errc::bad_config, "NDJSON has no place for it: every line is an item", "extract.empty");
  std::string_view text = spec.empty;
  size_t equals = 0;
  for (bool inside = false; equals < text.size() && (inside || text[equals] != '='); ++equals)
    inside = text[equals] == '[' || (inside && text[equals] != ']');
  empty_sign out;
  auto path = json_path::parse(text.substr(0, equals));
  if (!path)
    return fail(errc::bad_config, path.error().detail, "extract.empty");
  if (equals == 0)
    return fail(errc::bad_config, "the path is empty", "extract.empty");
  out.path = std::move(*path);
  if (equals < text.size())
    out.value = text.substr(equals + 1);
  return out;
}

result<std::optional<field_rule>> compile_dated(const source_spec& source) {
  if (source.sanity.dated.empty())
    return std::nullopt;
  field_rule rule{{"date", nullptr}, source.sanity.dated, {}, {}};
  if (!source.extract.header_row) {
    auto path = json_path::parse(rule.path_text);
    if (!path)
      return fail(errc::bad_config, path.error().detail, "sanity.dated");
    rule.path = std::move(*path);
  }
  return rule;
}

} // namespace

const field_name* find_field(std::string_view name) {
  auto i = std::find_if(field_names.begin(), field_names.end(), [&](const field_name& x) { return x.name == name; });
  return i == field_names.end() ? nullptr : &*i;
}

tl::unexpected<error> unknown_field(const std::string& name, const std::string& place) {
  return fail(errc::bad_config,
              "\"" + name +
                  "\" is no field of an item; there are id, title, price, currency, brand, size, condition, url, photo",
              place);
}

result<fixed_fields> compile_constants(const extract_spec& spec) {
  fixed_fields out;
  if (!spec.url_template.empty())
    if (auto problem = check_url_template(spec))
      return tl::unexpected<error>(std::move(*problem));
  out.url_template = spec.url_template;
  for (const auto& [name, text] : spec.constants) {
    auto place = "extract.constants." + name;
    auto field = find_field(name);
    if (!field)
      return unknown_field(name, place);
    if (name == "id")
      return fail(errc::bad_config, "an id cannot be fixed: every item would be the same", place);
    if (text.empty())
      return fail(errc::bad_config, "the value is empty", place);
    if (name == "currency" && !is_currency_code(text))
      return fail(errc::bad_config, "\"" + text + "\" is no currency code such as EUR", place);
    if (name == "price") {
      auto price = parse_price(text, spec.unit);
      if (!price || !price->lowest || !is_price(*price->lowest))
        return fail(errc::bad_config, "\"" + text + "\" is no price", place);
      out.price = price->lowest;
    } else if (name == "title") {
      out.title = text;
    } else {
      out.texts.emplace_back(field->member, text);
    }
  }
  return out;
}

void fill_fixed(const fixed_fields& fixed, const std::string& currency_said, item& x) {
  if (x.title.empty() && fixed.title)
    x.title = *fixed.title;
  if (!x.price)
    x.price = fixed.price;
  for (const auto& [member, text] : fixed.texts)
    if (!(x.*member))
      x.*member = text;
  if (!x.url && !fixed.url_template.empty())
    x.url = address_of(fixed.url_template, x.id.value);
  if (!x.currency && !currency_said.empty())
    x.currency = currency_said;
}

result<extract_rules> compile_rules(const source_spec& source) {
  const auto& spec = source.extract;
  auto items = json_path::parse(spec.items);
  if (!items)
    return fail(errc::bad_config, items.error().detail, "extract.items");
  if (spec.framing == page_framing::ndjson && !spec.items.empty())
    return fail(errc::bad_config, "with NDJSON every line is an item; leave items out", "extract.items");
  if (items->wild() && spec.header_row)
    return fail(errc::bad_config, "[*] and header_row do not go together: which row names the columns?",
                "extract.items");
  auto fields = compile_fields(spec);
  if (!fields)
    return tl::unexpected<error>(fields.error());
  auto fixed = compile_constants(spec);
  if (!fixed)
    return tl::unexpected<error>(fixed.error());
  if (!spec.fields.contains("id"))
    return fail(errc::bad_config, "there is no path to an item's id", "extract.fields");
  if (!spec.fields.contains("title") && !fixed->title)
    return fail(errc::bad_config, "there is no path to an item's title", "extract.fields");
  auto empty = compile_empty(spec);
  if (!empty)
    return tl::unexpected<error>(empty.error());
  auto next = compile_next(source);
  if (!next)
    return tl::unexpected<error>(next.error());
  auto dated = compile_dated(source);
  if (!dated)
    return tl::unexpected<error>(dated.error());
  return extract_rules{std::move(*items), std::move(*fields), std::move(*fixed),
                       std::move(*empty), std::move(*next),   std::move(*dated)};
}

price_found price_of_text(std::string_view text, price_unit unit) {
  if (auto at_once = read_plain_price(text, unit))
    return checked(text, at_once->amount, std::string{at_once->currency});
  auto read = parse_price(text, unit);
  if (!read)
    return unread(text, read.error());
  return checked(text, read->lowest, std::move(read->currency));
}

price_found price_of_number(std::string_view number, price_unit unit) {
  auto read = parse_decimal(number, unit);
  if (!read)
    return unread(number, read.error());
  return checked(number, *read, {});
}

void note_field(extraction& page, field_note what) {
  if (keeps_notes(page))
    page.notes.push_back(std::move(what));
  else
    ++page.notes_cut;
}

void note_idle_empty_sign(extraction& page) {
  add_note(page.page_notes,
           {"what extract.empty names is on this page, although it has items: it tells no empty search",
            "pages with items have what extract.empty names: it tells no empty search"});
}

page_note note_of_price(const price_found& x, std::string place) {
  page_note out;
  if (x.amount.empty())
    out = {"a price could not be read", "prices could not be read"};
  else
    out = {"an amount of 0 or less is no price", "amounts of 0 or less are no prices"};
  out.place = std::move(place);
  return out;
}

std::string normal_currency(std::string_view text) {
  if (is_currency_code(text))
    return std::string{text};
  std::string upper{text};
  for (auto& c : upper)
    if (c >= 'a' && c <= 'z')
      c = static_cast<char>(c - 'a' + 'A');
  if (is_currency_code(upper))
    return upper;
  auto sign = parse_price("1 " + std::string{text});
  return sign && !sign->currency.empty() ? sign->currency : std::string{text};
}

bool asks_address(const std::vector<field_rule>& fields) {
  return std::any_of(fields.begin(), fields.end(), [](const field_rule& x) { return is_address(x.field); });
}

std::string value_of_text(const field_name& field, std::string_view text, const address_base& base) {
  if (is_address(field))
    return base.absolute(text);
  return field.name == "currency" ? normal_currency(text) : std::string{text};
}

std::string too_long(const item_limits& limits) {
  return "is longer than " + std::to_string(limits.value_bytes >> 10) + " KiB";
}

std::string too_many(const item_limits& limits) {
  return "the page has more than " + std::to_string(limits.rows) + " items, or more than " +
         std::to_string(limits.table_bytes >> 20) + " MiB of fields";
}

bool empty_sign::stands_in(json_node root) const {
  auto found = path.find(root);
  if (!found)
    return false;
  auto truth = found->as_bool();
  auto text = found->as_string() ? found->as_string() : found->as_decimal_text();
  if (value)
    return text    ? *text == *value
           : truth ? (*truth ? "true" : "false") == *value
                   : found->is_null() && *value == "null";
  if (text)
    return !text->empty() && *text != "0";
  return truth ? *truth : !found->is_null() && found->size() > 0;
}

bool item_count::leave_out(odd_one x) {
  auto kind = static_cast<size_t>(x.kind);
  if (left_out_[kind]++ == 0)
    places_[kind] = x.why.place;
  if (!first_)
    first_ = std::move(x.why);
  return ++rows_ <= limits_.rows;
}

optional<error> item_count::close(extraction& page) const {
  struct words {
    std::string_view one;
    std::string_view many;
  };
  static constexpr std::array<words, kinds> said{
      words{"an item without an id was left out", "items without an id were left out"},
      words{"an item without a title was left out", "items without a title were left out"},
      words{"an item whose id or title is too long was left out", "items whose id or title is too long were left out"},
      words{"an entry that is no item was left out", "entries that are no items were left out"},
  };
  for (size_t i = 0; i < kinds; ++i)
    if (left_out_[i] > 0)
      add_note(page.page_notes, {std::string{said[i].one}, std::string{said[i].many}, places_[i], left_out_[i]});
  auto count = [&](odd_entry x) { return left_out_[static_cast<size_t>(x)]; };
  page.left_out = {count(odd_entry::without_id), count(odd_entry::without_title),
                   count(odd_entry::too_long) + count(odd_entry::no_item)};
  return page.items.empty() ? first_ : optional<error>{};
}

bool item_count::add(const item& x) {
  ++rows_;
  bytes_ += x.id.value.size() + x.title.size();
  for (const auto* field : {&x.currency, &x.brand, &x.size, &x.condition, &x.url, &x.photo})
    bytes_ += *field ? (*field)->size() : 0;
  return rows_ <= limits_.rows && bytes_ <= limits_.table_bytes;
}

} // namespace vigie
