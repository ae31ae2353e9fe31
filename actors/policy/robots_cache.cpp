#include "actors/policy/robots_cache.hpp"

#include <algorithm>
#include <charconv>

#include "actors/policy/ascii.hpp"
#include "actors/policy/http_fields.hpp"
#include "actors/policy/robots_line.hpp"

namespace vigie {

namespace {

bool is_redirect(int32_t status) {
  return status == 301 || status == 302 || status == 303 || status == 307 || status == 308;
}

/// Nothing for a directive that says nothing of the age.
optional<duration> max_age(std::string_view directive, duration longest) {
  if (equal_ignoring_case(directive, "no-cache") || equal_ignoring_case(directive, "no-store"))
    return duration{0};
  auto equals = directive.find('=');
  if (equals == std::string_view::npos || !equal_ignoring_case(trim_field(directive.substr(0, equals)), "max-age"))
    return std::nullopt;
  auto value = trim_field(directive.substr(equals + 1));
  if (value.size() >= 2 && value.front() == '"' && value.back() == '"')
    value = value.substr(1, value.size() - 2);
  uint64_t seconds = 0;
  auto [end, problem] = std::from_chars(value.data(), value.data() + value.size(), seconds);
  if (value.empty() || end != value.data() + value.size() || problem == std::errc::invalid_argument)
    return std::nullopt;
  auto limit = static_cast<uint64_t>(longest.count() / 1000);
  return problem == std::errc{} && seconds < limit ? duration{seconds * 1000} : longest;
}

robots_standing standing_of(const http_response& answer, bool behind_the_limit) {
  auto status = answer.status;
  // A part of the rules (206, which nobody asked for) would allow what the rest forbids.
  if (status >= 200 && status < 300)
    return status == 206 ? robots_standing::unreachable : robots_standing::rules;
  if (is_redirect(status))
    return behind_the_limit ? robots_standing::unavailable : robots_standing::unreachable;
  if (status == 401 || status == 403 || status == 429)
    return robots_standing::refused;
  // 407 is the word of a proxy of ours, 408 a time-out by another name: neither is the site's about its robots.txt.
  if (status >= 400 && status < 500 && status != 407 && status != 408)
    return robots_standing::unavailable;
  return robots_standing::unreachable;
}

} // namespace

error validate(const robots_cache_config& x) {
  constexpr duration none{0};
  if (x.redirects == 0 || x.shortest_fresh <= none || x.refused_recheck <= none || x.unreachable_recheck <= none ||
      x.unreachable_recheck_cap < x.unreachable_recheck || x.ask_operator_after <= none || x.fetch_patience <= none)
    return {errc::bad_config, "every limit of the robots.txt cache has to be above 0, and no cap below its start", {}};
  if (x.longest_fresh < std::max({x.shortest_fresh, x.refused_recheck, x.unreachable_recheck_cap}))
    return {errc::bad_config, "no robots.txt may be kept without asking again for longer than longest_fresh", {}};
  return validate(x.limits);
}

robots_cache::robots_cache(robots_cache_config config, std::string product_token, robots_copy copy)
    : config_(config), token_(std::move(product_token)), copy_(std::move(copy)) {
  if (copy_.has_body)
    rules_ = parse_robots(copy_.body, token_, config_.limits);
}

bool robots_cache::fresh(wall_time now) const {
  // A clock that was set back must not make a copy last longer than any may.
  return copy_.standing != robots_standing::unknown && now < copy_.next_fetch &&
         copy_.next_fetch - now <= config_.longest_fresh;
}

robots_need robots_cache::need(wall_time now) const {
  if (fresh(now))
    return robots_need::use;
  bool fetching = begun_ && now >= *begun_ - config_.fetch_patience && now < *begun_ + config_.fetch_patience;
  return fetching ? robots_need::wait : robots_need::fetch;
}

void robots_cache::begin(wall_time now) {
  begun_ = now;
}

void robots_cache::settle(const result<http_response>& answer, uint32_t redirects, const remarks& said, wall_time now) {
  begun_ = std::nullopt;
  copy_.settled = now;
  copy_.status = answer ? answer->status : 0;
  copy_.problem = answer ? errc::none : answer.error().code;
  // Of a longer wish the host's gate takes care.
  auto asked = std::min(said.retry_after.value_or(duration{0}), config_.longest_fresh);
  auto standing = said.refused ? robots_standing::refused
                  : answer     ? standing_of(*answer, redirects >= config_.redirects)
                               : robots_standing::unreachable;
  if (standing == robots_standing::unreachable)
    return settle_unreachable(asked, now);
  copy_.standing = standing;
  copy_.failures = 0;
  copy_.unreachable_since = {};
  copy_.has_body = standing == robots_standing::rules;
  // One octet more than is parsed shows whether the last line was whole.
  copy_.body = copy_.has_body ? answer->body.substr(0, config_.limits.body_bytes + 1) : std::string{};
  rules_ = copy_.has_body ? parse_robots(copy_.body, token_, config_.limits) : robots_rules{};
  if (standing == robots_standing::refused)
    copy_.next_fetch = now + std::max(config_.refused_recheck, asked);
  else
    copy_.next_fetch = now + freshness(config_, answer->headers.value("cache-control"));
}

void robots_cache::settle_unreachable(duration asked, wall_time now) {
  if (copy_.standing != robots_standing::unreachable) {
    copy_.failures = 0;
    copy_.unreachable_since = now;
  }
  copy_.standing = robots_standing::unreachable;
  auto pause = config_.unreachable_recheck;
  for (uint32_t i = 0; i < copy_.failures && pause < config_.unreachable_recheck_cap; ++i)
    pause *= 2;
  copy_.failures += copy_.failures < UINT32_MAX ? 1 : 0;
  pause = std::min(pause, config_.unreachable_recheck_cap);
  copy_.next_fetch = now + std::max(pause, asked);
}

void robots_cache::ask_again(wall_time now) {
  copy_.next_fetch = now;
  copy_.failures = 0;
  if (copy_.standing == robots_standing::unreachable)
    copy_.unreachable_since = now;
}

bool robots_cache::asks_operator(wall_time now) const {
  return copy_.standing == robots_standing::unreachable && now - copy_.unreachable_since >= config_.ask_operator_after;
}

bool robots_cache::rules_in_force(wall_time now) const {
  return need(now) == robots_need::use && copy_.has_body && !asks_operator(now);
}

robots_verdict robots_cache::decide(std::string_view target, wall_time now) const {
  auto own = vigie::decide(robots_rules{}, target);
  if (own.why == robots_reason::robots_txt)
    return own;
  if (rules_in_force(now))
    return vigie::decide(rules_, target);
  robots_verdict out;
  if (need(now) != robots_need::use)
    out.why = robots_reason::unknown;
  else if (asks_operator(now))
    out.why = robots_reason::undecided;
  else if (copy_.standing == robots_standing::unavailable)
    out = {true, robots_reason::unavailable, {}, 0, {}};
  else
    out.why = copy_.standing == robots_standing::refused ? robots_reason::refused : robots_reason::unreachable;
  return out;
}

optional<duration> robots_cache::crawl_delay(wall_time now) const {
  return rules_in_force(now) ? rules_.crawl_delay : optional<duration>{};
}

std::string robots_cache::version() const {
  return copy_.has_body ? robots_version_text(rules_) : "none";
}

bool follows_redirect(const robots_cache_config& config, const http_response& answer, uint32_t redirects) {
  return is_redirect(answer.status) && redirects < config.redirects && !answer.headers.value("location").empty();
}

duration freshness(const robots_cache_config& config, std::string_view cache_control) {
  auto out = config.longest_fresh;
  while (!cache_control.empty()) {
    auto end = std::min(cache_control.find(','), cache_control.size());
    if (auto age = max_age(trim_field(cache_control.substr(0, end)), config.longest_fresh))
      out = std::min(out, *age);
    cache_control.remove_prefix(std::min(end + 1, cache_control.size()));
  }
  return std::max(out, config.shortest_fresh);
}

} // namespace vigie
