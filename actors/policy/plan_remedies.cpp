#include "actors/policy/plan_remedies.hpp"

#include <algorithm>
#include <cstdio>
#include <iterator>
#include <set>
#include <sstream>

#include "actors/policy/unicode.hpp"

namespace vigie {

namespace {

constexpr int64_t day_ms = 86'400'000;
constexpr size_t most_names = 12; ///< of alerts in one sentence

std::string number_of(uint64_t n, const std::string& one) {
  return std::to_string(n) + " " + one + (n == 1 ? "" : one.ends_with("ch") ? "es" : "s");
}

/// What a query asks for, whatever its case, blanks and order of words.
std::string essence(const std::string& query) {
  std::istringstream text{case_fold(query)};
  std::multiset<std::string> sorted{std::istream_iterator<std::string>{text}, {}};
  std::string out;
  for (const auto& word : sorted)
    out += word + " ";
  return out;
}

plan_remedy longer_interval(const gate_estimate& x) {
  plan_remedy out;
  out.interval = interval_needed(x);
  if (out.interval == duration{0}) {
    out.text = "no interval helps: one cycle has more requests than the gate's day (daily_requests = " +
               std::to_string(x.policy.daily_requests) + ")";
    return out;
  }
  out.text = "make [cycle] interval at least \"" + std::to_string(out.interval.count() / 1000) + "s\"";
  if (x.takes.longest > out.interval)
    out.text += "; with the longest gaps a cycle takes " + duration_words(x.takes.longest);
  return out;
}

plan_remedy merge_alerts(const gate_load& load, uint32_t fitting) {
  plan_remedy out;
  out.kind = remedy_kind::merge_alerts;
  std::map<std::pair<source_id, std::string>, std::vector<const gate_load::search*>> alike;
  for (const auto& search : load.searches)
    alike[{search.plan->source, essence(search.plan->query)}].push_back(&search);
  std::string names;
  for (const auto& [key, group] : alike) {
    if (group.size() < 2)
      continue;
    for (const auto* search : group) {
      for (const auto& x : search->plan->alerts) {
        if (out.alerts.size() < most_names)
          names += (names.empty() ? "" : ", ") + std::to_string(x.what.id.value) + " (\"" + x.what.query + "\")";
        out.alerts.push_back(x.what.id);
      }
      out.requests_saved += search == group.front() ? 0 : search->pages;
    }
  }
  const auto& x = load.estimate;
  auto bound = number_of(fitting, "request") + (fitting == 1 ? " fits" : " fit") + " where the plan has " +
               std::to_string(x.requests) + ": alerts with one query share one search";
  if (out.alerts.empty()) {
    out.text = "let alerts share a query (a broader one, their conditions narrow it down): " + bound;
    return out;
  }
  if (out.alerts.size() > most_names)
    names += " and " + std::to_string(out.alerts.size() - most_names) + " more";
  out.text = "give alerts that ask for the same one query: " + names + " save " +
             number_of(out.requests_saved, "request") + " a cycle; " + bound;
  return out;
}

optional<plan_remedy> fewer_pages(const gate_load& load, uint32_t fitting) {
  const auto& x = load.estimate;
  uint32_t most = 1;
  for (const auto& search : load.searches)
    most = std::max(most, search.pages);
  if (most == 1)
    return {};
  auto requests_with = [&](uint32_t pages) {
    uint32_t n = 0;
    for (const auto& search : load.searches)
      n += std::min(search.pages, pages);
    return n;
  };
  plan_remedy out;
  out.kind = remedy_kind::fewer_pages;
  out.pages = most - 1;
  while (out.pages > 1 && requests_with(out.pages) > fitting)
    --out.pages;
  auto left = requests_with(out.pages);
  out.requests_saved = x.requests - left;
  out.text = "read " + number_of(out.pages, "page") + " of a search instead of " + std::to_string(most) +
             " (paging.max_pages): that saves " + number_of(out.requests_saved, "request") + " a cycle" +
             (left > fitting ? ", which alone is not enough" : "");
  return out;
}

plan_remedy other_source(const gate_estimate& x) {
  plan_remedy out;
  out.kind = remedy_kind::other_source;
  out.text = "ask an official API or a feed of " + x.gate.value + ": one request there can stand for " +
             number_of(x.searches, "search");
  return out;
}

} // namespace

std::string duration_words(duration x) {
  auto ms = x.count();
  char out[48];
  if (ms < 60'000)
    std::snprintf(out, sizeof out, ms % 1000 == 0 ? "%.0fs" : "%.1fs", static_cast<double>(ms) / 1000);
  else if (ms < 3'600'000)
    std::snprintf(out, sizeof out, "%lldm %llds", static_cast<long long>(ms / 60'000),
                  static_cast<long long>(ms / 1000 % 60));
  else
    std::snprintf(out, sizeof out, "%lldh %lldm", static_cast<long long>(ms / 3'600'000),
                  static_cast<long long>(ms / 60'000 % 60));
  return out;
}

duration interval_needed(const gate_estimate& x) {
  uint64_t busiest = x.requests == 0 ? 0 : x.gaps + 1;
  if (busiest > x.policy.daily_requests)
    return duration{0};
  auto budget = std::max<uint64_t>(1, x.policy.daily_requests);
  auto for_the_day = duration{static_cast<int64_t>((busiest * day_ms + budget - 1) / budget)};
  return std::chrono::ceil<std::chrono::seconds>(std::max(x.takes.shortest, for_the_day));
}

uint32_t requests_that_fit(const gate_estimate& x, duration interval) {
  uint64_t fit = x.policy.daily_requests;
  if (interval > duration{0}) {
    auto gap = std::max<int64_t>(1, x.policy.min_interval.count());
    fit = std::min(fit, static_cast<uint64_t>(interval.count() / gap) + 1);
    fit = std::min(fit, static_cast<uint64_t>(x.policy.daily_requests) * static_cast<uint64_t>(interval.count()) /
                            static_cast<uint64_t>(std::max<int64_t>(day_ms, interval.count())));
  }
  return static_cast<uint32_t>(std::min<uint64_t>(fit * x.lanes, UINT32_MAX));
}

std::vector<plan_remedy> remedies_for(const gate_load& load, const estimate_config& config) {
  const auto& x = load.estimate;
  auto fitting = requests_that_fit(x, config.interval);
  std::vector<plan_remedy> out{longer_interval(x), merge_alerts(load, fitting)};
  if (auto pages = fewer_pages(load, fitting))
    out.push_back(std::move(*pages));
  else
    out.push_back(other_source(x));
  return out;
}

} // namespace vigie
