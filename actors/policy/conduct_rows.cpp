#include "actors/policy/conduct_rows.hpp"

namespace vigie {

namespace {

wall_time floor_to(wall_time x, duration step) {
  auto ms = to_unix_ms(x);
  auto rest = ms % step.count();
  return from_unix_ms(ms - (rest < 0 ? rest + step.count() : rest));
}

} // namespace

wall_time hour_of(wall_time x) {
  return floor_to(x, std::chrono::hours{1});
}

void add(conduct_row& to, const conduct_row& more) {
  to.requests += more.requests;
  to.robots_requests += more.robots_requests;
  to.retries += more.retries;
  to.bytes += more.bytes;
  to.unchanged += more.unchanged;
  to.rate_limited += more.rate_limited;
  to.refused += more.refused;
  to.failed += more.failed;
  to.robots_denied += more.robots_denied;
  to.waited += more.waited;
  if (!more.robots_version.empty())
    to.robots_version = more.robots_version;
  if (!more.user_agent.empty())
    to.user_agent = more.user_agent;
}

bool conduct_fold::take(const conduct_row& row) {
  auto whole = which_.step <= duration{0};
  auto begin = whole ? row.hour : floor_to(row.hour, which_.step);
  if (!out_.empty() && out_.back().host == row.host && (whole || out_.back().hour == begin)) {
    add(out_.back(), row);
    return true;
  }
  out_.push_back(row);
  out_.back().hour = begin;
  return out_.size() <= which_.limit;
}

result<std::vector<conduct_row>> conduct_fold::rows() && {
  if (out_.size() > which_.limit)
    return fail(errc::bad_request, "there are more than " + std::to_string(which_.limit) +
                                       " rows; ask for one host, for days instead of hours, or for a shorter time");
  return std::move(out_);
}

} // namespace vigie
