// Random histories of a cycle (attempts, settlements, repetitions, late results, new runs, restarts) against a model of
// what the database port promises. Shrinks to the shortest history that breaks it.
#pragma once

#include <map>
#include <set>
#include <tuple>

#include <rapidcheck.h>

#include "tests/contract/database_home.hpp"

namespace vigie::testing {

/// One step: what to do, to which alert, with which of the attempts so far, with which items.
using history_step = std::tuple<uint8_t, uint8_t, uint8_t, uint8_t>;

class history {
public:
  explicit history(const make_database_home& make)
      : fleet_(make, {alert_named("a", {"log", "hook"}), alert_named("b", {"log"}), learner()}) {}

  void play(const history_step& step) {
    auto [kind, which, pick, items] = step;
    const auto& on = fleet_.alerts[which % fleet_.alerts.size()];
    switch (kind % 12) {
    case 0:
    case 1:
    case 2:
    case 3:
      return begin(on);
    case 4:
    case 5:
    case 6:
      return settle_some(pick, items, false);
    case 7:
      return settle_newest(on, items);
    case 8:
      return settle_some(pick, items, true);
    case 9:
      return repeat(pick);
    case 10:
      return next_run();
    default:
      return reopen();
    }
  }

  /// Everything the model knows is there, and nothing else.
  void compare() {
    std::set<pair> stored;
    for (const auto& x : fleet_.matches())
      RC_ASSERT(stored.insert({x.pair.alert.value, x.pair.what.id.value}).second);
    RC_ASSERT(stored == matches_);
    std::set<std::string> keys;
    std::map<pair, size_t> told;
    for (const auto& x : fleet_.outbox()) {
      RC_ASSERT(keys.insert(x.key).second);
      RC_ASSERT(bodies_.try_emplace(x.key, x.body).first->second == x.body);
      ++told[{x.alert.value, x.item.value}];
    }
    RC_ASSERT(told == told_);
    for (const auto& [id, expected] : runs_) {
      auto run = fleet_.db.must(&database::get_run, run_id{id});
      RC_ASSERT(run.alerts_ok == expected.ok);
      RC_ASSERT(run.alerts_failed == expected.failed);
      RC_ASSERT(run.new_matches == expected.new_matches);
      RC_ASSERT(run.late == expected.late);
      RC_ASSERT(run.resent == expected.resent);
    }
    auto unfinished = fleet_.db.must(&database::find_unfinished_run);
    RC_ASSERT(unfinished.run.id == fleet_.run);
    RC_ASSERT(unfinished.alerts.size() + runs_[fleet_.run.value].done.size() == fleet_.alerts.size());
  }

private:
  using pair = std::pair<int64_t, std::string>;

  struct model_run {
    uint32_t ok = 0, failed = 0, new_matches = 0, late = 0, resent = 0;
    std::set<int64_t> done;
    std::map<int64_t, int64_t> newest; ///< token by alert
  };
  struct model_attempt {
    alert_settled what;
    bool final = false;
    attempt_state state = attempt_state::assigned;
    settle_receipt receipt;
  };

  static alert learner() {
    auto out = alert_named("c", {"log"});
    out.baseline = true;
    return out;
  }

  void begin(const alert& on) {
    auto& run = runs_[fleet_.run.value];
    auto token = fleet_.attempt(on);
    RC_ASSERT((attempts_.empty() || token.value > attempts_.rbegin()->first));
    if (auto before = run.newest.find(on.id.value); before != run.newest.end()) {
      ++run.resent;
      if (auto& old = attempts_[before->second]; old.state == attempt_state::assigned)
        old.state = attempt_state::abandoned;
    }
    run.newest[on.id.value] = token.value;
    attempts_[token.value].what = settled(fleet_.run, on.id, token, {});
  }

  void settle_some(uint8_t pick, uint8_t items, bool failing) {
    if (attempts_.empty())
      return;
    auto at = std::next(attempts_.begin(), pick % static_cast<int>(attempts_.size()));
    settle(at->second, items, failing);
  }

  void settle_newest(const alert& on, uint8_t items) {
    auto& newest = runs_[fleet_.run.value].newest;
    if (auto at = newest.find(on.id.value); at != newest.end())
      settle(attempts_[at->second], items, false);
  }

  void settle(model_attempt& attempt, uint8_t items, bool failing) {
    std::vector<std::string> found;
    for (int i = 0; i < 5 && !failing; ++i)
      if ((items >> i & 1) != 0)
        found.push_back("item/" + std::to_string(i));
    auto what = settled(attempt.what.run, attempt.what.alert, attempt.what.token, found);
    if (failing)
      what = failed(what.run, what.alert, what.token);
    auto final = (items & 1) != 0;
    attempt.what = what;
    attempt.final = final;
    check(attempt);
  }

  void repeat(uint8_t pick) {
    if (attempts_.empty())
      return;
    check(std::next(attempts_.begin(), pick % static_cast<int>(attempts_.size()))->second);
  }

  void check(model_attempt& attempt) {
    auto expected = predict(attempt);
    auto receipt = fleet_.settle(attempt.what, attempt.final);
    RC_ASSERT(receipt.applied == expected.applied);
    RC_ASSERT(receipt.new_matches == expected.new_matches);
    RC_ASSERT(receipt.outbox_rows == expected.outbox_rows);
  }

  /// What the settlement must answer, with the model changed accordingly.
  settle_receipt predict(model_attempt& attempt) {
    const auto& what = attempt.what;
    auto& run = runs_[what.run.value];
    auto success = what.problem.code == errc::none;
    auto open = what.run == fleet_.run && !run.done.contains(what.alert.value) &&
                run.newest[what.alert.value] == what.token.value;
    if (attempt.state == attempt_state::settled && success)
      return attempt.receipt;
    if (attempt.state == attempt_state::failed && !success) {
      if (attempt.final && open)
        finish(run, what.alert, run.failed);
      return attempt.receipt;
    }
    if (attempt.state != attempt_state::assigned || !open) {
      if (attempt.state != attempt_state::settled && attempt.state != attempt_state::late) {
        attempt.state = attempt_state::late;
        ++run.late;
      }
      return {};
    }
    attempt.receipt.applied = true;
    attempt.state = success ? attempt_state::settled : attempt_state::failed;
    if (!success && attempt.final)
      finish(run, what.alert, run.failed);
    if (success) {
      finish(run, what.alert, run.ok);
      learn(attempt);
      run.new_matches += attempt.receipt.new_matches;
    }
    return attempt.receipt;
  }

  static void finish(model_run& run, alert_id id, uint32_t& counter) {
    run.done.insert(id.value);
    ++counter;
  }

  void learn(model_attempt& attempt) {
    auto id = attempt.what.alert;
    auto baseline = id == fleet_.alerts[2].id && !std::exchange(learned_, learned_ || id == fleet_.alerts[2].id);
    auto channels = id == fleet_.alerts[0].id ? 2u : 1u;
    for (const auto& x : attempt.what.matches) {
      auto key = pair{id.value, x.what.id.value};
      if (!seen_.insert(key).second || baseline)
        continue;
      matches_.insert(key);
      told_[key] = channels;
      attempt.receipt.new_matches += 1;
      attempt.receipt.outbox_rows += channels;
    }
  }

  void next_run() {
    for (auto& [token, x] : attempts_)
      if (x.state == attempt_state::assigned)
        x.state = attempt_state::abandoned;
    fleet_.begin_another_run();
    runs_[fleet_.run.value];
  }

  void reopen() {
    fleet_.db = database_caller{fleet_.home->open()};
    compare();
  }

  running_fleet fleet_;
  std::map<int64_t, model_run> runs_;
  std::map<int64_t, model_attempt> attempts_;
  std::set<pair> seen_;
  std::set<pair> matches_;
  std::map<pair, size_t> told_;
  std::map<std::string, std::string> bodies_;
  bool learned_ = false;
};

inline void check_histories(const make_database_home& make) {
  REQUIRE(rc::check("nothing is told twice and nothing applied is lost", [&](const std::vector<history_step>& steps) {
    history told{make};
    for (const auto& step : steps)
      told.play(step);
    told.play({11, 0, 0, 0});
  }));
}

} // namespace vigie::testing
