// In which order available workers are preferred. Pure and seeded: the same seed and the same calls give the same
// picks.
#pragma once

#include <cstdint>
#include <random>
#include <vector>

#include "messages/values/error.hpp"
#include "messages/values/ids.hpp"
#include "messages/values/requests.hpp"
#include "messages/values/time.hpp"
#include "messages/values/worker.hpp"

namespace vigie {

struct balancing_config {
  balancing_strategy strategy = balancing_strategy::random;
  /// Fewer finished pieces of (decayed) work than this prove nothing: such a worker counts as the mean of the proven
  /// ones, so that 1 of 1 does not beat 99 of 100 (T17).
  double min_samples = 10;
  duration half_life{600000}; ///< counters of the past count half after this
  double ewma_weight = 0.2;   ///< of the newest duration
};

/// bad_config unless min_samples >= 0, half_life > 0 and 0 < ewma_weight <= 1.
error validate(const balancing_config& config);

/// What one worker did lately; old work fades.
class work_score {
public:
  void begun(const balancing_config& config, mono_time now, uint32_t pieces);
  /// Only a success and a fault of ours change the ratio; work that was not tried is no request either.
  void ended(const balancing_config& config, mono_time now, work_outcome how, duration took);

  struct figures {
    double requests = 0;
    double successes = 0;
    double errors = 0;
    double ewma_ms = 0; ///< 0 = nothing measured yet
  };
  figures at(const balancing_config& config, mono_time now) const;

private:
  void fade(const balancing_config& config, mono_time now);

  figures sum_;
  mono_time as_of_{};
};

struct balancing_candidate {
  worker_id worker;
  uint32_t in_flight = 0;
  work_score::figures recent;
};

/// Remembers only its generator and whose turn it is.
class balancing {
public:
  balancing(balancing_config config, uint64_t seed);

  /// Positions in `candidates`, the one to prefer first; each exactly once.
  ///   random        even shuffle
  ///   round_robin   by name, starting after the one that came first last time
  ///   least_used    fewest recent requests, then fewest in flight
  ///   health_based  best share of successes (in whole percent), then fewest in flight
  ///   p2c           two drawn at random, the one with the smaller (in_flight + 1) x latency first; repeated
  /// Equals are in random order.
  std::vector<size_t> order(const std::vector<balancing_candidate>& candidates);

private:
  std::vector<size_t> shuffled(size_t n);

  balancing_config config_;
  std::mt19937_64 random_;
  worker_id last_;
};

} // namespace vigie
