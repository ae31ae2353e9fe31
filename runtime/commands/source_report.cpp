// What is said of a trial: for people, and as JSON.
#include <algorithm>
#include <cstdlib>
#include <vector>

#include "actors/policy/page_notes.hpp"
#include "actors/policy/plain_text.hpp"
#include "adapters/json/json_writer.hpp"
#include "runtime/commands/display_width.hpp"
#include "runtime/commands/source_trial.hpp"

namespace vigie {

namespace {

struct shown_field {
  std::string_view name;
  std::string value; ///< empty: the page has none
};

std::string money_text(cents x) {
  auto units = std::to_string(std::abs(x) / 100);
  auto rest = std::to_string(std::abs(x) % 100);
  return (x < 0 ? "-" : "") + units + "." + (rest.size() < 2 ? "0" : "") + rest;
}

std::vector<shown_field> fields_of(const item& x) {
  return {{"id", x.id.value},
          {"title", x.title},
          {"price", x.price ? money_text(*x.price) : std::string{}},
          {"currency", x.currency.value_or("")},
          {"brand", x.brand.value_or("")},
          {"size", x.size.value_or("")},
          {"condition", x.condition.value_or("")},
          {"url", x.url.value_or("")},
          {"photo", x.photo.value_or("")}};
}

/// What the extractor noted of an item's field.
const field_note* note_of(const source_trial& trial, size_t item, std::string_view field) {
  auto i = std::find_if(trial.page.notes.begin(), trial.page.notes.end(),
                        [&](const field_note& x) { return x.item == item && x.field == field; });
  return i == trial.page.notes.end() ? nullptr : &*i;
}

/// Notes stand in the order of the items: whatever is cut is of the last one that has some, or behind it.
bool may_be_cut(const extraction& page, size_t item) {
  return page.notes_cut > 0 && (page.notes.empty() || item >= page.notes.back().item);
}

bool is_asked(const source_spec& spec, std::string_view field) {
  bool known_by_format = spec.extract.framing == page_framing::feed || spec.extract.framing == page_framing::sitemap;
  return known_by_format || spec.extract.fields.contains(std::string{field});
}

/// Why an item lacks a field: what the extractor noted, or that nothing is looked for.
std::string why_missing(const source_trial& trial, const source_spec& spec, size_t item, std::string_view field) {
  if (auto note = note_of(trial, item, field))
    return note->reason + (note->place.empty() ? "" : " (" + note->place + ")");
  if (!is_asked(spec, field))
    return "the source does not say where it stands";
  return may_be_cut(trial.page, item) ? "not known: there are more notes than are kept of a page" : "the page has none";
}

/// What is said of the page as a whole.
std::vector<std::string> sentences_of(const extraction& page) {
  auto out = to_sentences(page.page_notes);
  if (page.notes_cut > 0)
    out.push_back("why a field is missing is only kept for the first " + std::to_string(page.notes.size()) +
                  " such fields; " + std::to_string(page.notes_cut) + " more are not shown");
  return out;
}

/// How many of the page's items have a field, and what was noted of the others.
struct field_tally {
  std::string_view name;
  size_t found = 0;
  std::vector<const field_note*> notes{}; ///< of items that lack it
  bool asked = true;                      ///< the source, or its format, says where it stands
};

std::vector<field_tally> tally_fields(const source_trial& trial, const source_spec& spec) {
  std::vector<field_tally> out;
  for (size_t i = 0; i < trial.page.items.size(); ++i) {
    auto fields = fields_of(trial.page.items[i]);
    for (size_t k = 0; k < fields.size(); ++k) {
      if (i == 0)
        out.push_back({fields[k].name});
      if (!fields[k].value.empty())
        ++out[k].found;
      else if (const auto* note = note_of(trial, i, fields[k].name))
        out[k].notes.push_back(note);
    }
  }
  for (auto& x : out)
    x.asked = x.found > 0 || is_asked(spec, x.name);
  return out;
}

/// "\"VB 120\" at /results/3/price: several amounts".
std::string example_of(const field_note& x) {
  auto where = x.place.empty() ? std::string{} : " at " + x.place;
  return x.text.empty() ? x.reason + where : "\"" + x.text + "\"" + where + ": " + x.reason;
}

json_value tallies_json(const std::vector<field_tally>& tallies, size_t all) {
  constexpr size_t most_examples = 20;
  auto out = json_value::object();
  for (const auto& x : tallies) {
    if (!x.asked)
      continue;
    auto unread = json_value::array();
    for (size_t i = 0; i < x.notes.size() && i < most_examples; ++i) {
      const auto& note = *x.notes[i];
      unread.push(json_value::object({{"item", note.item + 1},
                                      {"place", note.place},
                                      {"text", note.text.empty() ? json_value{} : json_value{note.text}},
                                      {"why", note.reason}}));
    }
    out.set(x.name, json_value::object({{"found", x.found}, {"of", all}, {"unread", std::move(unread)}}));
  }
  return out;
}

void print_tallies(const std::vector<field_tally>& tallies, size_t all, const output_style& style, std::ostream& out) {
  std::string silent;
  for (const auto& x : tallies) {
    if (!x.asked) {
      silent += (silent.empty() ? "" : ", ") + std::string{x.name};
      continue;
    }
    std::string name{x.name};
    name.resize(11, ' ');
    auto share = std::to_string(x.found) + "/" + std::to_string(all);
    out << name << painted(share, x.found == all ? paint::good : paint::warning, style);
    if (!x.notes.empty())
      out << "  " << strip_control(example_of(*x.notes.front()));
    if (x.notes.size() > 1)
      out << ", and " << x.notes.size() - 1 << " more";
    out << '\n';
  }
  if (!silent.empty())
    out << painted("not looked for: " + silent, paint::dim, style) << '\n';
}

json_value error_json(const error& x) {
  if (x.code == errc::none)
    return {};
  return json_value::object({{"code", to_string(x.code)}, {"detail", x.detail}, {"place", x.place}});
}

void print_item(const source_trial& trial, const source_spec& spec, size_t i, const output_style& style,
                std::ostream& out) {
  out << painted("item " + std::to_string(i + 1), paint::strong, style) << '\n';
  for (const auto& field : fields_of(trial.page.items[i])) {
    std::string name{field.name};
    name.resize(11, ' ');
    if (field.value.empty())
      out << "  " << name << painted("- " + strip_control(why_missing(trial, spec, i, field.name)), paint::dim, style);
    else
      out << "  " << name << cut_to_width(strip_control(field.value), 100);
    out << '\n';
  }
}

} // namespace

json_value trial_json(const source_trial& trial, const source_spec& spec) {
  auto items = json_value::array();
  for (size_t i = 0; i < trial.page.items.size(); ++i) {
    auto row = json_value::object();
    auto missing = json_value::array();
    for (const auto& field : fields_of(trial.page.items[i])) {
      // What the page has there and is not taken, as an amount that is no price.
      auto note = field.value.empty() ? note_of(trial, i, field.name) : nullptr;
      auto shown = note ? note->read : field.value;
      row.set(field.name, shown.empty() ? json_value{} : json_value{shown});
      if (field.value.empty())
        missing.push(json_value::object({{"field", field.name}, {"why", why_missing(trial, spec, i, field.name)}}));
    }
    row.set("missing", std::move(missing));
    items.push(std::move(row));
  }
  auto notes = json_value::array();
  for (auto& x : sentences_of(trial.page))
    notes.push(std::move(x));
  return json_value::object({{"source", trial.source},
                             {"url", trial.url.empty() ? json_value{} : json_value{trial.url}},
                             {"status", trial.status},
                             {"bytes", trial.bytes},
                             {"items", std::move(items)},
                             {"fields", tallies_json(tally_fields(trial, spec), trial.page.items.size())},
                             {"notes", std::move(notes)},
                             {"next", trial.next.empty() ? json_value{} : json_value{trial.next}},
                             {"newest", trial.page.newest ? json_value{to_rfc3339(*trial.page.newest)} : json_value{}},
                             {"sanity", error_json(trial.sanity)},
                             {"error", error_json(trial.problem)}});
}

void print_trial(const source_trial& trial, const source_spec& spec, uint32_t limit, const output_style& style,
                 std::ostream& out) {
  out << "source " << trial.source << ": ";
  if (!trial.url.empty())
    out << cut_to_width(strip_control(trial.url), 200) << " answered " << trial.status << ", ";
  out << short_size(trial.bytes) << '\n';
  if (trial.problem.code != errc::none) {
    out << painted(strip_control(to_string(trial.problem)), paint::bad, style) << '\n';
    return;
  }
  auto all = trial.page.items.size();
  for (size_t i = 0; i < all && (limit == 0 || i < limit); ++i)
    print_item(trial, spec, i, style, out);
  out << painted(std::to_string(all) + (all == 1 ? " item" : " items"), all > 0 ? paint::good : paint::bad, style);
  if (limit > 0 && all > limit)
    out << ", " << limit << " of them shown (--limit 0 shows all)";
  out << '\n';
  for (const auto& x : sentences_of(trial.page))
    out << "note       " << painted(x, paint::warning, style) << '\n';
  if (trial.page.newest)
    out << "newest     " << to_rfc3339(*trial.page.newest) << '\n';
  print_tallies(tally_fields(trial, spec), all, style, out);
  if (trial.next_problem.code != errc::none)
    out << "next page  " << painted(strip_control(to_string(trial.next_problem)), paint::bad, style) << '\n';
  else if (spec.paging.kind != paging_kind::none)
    out << "next page  " << (trial.next.empty() ? "none" : strip_control(trial.next)) << '\n';
  if (trial.sanity.code != errc::none)
    out << painted(strip_control(to_string(trial.sanity)), paint::bad, style) << '\n';
}

} // namespace vigie
