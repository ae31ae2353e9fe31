// The conduct ledger as the API shows it.
#include <algorithm>
#include <cmath>

#include "adapters/http_api/api_json.hpp"

namespace vigie {

namespace {

json_value text_or_null(const std::string& x) {
  return x.empty() ? json_value{} : json_value{x};
}

/// Whatever is not told apart: pages, redirects, 404 and other answers.
uint64_t other_answers(const conduct_row& x) {
  auto told = x.unchanged + x.rate_limited + x.refused + x.failed;
  return x.requests - std::min(x.requests, told);
}

void set_counters(json_value& into, const conduct_row& x) {
  into.set("requests", x.requests);
  into.set("robotsRequests", x.robots_requests);
  into.set("retries", x.retries);
  into.set("bytes", x.bytes);
  into.set("answered", other_answers(x));
  into.set("unchanged", x.unchanged);
  into.set("rateLimited", x.rate_limited);
  into.set("refused", x.refused);
  into.set("failed", x.failed);
  into.set("robotsDenied", x.robots_denied);
  into.set("waitedMs", x.waited.count());
}

json_value hour_json(const conduct_row& x) {
  auto out = json_value::object({{"hour", to_rfc3339(x.hour)}});
  set_counters(out, x);
  out.set("robotsVersion", text_or_null(x.robots_version));
  out.set("userAgent", text_or_null(x.user_agent));
  return out;
}

/// Of the requests, in per cent with two decimals.
json_value share_of(uint64_t part, uint64_t requests) {
  if (requests == 0)
    return {};
  return json_value{std::round(static_cast<double>(part) / static_cast<double>(requests) * 10000) / 100};
}

json_value host_json(const host_conduct& x, bool with_hours) {
  auto asked = static_cast<int64_t>(x.sum.requests);
  auto out = json_value::object(
      {{"host", x.sum.host.value}, {"firstHour", to_rfc3339(x.sum.hour)}, {"lastHour", to_rfc3339(x.last_hour)}});
  set_counters(out, x.sum);
  out.set("unchangedPercent", share_of(x.sum.unchanged, x.sum.requests));
  out.set("averageWaitMs", asked == 0 ? json_value{} : json_value{x.sum.waited.count() / asked});
  out.set("robotsVersion", text_or_null(x.sum.robots_version));
  out.set("userAgent", text_or_null(x.sum.user_agent));
  if (!with_hours)
    return out;
  auto hours = json_value::array();
  for (const auto& row : x.hours)
    hours.push(hour_json(row));
  out.set("hours", std::move(hours));
  return out;
}

json_value exception_json(const conduct_exception& x, wall_time now) {
  auto what = json_value::array();
  for (const auto& part : x.what)
    what.push(part);
  return json_value::object({{"source", x.source.value},
                             {"host", x.host.value},
                             {"what", std::move(what)},
                             {"reason", x.reason},
                             {"approvedBy", x.approved_by},
                             {"ownerConsent", text_or_null(x.owner_consent)},
                             {"expires", last_day(x.until)},
                             {"ended", now >= x.until}});
}

} // namespace

json_value held_json(const std::vector<held_host>& x) {
  auto out = json_value::array();
  for (const auto& each : x)
    out.push(json_value::object({{"host", each.what.host.value},
                                 {"until", to_rfc3339(each.what.until)},
                                 {"pause", each.what.pause},
                                 {"robots", text_or_null(each.what.robots)},
                                 {"circuit", text_or_null(each.circuit)}}));
  return out;
}

json_value conduct_page_json(const conduct_page& x) {
  auto hosts = json_value::array();
  for (const auto& host : x.hosts)
    hosts.push(host_json(host, x.with_hours));
  auto exceptions = json_value::array();
  for (const auto& each : x.exceptions)
    exceptions.push(exception_json(each, x.until));
  return json_value::object({{"since", to_rfc3339(x.since)},
                             {"until", to_rfc3339(x.until)},
                             {"hostsInAll", x.hosts_in_all},
                             {"hosts", std::move(hosts)},
                             {"exceptions", std::move(exceptions)},
                             {"heldInAll", x.held_in_all},
                             {"held", held_json(x.held)}});
}

} // namespace vigie
