// What must be true of any simulated run, fair or stormy. Each check throws through Catch2.
#pragma once

#include <map>
#include <set>

#include "tests/simulation/fleet.hpp"

namespace vigie::simulation {

inline std::vector<stored_match> stored_matches(fleet& f) {
  std::vector<stored_match> out;
  f.db.list_matches({{}, {}, 1'000'000}, [&](const result<std::vector<stored_match>>& x) { out = *x; });
  return out;
}

inline std::vector<outbox_row> outbox(fleet& f) {
  std::vector<outbox_row> out;
  f.db.list_outbox({}, 1'000'000, [&](const result<std::vector<outbox_row>>& x) { out = *x; });
  return out;
}

inline found_pairs pairs_of(const std::vector<stored_match>& all) {
  found_pairs out;
  for (const auto& x : all) {
    INFO(x.alert_name << " " << x.pair.what.id.value);
    REQUIRE(out.emplace(x.alert_name, x.pair.what.id.value).second);
  }
  return out;
}

/// Each alert of an ended run was settled once; what is stored is what the naive reference says of those that went
/// well.
inline void check_settled(fleet& f, const run_summary& run) {
  REQUIRE(run.state != run_state::running);
  REQUIRE(run.alerts_ok + run.alerts_failed == run.alerts);
  std::vector<run_alert> rows;
  f.db.list_run_alerts(run.id, [&](const result<std::vector<run_alert>>& x) { rows = *x; });
  std::map<alert_id, run_alert> last;
  std::map<alert_id, size_t> settled, tries;
  for (const auto& x : rows) {
    last[x.alert] = x;
    settled[x.alert] += x.state == attempt_state::settled ? 1 : 0;
    tries[x.alert] += x.worker.value.empty() ? 0 : 1;
  }
  REQUIRE(last.size() == run.alerts);
  size_t ok = 0;
  for (const auto& [id, x] : last) {
    INFO("alert " << id.value << ", last attempt " << x.attempt << " " << to_string(x.state));
    REQUIRE(settled[id] <= 1);
    ok += settled[id];
  }
  REQUIRE(ok == run.alerts_ok);
}

inline void check_matches(fleet& f, bool all) {
  auto found = pairs_of(stored_matches(f));
  auto expected = f.offered.reference();
  if (all)
    REQUIRE(found == expected);
  REQUIRE(std::includes(expected.begin(), expected.end(), found.begin(), found.end()));
}

/// A row for each match and channel; by key never another body; without a key never twice.
inline void check_notified(fleet& f) {
  auto rows = outbox(f);
  std::set<std::tuple<alert_id, item_id, channel_id>> unique;
  std::map<channel_id, size_t> sent;
  for (const auto& x : rows) {
    REQUIRE(unique.emplace(x.alert, x.item, x.channel).second);
    REQUIRE((x.state == delivery_state::sent || x.state == delivery_state::ambiguous));
    REQUIRE((x.state == delivery_state::sent || x.channel.value == "mail"));
    sent[x.channel] += x.state == delivery_state::sent ? 1 : 0;
  }
  REQUIRE(rows.size() == 2 * stored_matches(f).size());
  std::map<std::string, std::string> bodies;
  for (const auto& x : f.shop.rows()) {
    auto [i, fresh] = bodies.emplace(x.key, x.body);
    REQUIRE((fresh || i->second == x.body));
  }
  REQUIRE(bodies.size() == sent[channel_id{"shop"}]);
  std::set<std::string> keys;
  for (const auto& x : f.mail.rows())
    REQUIRE(keys.insert(x.key).second);
  REQUIRE(keys.size() >= sent[channel_id{"mail"}]);
}

/// Starts at one host are never nearer than its gate allows, whoever asks, whatever died meanwhile.
inline void check_budget(fleet& f) {
  std::map<host_key, wall_time> before;
  auto gap = f.offered.sources().at(0).gate.min_interval;
  for (const auto& x : f.log.requests()) {
    if (auto i = before.find(x.host); i != before.end()) {
      INFO(x.host.value << " at " << to_rfc3339(x.at) << ", before that at " << to_rfc3339(i->second));
      REQUIRE(x.at - i->second >= gap);
    }
    before[x.host] = x.at;
  }
}

/// From the moment a ban is in force the worker asks the host no more; with an open circuit nobody does.
inline void check_bans(fleet& f) {
  std::vector<verdict> all;
  f.db.load_verdicts([&](const result<std::vector<verdict>>& x) { all = *x; });
  for (const auto& v : all)
    for (const auto& x : f.log.requests()) {
      auto meant = x.host == v.host && (v.scope == verdict_scope::host || x.by == v.worker);
      if (!meant)
        continue;
      INFO(x.by.value << " asked " << x.host.value << " at " << to_rfc3339(x.at) << ", " << to_string(v.scope)
                      << " banned since " << to_rfc3339(v.since));
      REQUIRE((x.at <= v.since || x.at >= v.until));
    }
}

/// Nothing rotates past two regions: no host refused more than two while the first ban was in force.
inline void check_rotation(fleet& f) {
  std::map<host_key, std::set<worker_id>> refused;
  for (const auto& x : f.log.requests())
    if (x.status == 403)
      refused[x.host].insert(x.by);
  for (const auto& [host, by] : refused) {
    INFO(host.value);
    REQUIRE(by.size() <= 2);
  }
}

/// After a 429 nobody asks that host before it said.
inline void check_held(fleet& f) {
  std::map<host_key, wall_time> held;
  for (const auto& x : f.log.requests()) {
    // What was asked before the answer was heard could not know: an answer takes at most latency + jitter.
    if (auto i = held.find(x.host); i != held.end()) {
      INFO(x.host.value << " at " << to_rfc3339(x.at) << ", asked to wait until " << to_rfc3339(i->second));
      REQUIRE(x.at >= i->second);
    }
    if (x.status == 429)
      held[x.host] = x.at + std::chrono::seconds{2};
  }
}

} // namespace vigie::simulation
