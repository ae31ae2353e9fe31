#include "actors/policy/host_pacing.hpp"

#include <algorithm>
#include <cmath>

#include "actors/policy/not_before.hpp"

namespace vigie {

error validate(const host_pacing_config& config) {
  if (!(config.slower >= 1) || !(config.faster > 0 && config.faster <= 1) || !(config.max_pace >= 1) ||
      !(config.jitter >= 0 && config.jitter < 1))
    return {
        errc::bad_config, "the pace of a host needs slower >= 1, 0 < faster <= 1, max_pace >= 1, 0 <= jitter < 1", {}};
  for (auto x : {config.max_hold, config.first_hold, config.forgiven_after, config.failure_window, config.failure_hold,
                 config.max_failure_hold})
    if (x <= duration{0})
      return {errc::bad_config, "the times of a host's pace must be above 0", {}};
  if (config.failures == 0)
    return {errc::bad_config, "the failures that are too many must be above 0", {}};
  return {};
}

namespace {

/// Close enough to the configured gap to be it.
constexpr double nearly_one = 1.001;

/// What a worker of another version may report beyond it would not fit into a clock.
constexpr duration longest_wish{std::chrono::hours{24 * 36525}};

/// first x 2^times, spread by the jitter, at most `most`.
duration doubled(duration first, uint32_t times, duration most, double jitter, double draw) {
  constexpr uint32_t enough = 40; // 2^40 ms are 35 years
  auto plain = std::ldexp(static_cast<double>(first.count()), static_cast<int>(std::min(times, enough)));
  auto spread = plain * (1 + jitter * (2 * draw - 1));
  return duration{static_cast<int64_t>(std::min(spread, static_cast<double>(most.count())))};
}

/// As many failures as the longer one has, each as late as in either, from the last on: whatever time is looked back
/// on, it has at least as many as each. Hosts behind one gate may have the same ones, so they are not added up.
std::vector<mono_time> stricter(std::vector<mono_time> a, const std::vector<mono_time>& b) {
  if (a.size() < b.size())
    return stricter(b, a);
  for (size_t i = 1; i <= b.size(); ++i)
    a[a.size() - i] = std::max(a[a.size() - i], b[b.size() - i]);
  return a;
}

} // namespace

bool host_pacing::hold(duration how_long, mono_time now) {
  if (now + how_long <= held_until_)
    return false;
  held_until_ = now + how_long;
  held_for_ = how_long;
  return true;
}

void host_pacing::lift() {
  held_until_ = {};
  held_for_ = duration{0};
  failed_.clear();
  backed_off_ = 0;
}

bool host_pacing::forgiven(const host_pacing_config& config, mono_time now) const {
  return now >= std::max(last_strike_, held_until_) + config.forgiven_after;
}

pacing_change host_pacing::answered(const host_pacing_config& config, const fetch_report& report,
                                    optional<mono_time> started, mono_time now, double draw) {
  switch (report.kind) {
  case answer_kind::rate_limited:
    return rate_limited(config, report, started, now, draw);
  case answer_kind::page:
  case answer_kind::unchanged:
    return succeeded(config);
  case answer_kind::server_error:
  case answer_kind::transient:
    return report.status > 0 ? failed(config, now, draw) : pacing_change{};
  default:
    return {};
  }
}

pacing_change host_pacing::rate_limited(const host_pacing_config& config, const fetch_report& report,
                                        optional<mono_time> started, mono_time now, double draw) {
  pacing_change out;
  bool news = !slowed_ || !started || *started > *slowed_;
  if (strikes_ > 0 && forgiven(config, now))
    strikes_ = 0;
  duration wanted{0};
  if (report.retry_after) {
    wanted = std::clamp(*report.retry_after, duration{0}, longest_wish);
    out.pause = wanted > config.max_hold;
  } else {
    if (news) {
      ++strikes_;
      last_strike_ = now;
    }
    wanted = doubled(config.first_hold, std::max(strikes_, uint32_t{1}) - 1, config.max_hold, config.jitter, draw);
  }
  if (hold(wanted, now)) {
    out.held = report.retry_after ? pacing_change::cause::asked : pacing_change::cause::not_said;
    out.hold = wanted;
  }
  if (news) {
    out.paced = pace_ < config.max_pace;
    pace_ = std::min(pace_ * config.slower, config.max_pace);
    slowed_ = now;
  }
  return out;
}

pacing_change host_pacing::failed(const host_pacing_config& config, mono_time now, double draw) {
  std::erase_if(failed_, [&](mono_time t) { return now - t > config.failure_window; });
  failed_.push_back(now);
  if (failed_.size() > config.failures)
    failed_.erase(failed_.begin());
  if (backed_off_ == 0 && failed_.size() < config.failures)
    return {};
  auto wanted = doubled(config.failure_hold, backed_off_, config.max_failure_hold, config.jitter, draw);
  ++backed_off_;
  if (!hold(wanted, now))
    return {};
  pacing_change out;
  out.held = pacing_change::cause::failures;
  out.hold = wanted;
  return out;
}

pacing_change host_pacing::succeeded(const host_pacing_config& config) {
  failed_.clear();
  backed_off_ = 0;
  pacing_change out;
  if (pace_ > 1) {
    pace_ = pace_ * config.faster;
    if (pace_ < nearly_one)
      pace_ = 1;
    out.paced = true;
  }
  return out;
}

duration host_pacing::widened(duration gap) const {
  return duration{static_cast<int64_t>(std::ceil(static_cast<double>(gap.count()) * pace_))};
}

bool host_pacing::is_plain(const host_pacing_config& config, mono_time now) const {
  return held_until_ <= now && pace_ <= 1 && (strikes_ == 0 || forgiven(config, now)) && backed_off_ == 0 &&
         (failed_.empty() || now - failed_.back() > config.failure_window);
}

void host_pacing::save(host_state& out, mono_time now, wall_time wall) const {
  auto at = [&](mono_time t) { return wall + std::chrono::ceil<duration>(t - now); };
  // "Retry-After: 0" holds nobody. Kept as an instant it would, after the clock was set back.
  out.held_until = held_for_ <= duration{0} ? wall_time{} : at(held_until_);
  out.held_for = held_for_;
  out.pace = pace_;
  out.strikes = strikes_;
  out.last_strike = strikes_ == 0 ? wall_time{} : at(last_strike_);
  out.failed.clear();
  for (auto t : failed_)
    out.failed.push_back(at(t));
  out.backed_off = backed_off_;
}

void host_pacing::restore(const host_pacing_config& config, const host_state& from, mono_time now, wall_time wall) {
  auto most = from.held_for > duration{0} ? std::min(from.held_for, longest_wish) : config.max_hold;
  auto left = not_before(from.held_until, most, wall) - wall;
  if (from.held_until != wall_time{} && now + left > held_until_) {
    held_until_ = now + left;
    held_for_ = std::max(from.held_for > duration{0} ? most : left, duration{0});
  }
  if (from.pace > pace_)
    pace_ = std::min(from.pace, config.max_pace);
  // Of a time to come if the clock was set back: it was now, at the latest.
  auto at = [&](wall_time t) { return now - std::max(std::chrono::duration_cast<duration>(wall - t), duration{0}); };
  if (from.strikes > strikes_) {
    strikes_ = from.strikes;
    last_strike_ = at(from.last_strike);
  }
  std::vector<mono_time> failed;
  for (auto t : from.failed)
    failed.push_back(at(t));
  if (failed.size() > config.failures)
    failed.erase(failed.begin(), failed.end() - config.failures);
  failed_ = stricter(std::move(failed), failed_);
  backed_off_ = std::max(backed_off_, from.backed_off);
}

void host_pacing::join(const host_pacing& other) {
  if (other.held_until_ > held_until_) {
    held_until_ = other.held_until_;
    held_for_ = other.held_for_;
  }
  pace_ = std::max(pace_, other.pace_);
  if (other.slowed_ && (!slowed_ || *other.slowed_ > *slowed_))
    slowed_ = other.slowed_;
  if (other.strikes_ > strikes_) {
    strikes_ = other.strikes_;
    last_strike_ = other.last_strike_;
  }
  failed_ = stricter(other.failed_, failed_);
  backed_off_ = std::max(backed_off_, other.backed_off_);
}

} // namespace vigie
