// `vigie source test`: what a source reads from one page.
#include <algorithm>
#include <chrono>
#include <fstream>
#include <future>
#include <memory>
#include <set>
#include <sstream>

#include "actors/policy/content_sanity.hpp"
#include "actors/policy/page_notes.hpp"
#include "actors/policy/page_walk.hpp"
#include "actors/policy/plain_text.hpp"
#include "actors/policy/url_template.hpp"
#include "adapters/extract/extractors.hpp"
#include "adapters/extract/reading_threads.hpp"
#include "adapters/json/json_writer.hpp"
#include "runtime/commands/commands.hpp"
#include "runtime/commands/display_width.hpp"
#include "runtime/commands/source_page.hpp"

namespace vigie {

namespace {

/// What is said of one page.
struct source_trial {
  std::string source;
  std::string url; ///< empty: a file
  int32_t status = 0;
  size_t bytes = 0;
  extraction page;
  std::string next;
  error problem; ///< why there is no page, or no item
  error sanity;
};

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

/// Why an item lacks a field: what the extractor noted, or that nothing is looked for.
std::string why_missing(const source_trial& trial, const source_spec& spec, size_t item, std::string_view field) {
  if (auto note = note_of(trial, item, field))
    return note->reason + (note->place.empty() ? "" : " (" + note->place + ")");
  bool known_by_format = spec.extract.framing == page_framing::feed || spec.extract.framing == page_framing::sitemap;
  bool asked = spec.extract.fields.contains(std::string{field}) || known_by_format;
  if (!asked)
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

result<std::string> read_body(const std::string& file, uint64_t most, std::istream& standard_input) {
  std::ifstream opened;
  if (file != "-")
    opened.open(file, std::ios::binary);
  auto& in = file == "-" ? standard_input : opened;
  std::string out(most + 1, '\0');
  in.read(out.data(), static_cast<std::streamsize>(out.size()));
  out.resize(static_cast<size_t>(in.gcount()));
  if ((file != "-" && !opened.is_open()) || in.bad())
    return fail(errc::bad_request, "\"" + file + "\" cannot be read");
  if (out.size() > most)
    return fail(errc::bad_request, "\"" + file + "\" is larger than the source's max_body");
  return out;
}

/// Where a file would have come from.
std::string first_address(const source_test_options& options, const source_spec& spec) {
  if (!options.url.empty())
    return options.url;
  auto url = url_template::parse(spec.url);
  return url ? url->fill({options.query, spec.paging.start, 0, {}}) : std::string{};
}

/// As a worker reads it: what takes too long is given up. The thread that reads may be the last to let go of it.
result<extraction> read_in_time(const source_spec& spec, std::string body, page_origin from, duration page_time) {
  struct page_at_hand {
    std::unique_ptr<extractor> reader;
    std::string body;
    page_origin from;
    result<extraction> found;
    std::promise<error> over;
  };
  auto reader = make_extractor(spec);
  if (!reader)
    return tl::unexpected<error>(reader.error());
  auto page = std::make_shared<page_at_hand>();
  page->reader = std::move(*reader);
  page->body = std::move(body);
  page->from = std::move(from);
  auto over = page->over.get_future();
  auto threads = make_reading_threads({page_time, 1, 1, 1});
  threads->read(
      spec.id, [page] { page->found = page->reader->extract(page->body, page->from); },
      [page](error why) { page->over.set_value(std::move(why)); });
  auto why = over.get();
  if (why.code != errc::none)
    return tl::unexpected<error>(std::move(why));
  return std::move(page->found);
}

void read_page(source_trial& trial, const source_spec& spec, std::string body, const page_origin& from,
               duration page_time, std::string_view link = {}) {
  trial.bytes = body.size();
  auto page = read_in_time(spec, std::move(body), from, page_time);
  if (!page) {
    trial.problem = page.error();
    return;
  }
  trial.page = std::move(*page);
  trial.next = named_next(spec.paging, trial.page.next, link);
  content_sanity sanity{spec.sanity};
  std::set<std::string_view> seen; // as a run drops what comes again
  for (const auto& x : trial.page.items)
    if (seen.insert(x.id.value).second)
      sanity.saw(x);
  sanity.saw_left_out(trial.page.left_out.without_id, trial.page.left_out.without_title);
  if (auto same = find_same_ids(trial.page.items); same.count > 0) {
    sanity.saw_same_ids(same.count);
    add_note(trial.page.page_notes, std::move(same));
  }
  if (trial.page.newest)
    sanity.saw_date(*trial.page.newest);
  trial.sanity = sanity.verdict(std::chrono::time_point_cast<duration>(std::chrono::system_clock::now()));
}

json_value error_json(const error& x) {
  if (x.code == errc::none)
    return {};
  return json_value::object({{"code", to_string(x.code)}, {"detail", x.detail}, {"place", x.place}});
}

void print_json(const source_trial& trial, const source_spec& spec, std::ostream& out) {
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
  out << json_value::object({{"source", trial.source},
                             {"url", trial.url.empty() ? json_value{} : json_value{trial.url}},
                             {"status", trial.status},
                             {"bytes", trial.bytes},
                             {"items", std::move(items)},
                             {"notes", std::move(notes)},
                             {"next", trial.next.empty() ? json_value{} : json_value{trial.next}},
                             {"newest", trial.page.newest ? json_value{to_rfc3339(*trial.page.newest)} : json_value{}},
                             {"sanity", error_json(trial.sanity)},
                             {"error", error_json(trial.problem)}})
             .dump(json_layout::pretty)
      << '\n';
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

void print(const source_trial& trial, const source_spec& spec, uint32_t limit, const output_style& style,
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
  if (spec.paging.kind != paging_kind::none)
    out << "next page  " << (trial.next.empty() ? "by the template, or none" : strip_control(trial.next)) << '\n';
  if (trial.sanity.code != errc::none)
    out << painted(strip_control(to_string(trial.sanity)), paint::bad, style) << '\n';
}

} // namespace

int run_source_test(const source_test_options& options, std::istream& in, std::ostream& out, std::ostream& err) {
  auto loaded = load_config(options.config);
  print_problems(loaded, options.style, err);
  if (!loaded.ok())
    return exit_usage;
  auto found = find_source(loaded.config, options.source, err);
  if (!found)
    return exit_usage;
  auto spec = *found;
  source_trial trial;
  trial.source = spec.id.value;
  auto page_time = loaded.config.limits.page_time;
  if (!options.body.empty()) {
    auto body = read_body(options.body, spec.max_body_bytes, in);
    if (!body) {
      err << strip_control(body.error().detail) << '\n';
      return exit_usage;
    }
    read_page(trial, spec, std::move(*body), {first_address(options, spec), options.content_type}, page_time);
  } else {
    if (!options.url.empty())
      spec.url = options.url;
    if (auto page = fetch_first_page(loaded.config, spec, options.query); page) {
      trial.url = page->url;
      trial.status = page->answer.status;
      const auto& headers = page->answer.headers;
      read_page(trial, spec, page->answer.body, {page->url, std::string{headers.value("content-type")}}, page_time,
                headers.value("link"));
    } else {
      trial.problem = page.error();
    }
  }
  if (options.style.json)
    print_json(trial, spec, out);
  else
    print(trial, spec, options.limit, options.style, out);
  bool good = trial.problem.code == errc::none && trial.sanity.code == errc::none && !trial.page.items.empty();
  return good ? exit_done : exit_failed;
}

} // namespace vigie
