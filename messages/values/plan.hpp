// What a cycle will take under the budgets of the hosts it asks: the answer of `vigie plan`.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "messages/values/alert.hpp"
#include "messages/values/fetch.hpp"
#include "messages/values/ids.hpp"
#include "messages/values/time.hpp"

namespace vigie {

/// From the gates' gaps alone: nobody knows beforehand how long a site takes to answer, so `longest` is what the gaps
/// make of it, not a promise.
struct time_range {
  duration shortest{0}; ///< every gap as short as it may be drawn
  duration expected{0}; ///< gaps of average length
  duration longest{0};

  friend bool operator==(const time_range&, const time_range&) = default;
};

enum class remedy_kind : uint8_t {
  longer_interval, ///< cycle.interval
  merge_alerts,    ///< let alerts share a query
  fewer_pages,     ///< paging.max_pages
  other_source     ///< an official API or a feed
};
/// "longer_interval", "merge_alerts", "fewer_pages", "other_source".
std::string_view to_string(remedy_kind x);

/// One way to make a plan fit, with the numbers.
struct plan_remedy {
  remedy_kind kind = remedy_kind::longer_interval;
  std::string text;               ///< a sentence for people
  duration interval{0};           ///< longer_interval: at least this
  uint32_t pages = 0;             ///< fewer_pages: at most so many a search
  uint32_t requests_saved = 0;    ///< merge_alerts, fewer_pages: a cycle
  std::vector<alert_id> alerts{}; ///< merge_alerts: whose queries differ only in case, blanks or the order of words

  friend bool operator==(const plan_remedy&, const plan_remedy&) = default;
};

/// What one gate has to let through.
struct gate_estimate {
  host_key gate;
  std::vector<source_id> sources{};
  gate_policy policy{}; ///< the most careful of its sources'
  uint32_t alerts = 0;
  uint32_t searches = 0; ///< alerts of one source with one query share one
  uint32_t requests = 0; ///< if every search has all the pages that its source reads at most
  uint32_t lanes = 1;    ///< gates that share the work: 1, or one for each worker (scope = "worker")
  uint32_t gaps = 0;     ///< of the busiest lane: its requests less one
  time_range takes{};
  uint64_t requests_a_day = 0; ///< with a timer: of all cycles that fit a day, counted at one place
  bool over_interval = false;  ///< `takes.shortest` is longer than the interval
  bool over_day = false;       ///< a cycle, or a day of them, has more requests than policy.daily_requests
  std::vector<plan_remedy> remedies{};

  bool fits() const { return !over_interval && !over_day; }
  friend bool operator==(const gate_estimate&, const gate_estimate&) = default;
};

struct cycle_estimate {
  duration interval{0}; ///< 0 = there is no timer, so nothing to exceed but the days' budgets
  uint32_t workers = 1;
  uint32_t alerts = 0;              ///< enabled ones that have a source
  std::vector<alert_id> homeless{}; ///< enabled ones without an enabled source
  uint32_t searches = 0;
  uint32_t requests = 0;
  time_range takes{};                 ///< of the slowest gate: gates work side by side
  bool feasible = true;               ///< every gate fits
  std::vector<gate_estimate> gates{}; ///< those that do not fit first, then the slowest first
};

} // namespace vigie
