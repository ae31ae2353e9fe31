// `vigie source test`: what a source reads from one page.
#include <optional>

#include "actors/policy/plain_text.hpp"
#include "actors/policy/source_guess.hpp"
#include "actors/policy/url_template.hpp"
#include "runtime/commands/commands.hpp"
#include "runtime/commands/read_file.hpp"
#include "runtime/commands/source_finder.hpp"
#include "runtime/commands/source_page.hpp"
#include "runtime/commands/source_trial.hpp"

namespace vigie {

namespace {

bool is_address(const std::string& x) {
  return x.starts_with("http://") || x.starts_with("https://");
}

constexpr const char* formats[] = {"json", "ndjson", "html", "xml", "feed", "sitemap"};

page_framing framing_of(const std::string& format) {
  for (size_t i = 0; i < std::size(formats); ++i)
    if (format == formats[i])
      return static_cast<page_framing>(i);
  return page_framing::json;
}

/// What is tried: a source of a file, or one that the command line describes.
struct subject {
  loaded_config loaded;
  source_spec spec;
  node_draft draft{};    ///< of the command line
  bool complete = false; ///< what is read from the page is known
};

std::optional<subject> subject_of_file(const source_test_options& options, std::ostream& err) {
  if (!options.items.empty() || !options.fields.empty() || !options.format.empty()) {
    err << "vigie: --items, --field and --format describe the page of a URL; the file says them of its source\n"
           "    As: vigie source test https://example.org/list --items li.offer --field title=a\n";
    return std::nullopt;
  }
  subject out{load_config(options.config), {}, {}, true};
  print_problems(out.loaded, options.style, err);
  const auto* found = out.loaded.ok() ? find_source(out.loaded.config, options.source, err) : nullptr;
  if (!found)
    return std::nullopt;
  out.spec = *found;
  if (!options.url.empty() && options.body.empty())
    out.spec.url = options.url;
  return out;
}

/// The command line's extract table; false: one of its fields is none.
bool take_extract(const source_test_options& options, page_framing framing, source_spec& spec, std::ostream& err) {
  spec.extract = {};
  spec.extract.framing = framing;
  spec.extract.items = options.items;
  for (const auto& x : options.fields) {
    auto equals = x.find('=');
    if (equals == x.npos || equals == 0) {
      err << "vigie: --field \"" << strip_control(x) << "\" is no NAME=PATH\n    Write it as --field title=h3\n";
      return false;
    }
    spec.extract.fields[x.substr(0, equals)] = x.substr(equals + 1);
  }
  return true;
}

bool load_subject(const source_test_options& options, subject& x, std::ostream& err) {
  x.draft.source = x.spec;
  x.loaded = load_draft(x.draft, options.config.environment);
  if (!x.loaded.ok()) {
    print_draft_problems(x.loaded, err);
    return false;
  }
  x.spec = x.loaded.config.sources.front();
  return true;
}

std::optional<subject> subject_of_address(const source_test_options& options, std::ostream& err) {
  if (!options.source.empty() || !options.url.empty()) {
    err << "vigie: " << (options.url.empty() ? "--source" : "--url") << " is of a file, and this is a URL already\n"
        << "    Leave it away.\n";
    return std::nullopt;
  }
  subject out;
  out.draft.page = options.page;
  out.draft.page.url = options.config.path;
  if (options.body.empty() && !may_ask(out.draft.page, options.config.environment, err))
    return std::nullopt;
  if (!options.body.empty()) { // nobody is asked
    out.draft.page.product_token = "vigie";
    out.draft.page.contact = "nobody@localhost";
  }
  out.spec.id = source_id{guess_source_name(options.config.path)};
  out.spec.url = options.config.path;
  out.spec.extract.framing = page_framing::feed; // needs no fields
  out.complete = !options.format.empty() && (!options.items.empty() || !options.fields.empty() ||
                                             options.format == "feed" || options.format == "sitemap");
  if (out.complete && !take_extract(options, framing_of(options.format), out.spec, err))
    return std::nullopt;
  if (!load_subject(options, out, err))
    return std::nullopt;
  return out;
}

struct page_at_hand {
  std::string body;
  page_origin from;
  std::string link;
};

/// Of a page whose source is not known yet. False: what the command line says of it is wrong.
bool complete(const source_test_options& options, const page_at_hand& page, subject& x, error& problem,
              std::ostream& err) {
  auto found = find_source_of(x.spec, page.body, page.from, x.loaded.config.limits.page_time);
  bool described = !options.items.empty() || !options.fields.empty();
  if (described)
    return take_extract(options, options.format.empty() ? found.spec.extract.framing : framing_of(options.format),
                        x.spec, err) &&
           load_subject(options, x, err);
  x.spec = found.spec;
  if (!found.found)
    problem = {errc::bad_page, found.why + "; say where its items stand, by --items and --field", {}};
  return true;
}

/// "--format html --items li.offer --field title=h3".
std::string options_of(const extract_spec& x) {
  std::string out = std::string{"--format "} + formats[static_cast<size_t>(x.framing)];
  if (!x.items.empty())
    out += " --items " + in_shell(x.items);
  for (const auto* name : {"id", "title", "price", "currency", "brand", "size", "condition", "url", "photo"})
    if (auto field = x.fields.find(name); field != x.fields.end())
      out += " --field " + in_shell(field->first + "=" + field->second);
  return out;
}

json_value extract_json(const extract_spec& x) {
  auto fields = json_value::object();
  for (const auto& [name, path] : x.fields)
    fields.set(name, path);
  return json_value::object(
      {{"format", formats[static_cast<size_t>(x.framing)]}, {"items", x.items}, {"fields", std::move(fields)}});
}

/// Where a file would have come from.
std::string first_address(const source_test_options& options, const source_spec& spec) {
  if (!options.url.empty())
    return options.url;
  auto url = url_template::parse(spec.url);
  return url ? url->fill({options.query, spec.paging.start, 0, {}}) : std::string{};
}

} // namespace

int run_source_test(const source_test_options& options, std::istream& in, std::ostream& out, std::ostream& err) {
  auto by_hand = is_address(options.config.path);
  auto what = by_hand ? subject_of_address(options, err) : subject_of_file(options, err);
  if (!what)
    return exit_usage;
  source_trial trial;
  trial.source = what->spec.id.value;
  trial.query = options.query;
  page_at_hand page;
  if (!options.body.empty()) {
    auto body = read_file(options.body, what->spec.max_body_bytes, &in);
    if (!body) {
      err << strip_control(body.error().detail) << '\n';
      return exit_usage;
    }
    page = {std::move(*body), {first_address(options, what->spec), options.content_type}, {}};
  } else if (auto fetched = fetch_first_page(what->loaded.config, what->spec, options.query); fetched) {
    trial.url = fetched->url;
    trial.status = fetched->answer.status;
    const auto& headers = fetched->answer.headers;
    page = {std::move(fetched->answer.body),
            {fetched->url, std::string{headers.value("content-type")}},
            std::string{headers.value("link")}};
  } else {
    trial.problem = fetched.error();
  }
  bool guessed = !what->complete && options.items.empty() && options.fields.empty();
  if (trial.problem.code == errc::none && !what->complete && !complete(options, page, *what, trial.problem, err))
    return exit_usage;
  trial.bytes = page.body.size();
  if (trial.problem.code == errc::none)
    read_page(trial, what->spec, std::move(page.body), page.from, what->loaded.config.limits.page_time, page.link);
  if (options.style.json) {
    auto said = trial_json(trial, what->spec);
    if (by_hand)
      said.set("extract", extract_json(what->spec.extract));
    out << said.dump(json_layout::pretty) << '\n';
  } else {
    print_trial(trial, what->spec, options.limit, options.style, out);
    if (guessed && trial.good())
      out << "guessed    " << strip_control(options_of(what->spec.extract)) << '\n';
  }
  return trial.good() ? exit_done : exit_failed;
}

} // namespace vigie
