#include "actors/policy/plan_walk.hpp"

#include <algorithm>
#include <array>
#include <cctype>

#include "actors/policy/known_pages.hpp"
#include "actors/policy/url_reference.hpp"

namespace vigie {

namespace {

constexpr size_t named_url_bytes = 200;

std::string brief(std::string_view url) {
  return std::string{url.substr(0, named_url_bytes)} + (url.size() > named_url_bytes ? "..." : "");
}

bool same_origin(const parsed_url& a, const parsed_url& b) {
  return a.scheme == b.scheme && a.host == b.host && a.port == b.port;
}

} // namespace

error validate(const plan_walk_config& config) {
  if (config.first_pause <= duration{0} || config.longest_pause < config.first_pause)
    return {errc::bad_config, "the pause before a repetition must be positive and not above the longest one", {}};
  return {};
}

bool goes_to_any_origin(std::string_view header) {
  constexpr std::array<std::string_view, 2> harmless{"accept", "accept-language"};
  std::string lower{header};
  std::transform(lower.begin(), lower.end(), lower.begin(), [](unsigned char c) { return std::tolower(c); });
  return std::find(harmless.begin(), harmless.end(), lower) != harmless.end();
}

plan_walk::plan_walk(plan_walk_config config, const source_spec& source, const fetch_plan& plan, url_template url,
                     uint64_t seed)
    : config_(config), source_(source), query_(plan.query), url_(std::move(url)), walk_(source.paging, url_.host()),
      random_(seed), known_(plan.known), reading_(reading_of(source)) {}

result<plan_walk> plan_walk::begin(plan_walk_config config, const source_spec& source, const fetch_plan& plan,
                                   uint64_t seed) {
  auto url = url_template::parse(source.url);
  if (!url)
    return tl::unexpected(url.error());
  plan_walk out{config, source, plan, std::move(*url), seed};
  if (auto problem = out.go_to_page(); problem.code != errc::none)
    return tl::unexpected(problem);
  return out;
}

std::string plan_walk::page_name() const {
  return "page " + std::to_string(walk_.here().number);
}

/// The first request of a page: of its link, or what the template makes of its place.
error plan_walk::go_to_page() {
  const auto& here = walk_.here();
  auto parsed = parse_url(here.url.empty() ? url_.fill({query_, here.page, here.offset, here.cursor}) : here.url);
  if (!parsed)
    return {parsed.error().code, parsed.error().detail, page_name()};
  chain_.clear();
  abroad_ = false;
  retries_ = 0;
  here_ = *parsed;
  aim(*parsed, false);
  chain_.push_back(request_.url);
  return {};
}

void plan_walk::aim(const parsed_url& at, bool retry) {
  request_ = {};
  request_.url = to_string(at);
  request_.host = host_key_of(at);
  request_.own_host = request_.host == url_.host();
  request_.retry = retry;
  for (const auto& header : source_.headers)
    if (!abroad_ || goes_to_any_origin(header.first))
      request_.headers.insert(header);
  auto known = std::find_if(known_.begin(), known_.end(), [&](const auto& x) { return x.url == request_.url; });
  if (!source_.conditional || known == known_.end() || known->reading != reading_)
    return;
  if (!known->etag.empty())
    request_.headers["if-none-match"] = known->etag;
  if (!known->last_modified.empty())
    request_.headers["if-modified-since"] = known->last_modified;
  request_.conditional = has_validator(*known);
}

error past_deadline(bool reading, std::string place) {
  if (reading)
    return {errc::bad_page, "the assignment's deadline passed while the page was being read", std::move(place)};
  return {errc::deadline_exceeded, "the assignment's deadline passed", std::move(place)};
}

walk_step plan_walk::stop(error why, int32_t status) const {
  why.place = page_name() + (why.place.empty() ? "" : " " + why.place);
  if (chain_.size() > 1)
    why.detail += " (behind " + chain_text({}) + ")";
  return {walk_step::kind::done, duration{0}, std::move(why), status};
}

std::string plan_walk::chain_text(std::string_view last) const {
  std::string out;
  for (const auto& url : chain_)
    out += (out.empty() ? "" : " -> ") + brief(url);
  return last.empty() ? out : out + " -> " + brief(last);
}

walk_step plan_walk::denied(const error& why) const {
  // The host's budget of repetitions is spent: what there is to say is why one was wanted.
  bool budget = why.code == errc::permit_denied || why.code == errc::busy;
  if (request_.retry && budget)
    return stop({trouble_.code, trouble_.detail + "; not repeated: " + why.detail, trouble_.place}, trouble_status_);
  // Where the rule stands that forbids it; of other denials the place is the gates' own matter.
  auto out = stop({why.code, why.detail, why.code == errc::robots_disallowed ? why.place : std::string{}}, 0);
  // A place says that the site was asked.
  if (why.code == errc::refused)
    out.problem.place.clear();
  return out;
}

walk_step plan_walk::answered(const fetch_outcome& outcome, duration left) {
  switch (outcome.next) {
  case next_step::page:
    return {walk_step::kind::read, duration{0}, {}, outcome.status};
  case next_step::unchanged: {
    auto known = std::find_if(known_.begin(), known_.end(), [&](const auto& x) { return x.url == request_.url; });
    if (known == known_.end())
      return stop({errc::http_status, "HTTP 304 for a page that is not known", {}}, outcome.status);
    ++unchanged_;
    unchanged_items_ += known->items;
    return pass(*known);
  }
  case next_step::follow:
    return follow(outcome);
  case next_step::retry:
    return repeat(outcome, left);
  case next_step::settle:
    break;
  }
  return stop(outcome.problem, outcome.status);
}

walk_step plan_walk::follow(const fetch_outcome& outcome) {
  auto refuse = [&](const std::string& why, std::string_view last) {
    return walk_step{walk_step::kind::done,
                     duration{0},
                     {errc::http_status,
                      "HTTP " + std::to_string(outcome.status) + ", " + why + ": " + chain_text(last), page_name()},
                     outcome.status};
  };
  auto hop = resolve_url(here_, outcome.location);
  if (!hop)
    return refuse("redirects to nothing that can be fetched (" + hop.error().detail + ")", outcome.location);
  auto url = to_string(*hop);
  if (here_.scheme == "https" && hop->scheme != "https")
    return refuse("redirects from https to http, which is not followed", url);
  if (std::find(chain_.begin(), chain_.end(), url) != chain_.end())
    return refuse("redirects in a circle", url);
  if (chain_.size() > config_.max_redirects)
    return refuse("more than " + std::to_string(config_.max_redirects) + " redirects", url);
  abroad_ = abroad_ || !same_origin(here_, *hop);
  here_ = *hop;
  aim(*hop, false);
  chain_.push_back(request_.url);
  return {walk_step::kind::ask};
}

/// After a pause of half to the whole of what is due, so that the nodes of a fleet do not come back together.
walk_step plan_walk::repeat(const fetch_outcome& outcome, duration left) {
  auto pause = config_.first_pause;
  for (uint32_t i = 0; i < retries_ && pause < config_.longest_pause; ++i)
    pause *= 2;
  pause = std::min(pause, config_.longest_pause);
  pause = std::uniform_int_distribution<duration::rep>{(pause.count() + 1) / 2, pause.count()}(random_)*duration{1};
  if (retries_ >= config_.max_retries || pause >= left)
    return stop(outcome.problem, outcome.status);
  ++retries_;
  trouble_ = outcome.problem;
  trouble_status_ = outcome.status;
  aim(here_, true);
  return {walk_step::kind::ask, pause};
}

walk_step plan_walk::was_read(const http_response& answer, const page_reading& page) {
  ++read_;
  auto record = record_of(request_.url, answer);
  record.items = page.items;
  record.next = named_next(source_.paging, page.next, answer.headers.value("link"));
  record.newest = page.newest;
  record.reading = reading_;
  return pass(std::move(record));
}

walk_step plan_walk::unreadable(error why) const {
  return stop(std::move(why), 0);
}

/// The page is done; what comes behind it?
walk_step plan_walk::pass(page_record record) {
  auto turn = walk_.next(record.items, record.next, request_.url);
  newest_ = std::max(newest_, record.newest);
  if (source_.conditional && has_validator(record) && records_.size() < config_.max_records)
    records_.push_back(std::move(record));
  if (!turn.to)
    return turn.problem.code == errc::none ? walk_step{} : stop(std::move(turn.problem), 0);
  if (auto problem = go_to_page(); problem.code != errc::none)
    return {walk_step::kind::done, duration{0}, std::move(problem), 0};
  return {walk_step::kind::ask};
}

} // namespace vigie
