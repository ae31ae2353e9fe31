#include "adapters/extract/feed_fields.hpp"

#include <algorithm>

#include "actors/policy/dates.hpp"
#include "actors/policy/page_notes.hpp"
#include "adapters/extract/extract_rules.hpp"

namespace vigie {

namespace {

void note(extraction& out, std::string_view field, std::string reason, std::string place) {
  note_field(out, {out.items.size(), std::string{field}, std::move(reason), std::move(place)});
}

/// Without its markup, if then there is something left: an image alone is no title. Feeds write HTML into titles,
/// whether their format allows it or not. XHTML was markup of the page itself: what still looks like a tag is text.
bool take_title(feed_path::found& x) {
  auto type = x.node.attribute("type");
  if (type != "xhtml" && type != "text")
    x.text = without_markup(x.text);
  return !x.text.empty();
}

void note_price(extraction& out, const price_found& price, const std::string& place) {
  add_note(out.page_notes, note_of_price(price, place));
  note_field(out, {out.items.size(), "price", price.why, place, price.amount, price.text});
}

error at(std::string_view key, const error& from) {
  return {errc::bad_config, from.detail, std::string{key}};
}

} // namespace

std::string feed_place(feed_node at, const std::string& place) {
  return at.line() > 0 ? "line " + std::to_string(at.line()) + ", " + place : place;
}

result<feed_fields> feed_fields::compile(const source_spec& source, std::span<const format_path> format) {
  const auto& spec = source.extract;
  if (!spec.items.empty())
    return fail(errc::bad_config, "this format says itself where its items are; leave items out", "extract.items");
  if (spec.header_row)
    return fail(errc::bad_config, "this format has no rows", "extract.header_row");
  for (const auto& [name, path] : spec.fields)
    if (!find_field(name))
      return unknown_field(name, "extract.fields." + name);
  feed_fields out;
  out.unit_ = spec.unit;
  auto fixed = compile_constants(spec);
  if (!fixed)
    return tl::unexpected<error>(fixed.error());
  out.fixed_ = std::move(*fixed);
  auto paths = spec.fields;
  for (const auto& x : format)
    paths.emplace(x.field, x.path);
  if (!source.sanity.dated.empty())
    paths["date"] = source.sanity.dated;
  for (const auto& [name, text] : paths) {
    bool date = name == "date";
    bool asked = date ? !source.sanity.dated.empty() : spec.fields.contains(name);
    auto path = feed_path::parse(text, spec.namespaces);
    if (!path)
      return tl::unexpected<error>(at(date ? "sanity.dated" : "extract.fields." + name, path.error()));
    auto field = date ? field_name{"date", nullptr} : *find_field(name);
    auto decides = name == "id" || name == "title";
    (date ? out.date_ : decides ? out.required_ : out.rules_).push_back(rule{field, std::move(*path), asked});
  }
  return out;
}

void feed_fields::read_one(const rule& x, feed_node from, const std::string& place, extraction& out,
                           reading& to) const {
  auto name = x.field.name;
  auto found = name == "title" ? x.path.find(from, take_title) : x.path.find(from);
  auto& next = to.next;
  if (!found) {
    if (x.asked && name != "id" && name != "title")
      note(out, name, "missing or empty", feed_place(from, place));
    return;
  }
  if (found->text.size() > limits_.value_bytes) {
    if (name == "id" || name == "title")
      to.problem = error{errc::bad_page, std::string{name} + " " + too_long(limits_), feed_place(found->node, place)};
    else
      note(out, name, too_long(limits_), feed_place(found->node, place));
  } else if (name == "id") {
    next.id.value = std::move(found->text);
  } else if (name == "title") {
    next.title = std::move(found->text);
  } else if (name == "price") {
    auto price = price_of_text(found->whole ? found->node.price_text() : found->text, unit_);
    next.price = price.price;
    to.currency_said = price.currency;
    if (!price.why.empty())
      note_price(out, price, feed_place(found->node, place));
  } else if (is_address(x.field)) {
    next.*x.field.member = to.base.within(found->node, from).absolute(found->text);
  } else {
    next.*x.field.member = name == "currency" ? normal_currency(found->text) : std::move(found->text);
  }
}

void feed_fields::read_date(const rule& x, feed_node from, const std::string& place, extraction& out) const {
  auto found = x.path.find(from);
  if (!found) {
    if (x.asked)
      note(out, "date", "missing or empty", feed_place(from, place));
    return;
  }
  if (found->text.size() > limits_.value_bytes)
    return note(out, "date", too_long(limits_), feed_place(found->node, place));
  auto date = parse_date(found->text);
  if (!date)
    return note(out, "date", "is no date that is understood", feed_place(found->node, place));
  out.newest = out.newest ? std::max(*out.newest, *date) : *date;
}

optional<error> feed_fields::read(feed_node from, const std::string& place, extraction& out, item_count& count,
                                  const feed_base& base) const {
  reading to;
  auto leave_out = [&](odd_one x) {
    return count.leave_out(std::move(x)) ? optional<error>{}
                                         : error{errc::bad_page, too_many(limits_), feed_place(from, place)};
  };
  if (auto outer = from.parent())
    to.base = base.within(from, *outer);
  // First what decides whether there is an item: of what is left out nothing else is read, nor noted.
  for (const auto& x : required_)
    read_one(x, from, place, out, to);
  auto& next = to.next;
  if (next.title.empty() && fixed_.title)
    next.title = *fixed_.title;
  if (to.problem)
    return leave_out({odd_entry::too_long, std::move(*to.problem)});
  if (next.id.value.empty() || next.title.empty()) {
    auto no_id = next.id.value.empty();
    return leave_out({no_id ? odd_entry::without_id : odd_entry::without_title,
                      {errc::bad_page, no_id ? "id is missing" : "title is missing", feed_place(from, place)}});
  }
  for (const auto& x : rules_)
    read_one(x, from, place, out, to);
  fill_fixed(fixed_, to.currency_said, next);
  for (const auto& x : date_)
    read_date(x, from, place, out);
  if (!count.add(next))
    return error{errc::bad_page, too_many(limits_), feed_place(from, place)};
  out.items.push_back(std::move(next));
  return {};
}

} // namespace vigie
