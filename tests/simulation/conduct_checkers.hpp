// How the fleet treated the sites, judged by the sites' own log. Each check returns the first fault that it sees.
//
// What nobody can know is no fault: a word of a site (429, 403) binds the fleet from when it could have been told. The
// process that got it may have died before it told; while its link was cut, it could not. But a place in flight is
// taken until its request is over, or its time-out has passed, so a host of one place is safe from such gaps.
#pragma once

#include <map>
#include <optional>
#include <set>

#include "tests/simulation/fleet.hpp"

namespace vigie::simulation {

using fault = std::optional<std::string>;

inline std::string told(const site_request& x) {
  return x.by.value + " at " + to_rfc3339(x.at) + ", " + x.url + ", " + std::to_string(x.status) +
         (x.over() ? " at " + to_rfc3339(x.ended) : std::string{", under way"});
}

/// When a worker could speak to main.
class link_history {
public:
  explicit link_history(const trace& log) {
    for (const auto& x : log.lines()) {
      if (x.name == "main_attached")
        change(x.node, x.at, true);
      else if (x.name == "main_detached" || (x.name == "actor_restarted" && gateway_of(x) == x.node))
        change(x.node, x.at, false);
    }
    for (const auto& x : log.blows()) {
      auto& pauses = pauses_[x.whom];
      auto paused = !pauses.empty() && pauses.back().second == wall_time::max();
      if (x.kind == "kill" || x.kind == "stop")
        deaths_[x.whom].push_back(x.at);
      if (x.kind == "pause" && !paused)
        pauses.emplace_back(x.at, wall_time::max());
      else if (paused && x.kind != "pause")
        pauses.back().second = x.at; // it goes on, or has died
    }
  }

  /// The process died after it had got the answer at `since`, and before it could tell main or before `at`.
  bool died(const worker_id& who, wall_time since, wall_time at) const {
    auto all = deaths_.find(who.value);
    if (all == deaths_.end())
      return false;
    for (auto death : all->second)
      if (death >= since && death <= at && !could_tell(who, since, death))
        return true;
    return false;
  }

  /// Between these moments it had a link for long enough to say what it knew.
  bool could_tell(const worker_id& who, wall_time since, wall_time until) const {
    if (auto pauses = pauses_.find(who.value); pauses != pauses_.end())
      for (const auto& [begin, end] : pauses->second)
        if (begin < until && end > since)
          since = end; // it had heard nothing before
    if (since >= until)
      return false;
    auto all = changes_.find(who.value);
    if (all == changes_.end())
      return false;
    optional<wall_time> up;
    for (const auto& [at, attached] : all->second) {
      if (at > until)
        break;
      if (up && at - std::max(*up, since) >= enough)
        return true;
      if (!attached)
        up = std::nullopt;
      else if (!up)
        up = at;
    }
    return up && until - std::max(*up, since) >= enough;
  }

  /// When it hears what a site said at this moment: when it goes on, if it is stopped.
  wall_time hears(const worker_id& who, wall_time said) const {
    if (auto pauses = pauses_.find(who.value); pauses != pauses_.end())
      for (const auto& [begin, end] : pauses->second)
        if (begin <= said && end > said)
          return end;
    return said;
  }

  /// A request was about to be sent when its worker was stopped, before `told` could be known; it went on with it.
  bool left_late(const site_request& x, wall_time told) const {
    auto pauses = pauses_.find(x.by.value);
    return pauses != pauses_.end() && std::any_of(pauses->second.begin(), pauses->second.end(),
                                                  [&](const auto& p) { return p.first <= told && p.second == x.at; });
  }

private:
  /// A worker repeats what was not heard every second.
  static constexpr duration enough{2500};

  static std::string gateway_of(const trace::line& x) {
    for (const auto& [name, value] : x.fields)
      if (name == "actor" && value.starts_with("worker-gateway/"))
        return value.substr(value.find('/') + 1);
    return {};
  }

  void change(const std::string& who, wall_time at, bool attached) { changes_[who].emplace_back(at, attached); }

  std::map<std::string, std::vector<std::pair<wall_time, bool>>> changes_;
  std::map<std::string, std::vector<wall_time>> deaths_;
  std::map<std::string, std::vector<std::pair<wall_time, wall_time>>> pauses_;
};

inline const gate_policy& gate_of(const fleet& f, const host_key& host) {
  for (const auto& s : f.offered.sources())
    if (s.id.value + ".test" == host.value)
      return s.gate;
  throw std::out_of_range{host.value};
}

/// The fleet may be excused for a request that came after `word` was heard: it could not know.
inline bool unknowable(const fleet& f, const link_history& links, const site_request& word, const site_request& x) {
  auto several = gate_of(f, word.host).max_in_flight > 1;
  if (several && x.by != word.by && links.left_late(x, links.hears(word.by, word.ended) + duration{1000}))
    return true;
  if (x.by != word.by && !links.could_tell(word.by, word.ended, x.at)) {
    auto timeout = f.offered.sources().at(0).timeout;
    auto protected_by_place = gate_of(f, word.host).max_in_flight == 1 && x.at < word.at + timeout;
    // The place of a dead process is kept for it until the time-out, too.
    return !protected_by_place;
  }
  return links.died(word.by, word.ended, x.at);
}

/// By host, in order of arrival.
inline std::map<host_key, std::vector<site_request>> by_host(const fleet& f) {
  std::map<host_key, std::vector<site_request>> out;
  for (const auto& x : f.log.requests())
    out[x.host].push_back(x);
  return out;
}

/// After a 429 nobody asks that host before it said.
inline fault held_too_short(const fleet& f) {
  link_history links{f.log};
  for (const auto& [host, all] : by_host(f))
    for (const auto& word : all) {
      if (word.status != 429 || !word.answered)
        continue;
      for (const auto& x : all)
        if (x.at > word.ended && x.at < word.ended + word.wanted && !unknowable(f, links, word, x))
          return host.value + " was asked by " + told(x) + "; it had asked to wait for " +
                 std::to_string(word.wanted.count()) + " ms: " + told(word);
    }
  return {};
}

/// What a host that fails is owed at this moment: when it may be asked again.
class failing_host {
public:
  void broke(wall_time at) {
    failed_.push_back(at);
    auto young = [&](wall_time t) { return at - t <= config_.failure_window; };
    if (backed_off_ == 0 && std::count_if(failed_.begin(), failed_.end(), young) < config_.failures)
      return;
    auto hold = std::min(config_.failure_hold * (int64_t{1} << std::min(backed_off_, 20u)), config_.max_failure_hold);
    until_ = std::max(until_, at + duration{hold.count() * 9 / 10});
    ++backed_off_;
  }
  wall_time until() const { return until_; }

private:
  host_pacing_config config_;
  std::vector<wall_time> failed_;
  uint32_t backed_off_ = 0;
  wall_time until_{};
};

/// A host that fails is asked ever less, whoever owns the gates meanwhile. A success ends that when main hears of it:
/// failures count from the last success that could have been told before them.
inline fault backed_off_too_short(const fleet& f) {
  link_history links{f.log};
  for (const auto& [host, all] : by_host(f)) {
    auto words = all;
    std::erase_if(words, [](const auto& x) { return !x.answered || (x.status != 200 && x.status < 500); });
    std::sort(words.begin(), words.end(), [](const auto& a, const auto& b) { return a.ended < b.ended; });
    for (const auto& x : all) {
      failing_host owed;
      auto last = words.begin();
      for (auto word = words.begin(); word != words.end() && word->ended < x.at; ++word) {
        if (word->status == 200) {
          owed = {};
          last = word;
        } else if (!unknowable(f, links, *word, x) &&
                   (last->status != 200 || links.could_tell(last->by, last->ended, word->ended))) {
          owed.broke(word->ended);
        }
      }
      if (x.at < owed.until())
        return host.value + " fails, and was asked by " + told(x) + " before " + to_rfc3339(owed.until());
    }
  }
  return {};
}

/// A region that was refused asks no more while its ban is in force; after two nobody does.
inline fault rotated(const fleet& f) {
  link_history links{f.log};
  for (const auto& [host, all] : by_host(f)) {
    std::vector<site_request> refusals;
    for (const auto& x : all)
      if (x.status == 403 && x.answered)
        refusals.push_back(x);
    std::sort(refusals.begin(), refusals.end(), [](const auto& a, const auto& b) { return a.ended < b.ended; });
    for (const auto& x : all) {
      std::set<worker_id> before;
      for (const auto& word : refusals) {
        if (word.ended >= x.at || x.at >= word.ended + ban_config{}.ban || unknowable(f, links, word, x))
          continue;
        if (word.by == x.by)
          return host.value + " was asked by " + told(x) + "; that region had been refused: " + told(word);
        before.insert(word.by);
      }
      if (before.size() >= 2)
        return host.value + " was asked by " + told(x) + " after two regions had been refused";
    }
  }
  return {};
}

/// Never more under way at a site than its gate allows, whoever asked and whatever became of the asker.
inline fault too_many_at_once(fleet& f) {
  for (const auto& [host, all] : by_host(f)) {
    auto limit = gate_of(f, host).max_in_flight;
    std::multiset<wall_time> ends;
    for (const auto& x : all) {
      ends.erase(ends.begin(), ends.upper_bound(x.at));
      ends.insert(x.over() ? x.ended : wall_time::max());
      if (ends.size() > limit)
        return host.value + " had " + std::to_string(ends.size()) + " requests under way when asked by " + told(x);
    }
  }
  return {};
}

/// Starts at one host are never nearer than its gate allows.
inline fault too_close(fleet& f) {
  for (const auto& [host, all] : by_host(f)) {
    auto gap = gate_of(f, host).min_interval;
    for (size_t i = 1; i < all.size(); ++i)
      if (all[i].at - all[i - 1].at < gap)
        return host.value + " was asked by " + told(all[i]) + ", " +
               std::to_string((all[i].at - all[i - 1].at).count()) + " ms after " + told(all[i - 1]);
  }
  return {};
}

/// From the moment a ban is in force the worker asks the host no more; with an open circuit nobody does, unless it was
/// stopped on the way to one of several places there: it could not hear of others' refusals.
inline fault asked_though_banned(fleet& f) {
  const link_history links{f.log};
  std::vector<verdict> all;
  f.db.load_verdicts([&](const result<std::vector<verdict>>& x) { all = *x; });
  for (const auto& v : all)
    for (const auto& x : f.log.requests()) {
      auto meant = x.host == v.host && (v.scope == verdict_scope::host || x.by == v.worker);
      auto stopped =
          v.scope == verdict_scope::host && gate_of(f, x.host).max_in_flight > 1 && links.left_late(x, v.since);
      if (meant && !stopped && x.at > v.since && x.at < v.until)
        return x.host.value + " was asked by " + told(x) + ", " + std::string{to_string(v.scope)} + " banned since " +
               to_rfc3339(v.since);
    }
  return {};
}

/// Something struck main, or this worker's node.
inline bool struck(const fleet& f, const worker_id& who) {
  auto of_a_node = [](const std::string& name) { return name.find("/worker-") != std::string::npos; };
  for (const auto& x : f.log.blows()) {
    auto theirs = x.whom == who.value || x.whom.ends_with("/" + who.value) || x.whom.starts_with("scraper/");
    auto mains = x.kind == "outage" || x.whom == "main" || (x.kind == "crash" && !of_a_node(x.whom));
    if (theirs || mains)
      return true;
  }
  for (const auto& x : f.log.lines())
    if (x.name == "assignment_taken_back")
      for (const auto& [name, value] : x.fields) {
        auto by_time = name == "why" && (value == "deadline_exceeded" || value == "worker_silent");
        if (by_time && x.fields.at(0).second == who.value)
          return true;
      }
  return false;
}

/// A refusal concerns its host: alerts of others lose no attempt to it, and do not fail by it.
inline fault paid_for_others(fleet& f) {
  std::set<host_key> refused;
  for (const auto& x : f.log.requests())
    if (x.status == 403)
      refused.insert(x.host);
  std::set<host_key> silent; // what was under way there is taken back, too
  for (const auto& x : f.log.lines())
    if (x.name == "host_silent")
      for (const auto& [name, value] : x.fields)
        if (name == "host")
          silent.insert(host_key{value});
  std::map<alert_id, host_key> hosts;
  f.db.list_alerts([&](const result<std::vector<alert>>& all) {
    for (const auto& a : *all)
      hosts[a.id] = host_key{a.source.value + ".test"};
  });
  for (const auto& run : f.runs()) {
    if (run.state == run_state::cancelled)
      continue;
    std::vector<run_alert> rows;
    f.db.list_run_alerts(run.id, [&](const result<std::vector<run_alert>>& x) { rows = *x; });
    for (const auto& x : rows) {
      const auto& host = hosts.at(x.alert);
      if (refused.contains(host))
        continue;
      auto what = "attempt " + std::to_string(x.attempt) + " of " + x.alert_name + " at " + host.value + " by " +
                  x.worker.value + " in run " + std::to_string(run.id.value);
      if (x.problem.code == errc::refused || x.problem.code == errc::circuit_open)
        return what + " failed by another host's refusal: " + to_string(x.problem);
      if (x.state == attempt_state::abandoned && !silent.contains(host) && !struck(f, x.worker))
        return what + " was abandoned, though nothing befell its host or its worker";
    }
  }
  return {};
}

/// In a storm that strikes no part of the fleet, a host that has no trouble of its own is asked without a pause.
inline fault kept_waiting(fleet& f) {
  constexpr duration most{700};
  auto runs = f.runs();
  if (!f.log.blows().empty() || runs.size() != 1)
    return {};
  for (const auto& [host, all] : by_host(f)) {
    auto troubled = [](const site_request& x) { return !x.answered || (x.status != 200 && x.status != 404); };
    if (std::any_of(all.begin(), all.end(), troubled))
      continue;
    auto free = runs.front().started;
    for (const auto& x : all) {
      auto by_hand = x.url.ends_with("&by=hand"); // wanted when it was typed, not since the run began
      if (x.at > free + most && !by_hand)
        return host.value + " could be asked since " + to_rfc3339(free) + " and was asked by " + told(x);
      free = std::max(free, std::max(x.ended, x.at + gate_of(f, host).max_interval));
    }
  }
  return {};
}

/// The ledger of conduct is what the sites have seen, whatever becomes of main; unless a worker died with what it had
/// not told, or the store over what it was storing.
inline fault ledger_differs(fleet& f) {
  for (const auto& x : f.log.blows()) {
    auto actor = x.kind == "crash" ? x.whom.substr(0, x.whom.find('/')) : std::string{};
    if ((x.kind == "kill" && x.whom != "main") || actor == "store")
      return {};
  }
  std::map<host_key, conduct_row> counted;
  get_conduct all;
  all.step = duration{0};
  f.db.list_conduct(all, [&](const result<std::vector<conduct_row>>& rows) {
    for (const auto& x : *rows)
      counted[x.host] = x;
  });
  for (const auto& [host, requests] : by_host(f)) {
    const auto& row = counted[host];
    size_t refused = 0, limited = 0;
    for (const auto& x : requests) {
      refused += x.status == 403 && x.answered ? 1 : 0;
      limited += x.status == 429 && x.answered ? 1 : 0;
    }
    if (row.requests != requests.size() || row.refused != refused || row.rate_limited != limited)
      return "the ledger of " + host.value + " has " + std::to_string(row.requests) + " requests, " +
             std::to_string(row.refused) + " refused, " + std::to_string(row.rate_limited) + " limited; the site saw " +
             std::to_string(requests.size()) + ", " + std::to_string(refused) + ", " + std::to_string(limited);
  }
  return {};
}

/// All of the above.
inline void check_conduct(fleet& f) {
  std::string faults;
  auto look = [&](const char* what, const fault& found) { faults += found ? what + (": " + *found) + '\n' : ""; };
  look("held", held_too_short(f));
  look("back-off", backed_off_too_short(f));
  look("rotation", rotated(f));
  look("in flight", too_many_at_once(f));
  look("gap", too_close(f));
  look("bans", asked_though_banned(f));
  look("attempts", paid_for_others(f));
  look("waiting", kept_waiting(f));
  look("ledger", ledger_differs(f));
  INFO(faults);
  REQUIRE(faults.empty());
}

} // namespace vigie::simulation
