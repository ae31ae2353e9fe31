// What the benchmarks share: CPU clocks and a line of JSON. Medians and intervals are tests/bench/run's.
#pragma once

#include <time.h>
#include <unistd.h>

#include <caf/all.hpp>

#include <algorithm>
#include <cstdint>
#include <cstdlib>
#include <iostream>
#include <string>
#include <vector>

#include "adapters/ports/event_log.hpp"
#include "runtime/link/caf_settings.hpp"

namespace vigie::bench {

inline uint64_t read_clock(clockid_t which) {
  timespec now{};
  if (::clock_gettime(which, &now) != 0) {
    std::cerr << "a clock cannot be read\n";
    std::_Exit(1);
  }
  return static_cast<uint64_t>(now.tv_sec) * 1'000'000'000 + static_cast<uint64_t>(now.tv_nsec);
}

/// CPU time of this process, all threads.
inline uint64_t cpu_ns() {
  return read_clock(CLOCK_PROCESS_CPUTIME_ID);
}

/// CPU time of another process, all threads.
inline uint64_t cpu_ns_of(pid_t pid) {
  clockid_t clock{};
  if (::clock_getcpuclockid(pid, &clock) != 0) {
    std::cerr << "process " << pid << " is gone\n";
    std::_Exit(1);
  }
  return read_clock(clock);
}

inline uint64_t wall_ns() {
  return read_clock(CLOCK_MONOTONIC);
}

/// The value that `share` of the values do not exceed.
inline double percentile(std::vector<uint64_t> values, double share) {
  if (values.empty())
    return 0;
  std::sort(values.begin(), values.end());
  auto at = static_cast<size_t>(share * static_cast<double>(values.size()));
  return static_cast<double>(values[std::min(at, values.size() - 1)]);
}

inline uint64_t argument(int argc, char** argv, int at, uint64_t otherwise) {
  return argc > at ? std::strtoull(argv[at], nullptr, 10) : otherwise;
}

[[noreturn]] inline void give_up(const std::string& why) {
  std::cerr << why << "\n";
  std::_Exit(1);
}

/// The settings of a vigie process; `threads` 0 = as many as there are cores.
struct settings : caf::actor_system_config {
  explicit settings(uint64_t threads = 0) {
    configure(*this);
    if (threads > 0)
      set("scheduler.max-threads", caf::config_value::integer(threads));
  }
};

class quiet_log : public event_log {
public:
  quiet_log() { set_threshold(log_level::off); }
  void emit(const event&) override {}
  void write_through(const event&, written done) override { done({}); }
};

} // namespace vigie::bench
