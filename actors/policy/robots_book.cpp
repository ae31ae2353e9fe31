#include "actors/policy/robots_book.hpp"

#include "actors/policy/url_reference.hpp"

namespace vigie {

namespace {

std::string root_of(parsed_url url, const std::string& target) {
  url.target = target;
  return to_string(url);
}

std::string authority_of(const parsed_url& url) {
  auto out = root_of(url, "/");
  out.pop_back();
  return out;
}

/// For whoever reads why an alert was not looked for.
std::string sentence(const robots_verdict& verdict, const std::string& authority, const std::string& version) {
  auto file = authority + "/robots.txt";
  switch (verdict.why) {
  case robots_reason::rule:
    return file + " says \"" + verdict.rule + "\" (line " + std::to_string(verdict.line) + ", version " + version +
           ") to \"" + verdict.group + "\"";
  case robots_reason::refused:
    return file + " was refused to us; nothing is asked there until that changes";
  case robots_reason::undecided:
    return file + " could not be read for 30 days; nothing is asked there until you decide";
  default:
    return file + " cannot be read now, and there is no earlier copy; nothing is asked there until it can";
  }
}

} // namespace

error validate(const robots_book_config& config) {
  if (!is_product_token(config.product_token))
    return {errc::bad_config, "\"" + config.product_token + "\" is no product token", {}};
  if (config.max_authorities == 0 || config.longest_crawl_delay <= duration{0})
    return {errc::bad_config, "the limits of the robots book must be above 0", {}};
  return validate(config.cache);
}

robots_book::robots_book(robots_book_config config) : config_(std::move(config)) {}

robots_book::entry* robots_book::find_or_make(const parsed_url& url, const std::string& authority, wall_time now) {
  if (auto i = entries_.find(authority); i != entries_.end())
    return &i->second;
  // What would have to be fetched again is not worth its place.
  if (entries_.size() >= config_.max_authorities)
    std::erase_if(entries_, [&](const auto& x) { return x.second.cache.need(now) == robots_need::fetch; });
  if (entries_.size() >= config_.max_authorities)
    return nullptr;
  entry made{robots_cache{config_.cache, config_.product_token}, root_of(url, "/robots.txt"), 0};
  return &entries_.emplace(authority, std::move(made)).first->second;
}

robots_advice robots_book::consult(const parsed_url& url, wall_time now) {
  robots_advice out;
  out.authority = authority_of(url);
  auto* e = find_or_make(url, out.authority, now);
  if (e == nullptr) {
    out.step = robots_step::denied;
    out.why = {errc::busy, std::to_string(entries_.size()) + " sites are asked already", {}};
    return out;
  }
  switch (e->cache.need(now)) {
  case robots_need::fetch:
    e->cache.begin(now);
    out.step = robots_step::fetch;
    out.fetch_url = e->next_url;
    return out;
  case robots_need::wait:
    out.step = robots_step::wait;
    return out;
  case robots_need::use:
    break;
  }
  return judge(*e, url, std::move(out), now);
}

robots_advice robots_book::judge(const entry& e, const parsed_url& url, robots_advice out, wall_time now) const {
  auto verdict = e.cache.decide(url.target, now);
  out.crawl_delay = e.cache.crawl_delay(now).value_or(duration{0});
  if (verdict.allowed && out.crawl_delay <= config_.longest_crawl_delay)
    return out;
  out.step = robots_step::denied;
  out.why = {errc::robots_disallowed, sentence(verdict, out.authority, e.cache.version()), {}};
  if (verdict.allowed)
    out.why.detail = out.authority + "/robots.txt wants " + std::to_string(out.crawl_delay.count() / 1000) +
                     " s between requests, more than we wait";
  return out;
}

void robots_book::settle(const std::string& authority, const robots_report& report, wall_time now) {
  auto i = entries_.find(authority);
  if (i == entries_.end() || report.url != i->second.next_url)
    return;
  auto& e = i->second;
  if (report.problem.code == errc::none && follows_redirect(config_.cache, report.answer, e.redirects)) {
    auto here = parse_url(report.url);
    if (auto hop = resolve_url(*here, report.answer.headers.at("location"))) {
      e.next_url = to_string(*hop);
      ++e.redirects;
      e.cache.give_up();
      return;
    }
  }
  result<http_response> answer = report.answer;
  if (report.problem.code != errc::none)
    answer = tl::unexpected<error>(report.problem);
  e.cache.settle(answer, e.redirects, now);
  e.next_url = authority + "/robots.txt";
  e.redirects = 0;
}

void robots_book::give_up(const std::string& authority) {
  if (auto i = entries_.find(authority); i != entries_.end())
    i->second.cache.give_up();
}

} // namespace vigie
