// The words of every enumeration: the same in messages, events, metrics, tables and the API.
#include <array>
#include <cstdio>
#include <ctime>
#include <utility>

#include "messages/values/command.hpp"
#include "messages/values/conduct.hpp"
#include "messages/values/plan.hpp"
#include "messages/values/run.hpp"
#include "messages/values/time.hpp"
#include "messages/values/verdict.hpp"
#include "messages/values/worker.hpp"

namespace vigie {

namespace {

template <size_t N>
using words = std::array<std::string_view, N>;

constexpr words<3> run_triggers{"timer", "manual", "resume"};
constexpr words<7> run_states{"running",   "completed",     "partial",        "failed",
                              "cancelled", "skipped_empty", "skipped_overlap"};
constexpr words<3> overlap_policies{"skip", "queue_one", "cancel_old"};
constexpr words<5> attempt_states{"assigned", "settled", "failed", "abandoned", "late"};
constexpr words<5> delivery_states{"pending", "sending", "sent", "ambiguous", "dead"};
constexpr words<4> verdict_scopes{"worker", "worker_host", "credential", "host"};
constexpr words<5> link_states{"connecting", "up", "suspect", "down", "draining"};
constexpr words<5> strategies{"random", "round-robin", "least-used", "health-based", "p2c"};
constexpr words<4> remedy_kinds{"longer_interval", "merge_alerts", "fewer_pages", "other_source"};
constexpr words<5> robots_standings{"unknown", "rules", "unavailable", "refused", "unreachable"};
constexpr words<4> command_kinds{"check-alerts", "scrape", "generate-cookies", "custom"};

template <class E, size_t N>
std::string_view word(const words<N>& all, E x) {
  auto i = static_cast<size_t>(x);
  return i < N ? all[i] : std::string_view{"unknown"};
}

template <class E, size_t N>
result<E> parse(const words<N>& all, std::string_view x, std::string_view what) {
  std::string known;
  for (size_t i = 0; i < N; ++i) {
    if (all[i] == x)
      return static_cast<E>(i);
    known += (i ? ", " : "") + std::string{all[i]};
  }
  return fail(errc::bad_request, "unknown " + std::string{what} + " \"" + std::string{x} + "\"; known are: " + known);
}

} // namespace

std::string_view to_string(run_trigger x) {
  return word(run_triggers, x);
}
std::string_view to_string(run_state x) {
  return word(run_states, x);
}
std::string_view to_string(overlap_policy x) {
  return word(overlap_policies, x);
}
std::string_view to_string(remedy_kind x) {
  return word(remedy_kinds, x);
}
std::string_view to_string(attempt_state x) {
  return word(attempt_states, x);
}
std::string_view to_string(delivery_state x) {
  return word(delivery_states, x);
}
std::string_view to_string(verdict_scope x) {
  return word(verdict_scopes, x);
}
std::string_view to_string(link_state x) {
  return word(link_states, x);
}
std::string_view to_string(balancing_strategy x) {
  return word(strategies, x);
}
std::string_view to_string(command_kind x) {
  return word(command_kinds, x);
}
std::string_view to_string(robots_standing x) {
  return word(robots_standings, x);
}

result<run_trigger> run_trigger_from_string(std::string_view x) {
  return parse<run_trigger>(run_triggers, x, "run trigger");
}
result<run_state> run_state_from_string(std::string_view x) {
  return parse<run_state>(run_states, x, "run state");
}
result<overlap_policy> overlap_policy_from_string(std::string_view x) {
  return parse<overlap_policy>(overlap_policies, x, "overlap policy");
}
result<attempt_state> attempt_state_from_string(std::string_view x) {
  return parse<attempt_state>(attempt_states, x, "attempt state");
}
result<delivery_state> delivery_state_from_string(std::string_view x) {
  return parse<delivery_state>(delivery_states, x, "delivery state");
}
result<robots_standing> robots_standing_from_string(std::string_view x) {
  return parse<robots_standing>(robots_standings, x, "standing of a robots.txt");
}
result<verdict_scope> verdict_scope_from_string(std::string_view x) {
  return parse<verdict_scope>(verdict_scopes, x, "verdict scope");
}
result<balancing_strategy> balancing_strategy_from_string(std::string_view x) {
  return parse<balancing_strategy>(strategies, x, "balancing strategy");
}
result<command_kind> command_kind_from_string(std::string_view x) {
  return parse<command_kind>(command_kinds, x, "command type");
}

std::string to_rfc3339(wall_time t) {
  auto ms = to_unix_ms(t);
  auto whole = ms >= 0 ? ms / 1000 : (ms - 999) / 1000;
  auto seconds = static_cast<std::time_t>(whole);
  std::tm parts{};
  gmtime_r(&seconds, &parts);
  char buffer[96];
  std::snprintf(buffer, sizeof buffer, "%04d-%02d-%02dT%02d:%02d:%02d.%03dZ", parts.tm_year + 1900, parts.tm_mon + 1,
                parts.tm_mday, parts.tm_hour, parts.tm_min, parts.tm_sec, static_cast<int>(ms - whole * 1000));
  return buffer;
}

} // namespace vigie
