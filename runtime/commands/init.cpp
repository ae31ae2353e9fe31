// `vigie init`: a node's file to begin with.
#include <cerrno>
#include <cstring>
#include <filesystem>

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include "actors/policy/plain_text.hpp"
#include "actors/policy/secret_forms.hpp"
#include "actors/policy/source_guess.hpp"
#include "runtime/commands/commands.hpp"
#include "runtime/commands/source_finder.hpp"
#include "runtime/commands/source_page.hpp"
#include "runtime/commands/source_trial.hpp"

namespace vigie {

namespace {

constexpr uint32_t items_shown = 3;
constexpr uint32_t pages_of_search = 2; // of a site whose address has the number of a page

/// What came of an address.
struct looked_at {
  source_trial trial;
  std::vector<std::string> feeds;
  std::string why; ///< nothing was found
};

/// The whole text or nothing; a file that is there stays, unless `force`. The error's detail is a reason.
result<void> write_whole(const std::string& path, const std::string& text, bool force) {
  auto fresh = path + ".XXXXXX";
  int fd = ::mkstemp(fresh.data());
  if (fd < 0)
    return fail(errc::bad_request, std::strerror(errno), path);
  auto written = ::write(fd, text.data(), text.size()) == static_cast<ssize_t>(text.size()) &&
                 ::fchmod(fd, 0644) == 0 && ::fsync(fd) == 0;
  auto problem = written ? 0 : errno;
  ::close(fd);
  if (written && (force ? ::rename(fresh.c_str(), path.c_str()) : ::link(fresh.c_str(), path.c_str())) != 0)
    problem = errno;
  ::unlink(fresh.c_str());
  if (problem != 0)
    return fail(errc::bad_request, std::strerror(problem), path);
  return {};
}

source_spec sample_source() {
  source_spec out;
  out.id = source_id{"market"};
  out.url = "http://127.0.0.1:18080/search?q={query}&page={page}&per_page=50";
  out.paging.kind = paging_kind::page;
  out.paging.page_size = 50;
  out.paging.max_pages = 4;
  out.extract.items = "items";
  for (const auto* field : {"id", "title", "price", "currency", "brand", "size", "condition", "url", "photo"})
    out.extract.fields[field] = field;
  return out;
}

/// What the address alone says.
node_draft draft_of(const init_options& options) {
  node_draft out;
  out.page = options.page;
  out.command = "vigie init" + (options.page.url.empty() ? "" : " " + mask_secret_forms(options.page.url));
  if (options.page.url.empty()) {
    out.source = sample_source();
    out.page.url = out.source.url;
    out.remark = "The sample site on this machine: `vigie sample-site` starts it.";
    return out;
  }
  auto address = guess_address(options.page.url);
  out.source.id = source_id{options.name.empty() ? guess_source_name(options.page.url) : options.name};
  out.source.url = address.url;
  out.source.extract.framing = page_framing::feed; // until the page is there: needs no fields
  if (out.page.query.empty())
    out.page.query = address.query;
  if (address.has_page) {
    out.source.paging.kind = paging_kind::page;
    out.source.paging.start = address.page;
    out.source.paging.page_size = address.page_size;
    out.source.paging.max_pages = pages_of_search;
  }
  return out;
}

/// Fetches the page as a worker would, and completes the draft's source by it.
result<looked_at> look(const init_options& options, const loaded_config& loaded, node_draft& draft) {
  auto asked = loaded.config.sources.front();
  if (asked.url.find('{') == std::string::npos || options.page.url.find('{') == std::string::npos)
    asked.url = options.page.url; // what a person looked at
  auto page = fetch_first_page(loaded.config, asked, draft.page.query);
  if (!page)
    return tl::unexpected<error>(page.error());
  page_origin from{page->url, std::string{page->answer.headers.value("content-type")}};
  auto page_time = loaded.config.limits.page_time;
  auto found = find_source_of(draft.source, page->answer.body, from, page_time);
  draft.source = found.spec;
  draft.described = found.found;
  looked_at out;
  out.feeds = std::move(found.feeds);
  out.why = std::move(found.why);
  out.trial.source = draft.source.id.value;
  out.trial.query = draft.page.query;
  out.trial.url = page->url;
  out.trial.status = page->answer.status;
  out.trial.bytes = page->answer.body.size();
  if (found.found)
    read_page(out.trial, draft.source, page->answer.body, from, page_time, page->answer.headers.value("link"));
  return out;
}

std::vector<std::string> next_commands(const init_options& options, const node_draft& draft) {
  auto file = in_shell(options.file);
  auto here = std::filesystem::path{options.file}.lexically_normal() == "vigie.toml";
  auto query = draft.source.url.find("{query}") != std::string::npos;
  auto asked = draft.page.query.empty() ? std::string{"pull"} : draft.page.query;
  std::vector<std::string> out{"vigie check " + file};
  if (options.page.url.empty())
    out.push_back("vigie sample-site");
  if (draft.described)
    out.push_back("vigie source test " + file + (query ? " --query " + in_shell(asked) : ""));
  out.push_back("vigie run " + file);
  if (draft.described)
    out.push_back("vigie alerts add --name first --source " + draft.source.id.value +
                  (query ? " --query " + in_shell(asked) : "") + " --channel log" + (here ? "" : " -c " + file));
  return out;
}

void say_json(const init_options& options, const node_draft& draft, const looked_at* seen,
              const std::map<std::string, std::string>& secrets, std::ostream& out) {
  auto texts = [](const auto& all) {
    auto list = json_value::array();
    for (const auto& x : all)
      list.push(x);
    return list;
  };
  std::vector<std::string> variables;
  for (const auto& [name, value] : secrets)
    variables.push_back(name);
  out << json_value::object({{"file", options.file},
                             {"source", draft.described ? json_value{draft.source.id.value} : json_value{}},
                             {"trial", seen ? trial_json(seen->trial, draft.source) : json_value{}},
                             {"why", seen && !seen->why.empty() ? json_value{seen->why} : json_value{}},
                             {"feeds", texts(seen ? seen->feeds : std::vector<std::string>{})},
                             {"variables", texts(variables)},
                             {"next", texts(next_commands(options, draft))}})
             .dump(json_layout::pretty)
      << '\n';
}

void say(const init_options& options, const node_draft& draft, const looked_at* seen,
         const std::map<std::string, std::string>& secrets, std::ostream& out) {
  const auto& style = options.style;
  if (seen && draft.described) {
    print_trial(seen->trial, draft.source, items_shown, style, out);
  } else if (seen) {
    out << strip_control(seen->trial.url) << " answered " << seen->trial.status << ", " << short_size(seen->trial.bytes)
        << '\n'
        << painted("nothing found: " + strip_control(seen->why), paint::bad, style) << '\n';
  }
  if (seen)
    for (const auto& x : seen->feeds)
      out << "note       the page names a feed, which needs no selectors: vigie init " << strip_control(in_shell(x))
          << '\n';
  out << "\nwrote      " << painted(strip_control(options.file), paint::strong, style) << '\n';
  if (!draft.described)
    out << "Fill in its source, which stands there as a comment, and try it by `vigie source test`.\n";
  for (const auto& [name, value] : secrets)
    out << "The secret of the address is not in it: set " << name << " in the environment, or by --env-file.\n";
  out << "next:\n";
  for (const auto& x : next_commands(options, draft))
    out << "  " << strip_control(x) << '\n';
}

} // namespace

int run_init(const init_options& options, std::ostream& out, std::ostream& err) {
  struct stat info = {};
  auto there = [&](const char* what) {
    err << "vigie: " << strip_control(options.file) << " " << what
        << "; nothing was written\n    Name another file with -o, or write over it with --force.\n";
    return exit_failed;
  };
  if (!options.force && ::lstat(options.file.c_str(), &info) == 0)
    return there("is there already");
  if (const auto& url = options.page.url; !url.empty() && !url.starts_with("http://") && !url.starts_with("https://")) {
    err << "vigie: \"" << strip_control(mask_secret_forms(url)) << "\" is not an http or https URL\n"
        << "    Write it whole, as a browser shows it: https://shop.example/search?q=coat\n";
    return exit_usage;
  }
  auto draft = draft_of(options);
  if (!options.page.url.empty() && !may_ask(draft.page, options.environment, err))
    return exit_usage;
  auto secrets = take_secrets_out(draft);
  auto environment = options.environment;
  environment.insert(secrets.begin(), secrets.end());
  auto loaded = load_draft(draft, environment);
  if (!loaded.ok() || loaded.config.sources.empty()) {
    print_draft_problems(loaded, err);
    return exit_usage;
  }
  looked_at seen;
  if (!options.page.url.empty()) {
    auto looked = look(options, loaded, draft);
    if (!looked) {
      err << "vigie: " << strip_control(mask_secret_forms(options.page.url)) << ": "
          << strip_control(to_string(looked.error())) << "; nothing was written\n";
      return exit_failed;
    }
    seen = std::move(*looked);
    if (auto again = load_draft(draft, environment); !again.ok()) {
      print_draft_problems(again, err);
      return exit_failed;
    }
  }
  if (auto written = write_whole(options.file, to_toml(draft), options.force); !written) {
    err << "vigie: " << strip_control(options.file) << " cannot be written: " << strip_control(written.error().detail)
        << '\n';
    return exit_failed;
  }
  const auto* shown = options.page.url.empty() ? nullptr : &seen;
  if (options.style.json)
    say_json(options, draft, shown, secrets, out);
  else
    say(options, draft, shown, secrets, out);
  return draft.described ? exit_done : exit_failed;
}

} // namespace vigie
