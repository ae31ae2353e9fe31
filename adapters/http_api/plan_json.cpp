// What a cycle will take, as JSON.
#include "adapters/http_api/api_json.hpp"

namespace vigie {

namespace {

template <class Ids>
json_value list_of(const Ids& ids) {
  auto out = json_value::array();
  for (const auto& id : ids)
    out.push(id.value);
  return out;
}

void set_times(json_value& into, const time_range& x) {
  into.set("shortestMs", x.shortest.count());
  into.set("expectedMs", x.expected.count());
  into.set("longestMs", x.longest.count());
}

json_value remedy_json(const plan_remedy& x) {
  auto out = json_value::object({{"kind", to_string(x.kind)}, {"text", x.text}});
  if (x.interval > duration{0})
    out.set("intervalMs", x.interval.count());
  if (x.pages > 0)
    out.set("pages", x.pages);
  if (x.requests_saved > 0)
    out.set("requestsSaved", x.requests_saved);
  if (!x.alerts.empty())
    out.set("alerts", list_of(x.alerts));
  return out;
}

json_value gate_json(const gate_estimate& x) {
  auto remedies = json_value::array();
  for (const auto& r : x.remedies)
    remedies.push(remedy_json(r));
  auto out = json_value::object({{"gate", x.gate.value},
                                 {"feasible", x.fits()},
                                 {"sources", list_of(x.sources)},
                                 {"alerts", x.alerts},
                                 {"searches", x.searches},
                                 {"requests", x.requests},
                                 {"lanes", x.lanes},
                                 {"gaps", x.gaps},
                                 {"minGapMs", x.policy.min_interval.count()},
                                 {"maxGapMs", std::max(x.policy.min_interval, x.policy.max_interval).count()},
                                 {"maxInFlight", x.policy.max_in_flight}});
  set_times(out, x.takes);
  out.set("overInterval", x.over_interval);
  out.set("dailyRequests", x.policy.daily_requests);
  out.set("requestsADay", x.requests_a_day);
  out.set("overDay", x.over_day);
  out.set("remedies", std::move(remedies));
  return out;
}

} // namespace

json_value plan_json(const cycle_estimate& x, size_t most_gates) {
  auto gates = json_value::array();
  for (size_t i = 0; i < std::min(most_gates, x.gates.size()); ++i)
    gates.push(gate_json(x.gates[i]));
  auto out =
      json_value::object({{"verdict", x.feasible ? "FEASIBLE" : "PLAN_INFEASIBLE"},
                          {"feasible", x.feasible},
                          {"intervalMs", x.interval > duration{0} ? json_value{x.interval.count()} : json_value{}},
                          {"workers", x.workers},
                          {"alerts", x.alerts},
                          {"searches", x.searches},
                          {"requests", x.requests}});
  set_times(out, x.takes);
  out.set("alertsWithoutSource", list_of(x.homeless));
  out.set("gatesInAll", x.gates.size());
  out.set("gates", std::move(gates));
  return out;
}

} // namespace vigie
