// `vigie bench fetch`: the parts that a page goes through, without actors, gates and links around them.
#include <fstream>
#include <future>
#include <iomanip>
#include <sstream>

#include <time.h>

#include "actors/policy/alert_match.hpp"
#include "actors/policy/plain_text.hpp"
#include "actors/policy/url_template.hpp"
#include "adapters/curl/curl_http_client.hpp"
#include "adapters/extract/extractors.hpp"
#include "adapters/http_api/alert_json.hpp"
#include "adapters/json/json_writer.hpp"
#include "runtime/commands/commands.hpp"
#include "runtime/commands/read_file.hpp"
#include "runtime/commands/source_page.hpp"

namespace vigie {

namespace {

struct bench_figures {
  uint64_t pages = 0;
  uint64_t items = 0;
  uint64_t matches = 0;
  uint64_t bytes = 0; ///< of bodies, unpacked
  double wall_s = 0;
  double cpu_s = 0;

  double per_cpu_s() const { return cpu_s > 0 ? static_cast<double>(pages) / cpu_s : 0; }
};

double seconds(clockid_t clock) {
  timespec now{};
  ::clock_gettime(clock, &now);
  return static_cast<double>(now.tv_sec) + static_cast<double>(now.tv_nsec) / 1e9;
}

/// One client with one loop, on whose thread everything happens: each answer is read, matched and followed by the next
/// request. So no lock is needed, and the CPU time is all of it.
class bench_run {
public:
  bench_run(const bench_fetch_options& options, const source_spec& source, url_template url,
            std::unique_ptr<extractor> reader, const std::vector<alert>& alerts, std::unique_ptr<http_client> client)
      : options_(options), source_(source), url_(std::move(url)), reader_(std::move(reader)), matcher_(alerts),
        client_(std::move(client)) {}

  result<bench_figures> run() {
    auto ended = ended_.get_future();
    auto wall = seconds(CLOCK_MONOTONIC);
    auto cpu = seconds(CLOCK_PROCESS_CPUTIME_ID);
    // The first request starts the others, so that all callbacks are on the loop's thread.
    begin_one();
    ended.wait();
    figures_.wall_s = seconds(CLOCK_MONOTONIC) - wall;
    figures_.cpu_s = seconds(CLOCK_PROCESS_CPUTIME_ID) - cpu;
    if (problem_.code != errc::none)
      return tl::unexpected<error>(problem_);
    return figures_;
  }

private:
  void begin_one() {
    http_request request;
    url_values values;
    values.page = started_ % options_.distinct + source_.paging.start;
    values.query = std::to_string(started_ / options_.distinct);
    request.url = url_.fill(values);
    request.headers = source_.headers;
    request.timeout = source_.timeout;
    request.max_body_bytes = source_.max_body_bytes;
    ++started_;
    ++open_;
    client_->fetch(std::move(request),
                   [this, url = request.url](result<http_response> x) { answered(url, std::move(x)); });
  }

  void answered(const std::string& url, result<http_response> answer) {
    --open_;
    if (problem_.code == errc::none)
      problem_ = take(url, answer);
    // Nothing more is asked of a server that does not answer as it should.
    while (problem_.code == errc::none && started_ < options_.pages && open_ < options_.connections)
      begin_one();
    if (open_ == 0)
      ended_.set_value();
  }

  error take(const std::string& url, const result<http_response>& answer) {
    if (!answer)
      return answer.error();
    if (answer->status != 200)
      return {errc::bad_page, "HTTP " + std::to_string(answer->status), {}};
    auto page = reader_->extract(answer->body, {url, std::string{answer->headers.value("content-type")}});
    if (!page)
      return page.error();
    ++figures_.pages;
    figures_.bytes += answer->body.size();
    figures_.items += page->items.size();
    for (const auto& x : page->items)
      figures_.matches += matcher_.match(x, room_).size();
    return {};
  }

  const bench_fetch_options& options_;
  const source_spec& source_;
  url_template url_;
  std::unique_ptr<extractor> reader_;
  alert_matcher matcher_;
  match_room room_;
  bench_figures figures_;
  error problem_;
  uint64_t started_ = 0;
  uint64_t open_ = 0;
  std::promise<void> ended_;
  std::unique_ptr<http_client> client_; ///< ends first: its thread uses the others
};

result<std::vector<alert>> read_alerts_file(const std::string& path) {
  if (path.empty())
    return std::vector<alert>{};
  auto text = read_file(path, max_alerts_bytes);
  if (!text)
    return tl::unexpected(text.error());
  auto out = alerts_from_json(*text);
  if (!out)
    return fail(errc::bad_request, path + ": " + out.error().place + " " + out.error().detail);
  return out;
}

/// Pages are those of the source from the first on; {query} is the turn, so that no URL is asked twice.
result<std::unique_ptr<bench_run>> prepare(const bench_fetch_options& options, const node_config& config,
                                           const source_spec& source) {
  auto url = url_template::parse(source.url);
  if (!url)
    return tl::unexpected<error>(url.error());
  auto parsed = parse_url(url->fill({}));
  if (!parsed || !is_loopback_host(parsed->host))
    return fail(errc::bad_request, "only loopback is measured: the source's url has to be http://127.0.0.1:PORT/...");
  auto reader = make_extractor(source);
  if (!reader)
    return tl::unexpected<error>(reader.error());
  auto alerts = read_alerts_file(options.alerts);
  if (!alerts)
    return tl::unexpected<error>(alerts.error());
  curl_http_config curl;
  curl.loops = 1;
  curl.max_in_flight = curl.max_connections_per_host = curl.max_idle_connections = options.connections;
  curl.user_agent = user_agent(config.fetch);
  curl.guard = *address_guard::parse({"127.0.0.0/8", "::1"});
  auto client = make_curl_http_client(std::move(curl));
  if (!client)
    return tl::unexpected<error>(client.error());
  return std::make_unique<bench_run>(options, source, std::move(*url), std::move(*reader), *alerts, std::move(*client));
}

void print(const bench_figures& x, const output_style& style, std::ostream& out) {
  if (style.json) {
    out << json_value::object({{"pages", x.pages},
                               {"items", x.items},
                               {"matches", x.matches},
                               {"bytes", x.bytes},
                               {"wall_s", x.wall_s},
                               {"cpu_s", x.cpu_s},
                               {"per_cpu_s", x.per_cpu_s()}})
               .dump()
        << '\n';
    return;
  }
  out << "pages            " << x.pages << "\nitems            " << x.items << "\nmatches          " << x.matches
      << std::fixed << std::setprecision(3) << "\nwall             " << x.wall_s << " s\nCPU              " << x.cpu_s
      << " s\n"
      << std::setprecision(0) << "pages per CPU s  " << x.per_cpu_s() << '\n';
}

} // namespace

int run_bench_fetch(const bench_fetch_options& options, std::ostream& out, std::ostream& err) {
  auto loaded = load_config(options.config);
  print_problems(loaded, options.style, err);
  if (!loaded.ok())
    return exit_usage;
  auto source = find_source(loaded.config, options.source, err);
  if (!source)
    return exit_usage;
  auto bench = prepare(options, loaded.config, *source);
  if (!bench) {
    err << strip_control(bench.error().detail) << '\n';
    return exit_usage;
  }
  auto figures = (*bench)->run();
  if (!figures) {
    err << "stopped at the first bad answer: " << strip_control(figures.error().place + " " + figures.error().detail)
        << '\n';
    return exit_failed;
  }
  print(*figures, options.style, out);
  return exit_done;
}

} // namespace vigie
