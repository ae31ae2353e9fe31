#include "runtime/commands/source_page.hpp"

#include <chrono>
#include <future>
#include <memory>
#include <ostream>

#include "actors/policy/fetch_report.hpp"
#include "actors/policy/plain_text.hpp"
#include "actors/policy/plan_walk.hpp"
#include "actors/policy/robots_book.hpp"
#include "adapters/curl/curl_http_client.hpp"
#include "runtime/fetch_guard.hpp"

namespace vigie {

namespace {

const worker_id nobody{"vigie source test"};

wall_time now() {
  return std::chrono::time_point_cast<duration>(std::chrono::system_clock::now());
}

class page_fetcher {
public:
  page_fetcher(const source_spec& source, const robots_book_config& robots, std::unique_ptr<http_client> client)
      : source_(source), book_(robots), client_(std::move(client)) {}

  result<fetched_page> run(plan_walk walk) {
    for (;;) {
      if (auto denied = ask_robots(walk.request()); denied.code != errc::none)
        return tl::unexpected<error>(denied);
      auto answer = get(walk.request().url, walk.request().headers, source_.max_body_bytes);
      auto step = walk.answered(judge_fetch(answer, now()), duration::max());
      if (step.what == walk_step::kind::read)
        return fetched_page{walk.request().url, std::move(*answer)};
      if (step.what == walk_step::kind::done)
        return tl::unexpected<error>(step.problem);
    }
  }

private:
  result<http_response> get(const std::string& url, const std::map<std::string, std::string>& headers, uint64_t most) {
    http_request request;
    request.url = url;
    request.headers = headers;
    request.timeout = source_.timeout;
    request.max_body_bytes = most;
    request.proxy = source_.proxy;
    request.ca_pem = source_.ca_pem;
    // Kept by the callback: it may come after the wait has been left by an exception.
    auto answered = std::make_shared<std::promise<result<http_response>>>();
    auto answer = answered->get_future();
    client_->fetch(std::move(request), [answered](result<http_response> x) { answered->set_value(std::move(x)); });
    return answer.get();
  }

  error ask_robots(const walk_request& what) {
    if (!source_.gate.obey_robots)
      return {};
    auto url = parse_url(what.url);
    for (;;) {
      auto advice = book_.consult(*url, nobody, now());
      if (advice.step == robots_step::go)
        return {};
      if (advice.step != robots_step::fetch)
        return advice.why;
      robots_report report{advice.fetch_url, {}, {}};
      auto answer = get(advice.fetch_url, {}, robots_limits{}.body_bytes * 8);
      auto judged = report_of(answer, judge_fetch(answer, now()), duration{0});
      // Without an answer nothing may be asked, and nobody here can wait for one.
      if (!answer)
        return {answer.error().code, advice.fetch_url + " cannot be read: " + answer.error().detail,
                answer.error().place};
      report.answer = std::move(*answer);
      book_.settle(advice.authority, nobody, report, judged, now());
    }
  }

  const source_spec& source_;
  robots_book book_;
  std::unique_ptr<http_client> client_;
};

} // namespace

const source_spec* find_source(const node_config& config, const std::string& name, std::ostream& err) {
  std::string known;
  for (const auto& x : config.sources) {
    if (x.id.value == name || (name.empty() && config.sources.size() == 1))
      return &x;
    known += (known.empty() ? "" : ", ") + x.id.value;
  }
  err << (name.empty() ? "say which source, as --source NAME" : "there is no source \"" + strip_control(name) + "\"")
      << "; the file has: " << (known.empty() ? "none" : known) << '\n';
  return nullptr;
}

result<fetched_page> fetch_first_page(const node_config& config, const source_spec& source, const std::string& query) {
  auto guard = guard_of(config);
  if (!guard)
    return tl::unexpected<error>(guard.error());
  curl_http_config curl;
  curl.loops = 1;
  curl.user_agent = user_agent(config.fetch);
  curl.max_unpacked_bytes = config.fetch.max_unpacked_bytes;
  curl.max_unpack_ratio = config.fetch.max_unpack_ratio;
  curl.guard = *guard;
  auto client = make_curl_http_client(std::move(curl));
  if (!client)
    return tl::unexpected<error>(client.error());
  plan_walk_config limits;
  limits.max_redirects = config.fetch.max_redirects;
  limits.max_retries = 0;
  fetch_plan plan;
  plan.source = source.id;
  plan.query = query;
  auto walk = plan_walk::begin(limits, source, plan, 0);
  if (!walk)
    return tl::unexpected<error>(walk.error());
  robots_book_config robots;
  robots.product_token = config.fetch.product_token;
  robots.alone = true;
  return page_fetcher{source, robots, std::move(*client)}.run(std::move(*walk));
}

} // namespace vigie
