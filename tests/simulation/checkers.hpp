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
  REQUIRE((run.state == run_state::cancelled || run.alerts_ok + run.alerts_failed == run.alerts));
  std::vector<run_alert> rows;
  f.db.list_run_alerts(run.id, [&](const result<std::vector<run_alert>>& x) { rows = *x; });
  std::map<alert_id, run_alert> last;
  std::map<alert_id, size_t> settled, tries;
  for (const auto& x : rows) {
    last[x.alert] = x;
    settled[x.alert] += x.state == attempt_state::settled ? 1 : 0;
    tries[x.alert] += x.worker.value.empty() ? 0 : 1;
  }
  REQUIRE((run.state == run_state::cancelled || last.size() == run.alerts));
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
  std::string missed;
  for (const auto& [alert, item] : expected)
    if (found.count({alert, item}) == 0)
      missed += alert + ": " + item + "\n";
  INFO("not found:\n" << missed);
  if (all)
    REQUIRE(missed.empty());
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

} // namespace vigie::simulation
