#include "actors/policy/balancing.hpp"

#include <algorithm>
#include <cmath>
#include <numeric>
#include <tuple>

namespace vigie {

error validate(const balancing_config& config) {
  if (!(config.min_samples >= 0))
    return {errc::bad_config, "balancing.min_samples must not be negative", {}};
  if (config.half_life <= duration{0})
    return {errc::bad_config, "balancing.half_life must be above 0", {}};
  if (!(config.ewma_weight > 0 && config.ewma_weight <= 1))
    return {errc::bad_config, "balancing.ewma_weight must be above 0 and at most 1", {}};
  return {};
}

namespace {

double factor(const balancing_config& config, duration age) {
  return std::exp2(-static_cast<double>(age.count()) / static_cast<double>(config.half_life.count()));
}

double finished(const work_score::figures& x) {
  return x.successes + x.errors;
}

double share(const work_score::figures& x) {
  return x.successes / finished(x);
}

bool proven(const balancing_config& config, const work_score::figures& x) {
  return finished(x) > 0 && finished(x) >= config.min_samples;
}

/// What an unproven worker counts as.
double mean_share(const balancing_config& config, const std::vector<balancing_candidate>& candidates) {
  double successes = 0;
  double all = 0;
  for (const auto& x : candidates) {
    if (proven(config, x.recent)) {
      successes += x.recent.successes;
      all += finished(x.recent);
    }
  }
  return all > 0 ? successes / all : 1;
}

double cost(const balancing_candidate& x) {
  // An unmeasured worker costs the least per piece, so that it gets measured.
  return (x.in_flight + 1.0) * std::max(x.recent.ewma_ms, 1.0);
}

} // namespace

void work_score::fade(const balancing_config& config, mono_time now) {
  if (now <= as_of_)
    return;
  auto f = factor(config, std::chrono::duration_cast<duration>(now - as_of_));
  sum_.requests *= f;
  sum_.successes *= f;
  sum_.errors *= f;
  as_of_ = now;
}

void work_score::begun(const balancing_config& config, mono_time now, uint32_t pieces) {
  fade(config, now);
  sum_.requests += pieces;
}

void work_score::ended(const balancing_config& config, mono_time now, work_outcome how, duration took) {
  fade(config, now);
  sum_.requests -= how == work_outcome::untried ? std::min(sum_.requests, 1.0) : 0;
  sum_.successes += how == work_outcome::success ? 1 : 0;
  sum_.errors += how == work_outcome::our_fault ? 1 : 0;
  if (how != work_outcome::success)
    return; // a failure's duration says nothing about speed
  auto ms = static_cast<double>(took.count());
  sum_.ewma_ms = sum_.ewma_ms == 0 ? ms : sum_.ewma_ms + config.ewma_weight * (ms - sum_.ewma_ms);
}

work_score::figures work_score::at(const balancing_config& config, mono_time now) const {
  auto copy = *this;
  copy.fade(config, now);
  return copy.sum_;
}

balancing::balancing(balancing_config config, uint64_t seed) : config_(config), random_(seed) {}

std::vector<size_t> balancing::shuffled(size_t n) {
  std::vector<size_t> out(n);
  std::iota(out.begin(), out.end(), size_t{0});
  std::shuffle(out.begin(), out.end(), random_);
  return out;
}

std::vector<size_t> balancing::order(const std::vector<balancing_candidate>& candidates) {
  auto out = shuffled(candidates.size());
  auto at = [&](size_t i) -> const balancing_candidate& { return candidates[i]; };
  switch (config_.strategy) {
  case balancing_strategy::random:
    break;
  case balancing_strategy::round_robin: {
    std::sort(out.begin(), out.end(), [&](size_t a, size_t b) { return at(a).worker < at(b).worker; });
    auto next = std::find_if(out.begin(), out.end(), [&](size_t i) { return at(i).worker > last_; });
    std::rotate(out.begin(), next, out.end());
    break;
  }
  case balancing_strategy::least_used:
    std::stable_sort(out.begin(), out.end(), [&](size_t a, size_t b) {
      return std::tuple{at(a).recent.requests, at(a).in_flight} < std::tuple{at(b).recent.requests, at(b).in_flight};
    });
    break;
  case balancing_strategy::health_based: {
    auto usual = mean_share(config_, candidates);
    auto percent = [&](size_t i) {
      return std::lround(100 * (proven(config_, at(i).recent) ? share(at(i).recent) : usual));
    };
    std::stable_sort(out.begin(), out.end(), [&](size_t a, size_t b) {
      return std::tuple{-percent(a), at(a).in_flight} < std::tuple{-percent(b), at(b).in_flight};
    });
    break;
  }
  case balancing_strategy::p2c:
    for (size_t i = 0; i + 1 < out.size(); ++i) {
      // The rest is shuffled: its first two are two drawn at random.
      if (cost(at(out[i + 1])) < cost(at(out[i])))
        std::swap(out[i], out[i + 1]);
      std::shuffle(out.begin() + static_cast<std::ptrdiff_t>(i) + 1, out.end(), random_);
    }
    break;
  }
  if (!out.empty())
    last_ = at(out.front()).worker;
  return out;
}

} // namespace vigie
