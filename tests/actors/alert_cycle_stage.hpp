// The alert cycle on its stage: the real store on the memory database, the real notifier on a fake channel, and a fake
// balancer, ban-timer and workers, all of one seeded world.
#pragma once

#include <map>
#include <set>
#include <string>
#include <vector>

#include "actors/alert_cycle.hpp"
#include "actors/notifier.hpp"
#include "actors/policy/ban_ledger.hpp"
#include "actors/store.hpp"
#include "tests/fakes/fake_event_log.hpp"
#include "tests/fakes/fake_notify_channel.hpp"
#include "tests/fakes/memory_database.hpp"
#include "tests/fakes/null_metrics.hpp"
#include "tests/support/world.hpp"

namespace vigie::test {

inline const host_key market{"market.test"};
inline const host_key forum{"forum.test"};

/// How a fake worker behaves, and what was asked of it.
struct hand {
  worker_id id;
  std::string region;
  bool offered = true;           ///< by the fake balancer
  bool lost = false;             ///< its link is down
  bool silent = false;           ///< takes work and says nothing
  bool refused = false;          ///< every site answers 403
  std::set<host_key> refused_by; ///< these do
  std::set<host_key> hangs;      ///< searches of these time out, each on its own
  duration hangs_for{20000};
  errc problem = errc::none;
  int32_t status = 0;
  uint32_t copies = 1;       ///< of each settlement
  duration receipt_takes{0}; ///< of work that it takes
  duration pace{200};        ///< an alert
  std::vector<size_t> shares;
  std::vector<alert_id> asked; ///< alerts that a request was made for, in order
  std::set<assignment_id> open;
  std::set<assignment_id> cancelled;
  std::set<std::pair<assignment_id, host_key>> cancelled_hosts;
  uint64_t in_flight = 0; ///< by the cycle's reports to the balancer
  uint64_t begun = 0;     ///< the same
  std::map<work_outcome, uint64_t> ended;
};

struct fake_proxy_state {
  static inline const char* name = "fake-proxy";
};
using fake_proxy = shell<worker_proxy_actor, fake_proxy_state>;

struct fake_balancer_state {
  static inline const char* name = "fake-balancer";
};
using fake_balancer = shell<balancer_actor, fake_balancer_state>;

struct fake_bans_state {
  static inline const char* name = "fake-bans";
};
using fake_bans = shell<ban_timer_actor, fake_bans_state>;

class stage {
public:
  explicit stage(uint64_t seed, size_t alerts = 41) : w(seed), dice(seed * 7919 + 1) {
    for (auto* region : {"fr", "us", "nl", "uk"}) {
      hand h;
      h.id = worker_id{std::string{"worker-"} + region};
      h.region = region;
      hands.emplace(h.id, h);
      config.regions.emplace(h.id, region);
    }
    for (const auto& [name, host] : {std::pair{"market", market}, std::pair{"forum", forum}}) {
      planned_source s;
      s.spec.id = source_id{name};
      s.spec.gate.min_interval = s.spec.gate.max_interval = duration{50};
      s.host = host;
      config.sources.emplace(s.spec.id, s);
    }
    config.enabled = false;
    for (size_t i = 1; i <= alerts; ++i)
      add_alert(i, "q" + std::to_string(i));
    ledger = ban_ledger{{}, config.regions, seed};
    store_ref.set(w.system.spawn(store, &db, env(), store_config{}));
    links.store = store_ref;
    links.notifier.set(w.system.spawn(notifier, notifier_config{}, channels(), store_ref, env()));
    links.balancer.set(w.system.spawn([this](fake_balancer* self) { return balance(self); }));
    links.bans.set(w.system.spawn([this](fake_bans* self) { return rule(self); }));
    for (auto& [id, h] : hands)
      links.workers[id].set(w.system.spawn([this, hand = &h](fake_proxy* self) { return work(self, hand); }));
  }

  ~stage() {
    w.stop(cycle.get(), store_ref.get(), links.notifier.get(), links.balancer.get(), links.bans.get());
    for (auto& [id, proxy] : links.workers)
      w.stop(proxy.get());
  }

  void add_alert(size_t i, const std::string& query, const std::string& source = "market") {
    alert a;
    a.name = "alert " + std::to_string(i);
    a.source = source_id{source};
    a.query = query;
    a.channels = {channel_id{"shop"}};
    a.baseline = false;
    db.put_alert(a, [](const result<alert>& x) { REQUIRE(x.has_value()); });
  }

  void start() { cycle.set(w.system.spawn(alert_cycle, config, links, env())); }

  /// The supervisor's part: a new incarnation once the old one has ended.
  void restart_cycle() {
    auto dead = std::make_shared<bool>(false);
    cycle.get()->attach_functor([dead] { *dead = true; });
    w.self->send_exit(cycle.get(), caf::exit_reason::kill);
    while (!*dead)
      REQUIRE(w.step());
    start();
  }

  void restart_store() {
    w.self->send_exit(store_ref.get(), caf::exit_reason::kill);
    w.drain();
    store_ref.set(w.system.spawn(store, &db, env(), store_config{}));
  }

  environment env() { return w.env(log, metrics); }

  result<run_ticket> trigger(const std::string& key = {}) {
    return w.ask<run_ticket>(cycle.get(), trigger_run{run_trigger::manual, key, "test"});
  }

  template <class Condition>
  bool until(Condition met, duration limit = std::chrono::minutes{30}, duration step = duration{50}) {
    for (duration spent{0}; spent <= limit; spent += step) {
      w.drain();
      if (met())
        return true;
      w.scheduler().advance_time(step);
    }
    return false;
  }

  run_summary run(int64_t id = 1) {
    run_summary out;
    db.get_run(run_id{id}, [&](const result<run_summary>& x) {
      if (x)
        out = *x;
    });
    return out;
  }

  size_t runs() {
    size_t out = 0;
    db.list_runs(1000, [&](const result<std::vector<run_summary>>& x) { out = x->size(); });
    return out;
  }

  bool ended(int64_t id = 1) { return run(id).state != run_state::running; }

  std::vector<run_alert> attempts(int64_t id = 1) {
    std::vector<run_alert> out;
    db.list_run_alerts(run_id{id}, [&](const result<std::vector<run_alert>>& x) { out = *x; });
    return out;
  }

  size_t attempts_in(attempt_state state, int64_t id = 1) {
    auto all = attempts(id);
    return static_cast<size_t>(std::count_if(all.begin(), all.end(), [&](const auto& x) { return x.state == state; }));
  }

  size_t matches() {
    size_t out = 0;
    db.list_matches({{}, {}, 100000}, [&](const result<std::vector<stored_match>>& x) { out = x->size(); });
    return out;
  }

  /// Sends that the receiver would take as new: distinct keys; a key always has the same body.
  size_t distinct_notifications() {
    std::map<std::string, std::string> seen;
    for (const auto& row : shop.rows()) {
      auto [i, fresh] = seen.emplace(row.key, row.body);
      REQUIRE((fresh || i->second == row.body));
    }
    return seen.size();
  }

  bool all_delivered() {
    bool out = false;
    db.list_outbox({}, 100000, [&](const result<std::vector<outbox_row>>& x) {
      out = std::all_of(x->begin(), x->end(), [](const auto& row) { return row.state == delivery_state::sent; });
    });
    return out;
  }

  uint64_t in_flight() {
    uint64_t out = 0;
    for (const auto& [id, h] : hands)
      out += h.in_flight;
    return out;
  }

  hand& at(const std::string& region) { return hands.at(worker_id{"worker-" + region}); }

  void lose(const std::string& region, bool for_good = true) {
    auto& h = at(region);
    h.lost = true;
    h.offered = false;
    h.open.clear();
    h.in_flight = 0; // as the real balancer on a broken link
    caf::anon_send(cycle.get(), worker_lost{h.id, 1, "the test cut it"});
    if (!for_good) {
      h.lost = false;
      h.offered = true;
    }
  }

  size_t random(size_t below) { return std::uniform_int_distribution<size_t>{0, below - 1}(dice); }

  world w;
  std::mt19937_64 dice;
  fake_event_log log;
  null_metrics metrics;
  memory_database db;
  fake_notify_channel shop;
  alert_cycle_config config;
  alert_cycle_links links;
  actor_ref<store_actor> store_ref;
  actor_ref<alert_cycle_actor> cycle;
  std::map<worker_id, hand> hands;
  ban_ledger ledger{{}, {}, 0};
  duration ruling_takes{0}; ///< of the fake ban-timer

private:
  std::map<channel_id, notify_channel*> channels() { return {{channel_id{"shop"}, &shop}}; }

  wall_time wall() { return env().wall(w.now()); }

  balancer_actor::behavior_type balance(fake_balancer*) {
    return {
        [](const link_changed&) {},
        [](const health_judged&) {},
        [](const bans_changed&) {},
        [this](const work_begun& m) {
          hands.at(m.worker).in_flight += m.pieces;
          hands.at(m.worker).begun += m.pieces;
        },
        [this](const work_ended& m) {
          hands.at(m.worker).in_flight -= hands.at(m.worker).in_flight > 0 ? 1 : 0;
          ++hands.at(m.worker).ended[m.how];
        },
        [this](const get_available& m) {
          std::vector<available_worker> out;
          for (const auto& [id, h] : hands)
            if (h.offered && ledger.standing(id, m.host, wall()) == ban_standing::clear)
              out.push_back({id, h.region, false});
          std::shuffle(out.begin(), out.end(), dice);
          return out;
        },
        [](get_workers) { return std::vector<worker_status>{}; },
        [](const envelope&, const worker_command&) { return command_result{}; },
    };
  }

  ban_timer_actor::behavior_type rule(fake_bans* self) {
    return {
        [this, self](const site_refused& m) -> promise<refusal_ruling> {
          auto owed = self->owe<refusal_ruling>();
          self->after(ruling_takes, [owed, ruling = ledger.refused(m, wall()).ruling]() mutable { owed.keep(ruling); });
          return owed;
        },
        [this](const site_answered& m) { ledger.answered(m, wall()); },
        [](const lift_bans&) {},
        [this](get_bans) { return ledger.all(); },
    };
  }

  // -- workers
  alert_settled result_of(const assignment& a, const fetch_plan& plan, const planned_alert& p, const hand& h) {
    alert_settled s;
    s.assignment = a.id;
    s.run = a.run;
    s.alert = p.what.id;
    s.token = p.token;
    s.source = plan.source;
    s.host = plan.host;
    s.items_checked = 3;
    s.took = h.pace;
    auto refused = h.refused || h.refused_by.contains(plan.host);
    s.problem.code = refused ? errc::refused : h.hangs.contains(plan.host) ? errc::timed_out : h.problem;
    s.http_status = refused ? 403 : h.status;
    if (s.problem.code != errc::none) {
      s.problem.detail = "as the test wants it";
      s.problem.place = "https://" + plan.host.value + "/" + plan.query;
    }
    if (s.problem.code == errc::none) {
      match m;
      m.alert = p.what.id;
      m.what.id = item_id{"item of " + p.what.query};
      m.what.title = "thing";
      s.matches = {m};
    }
    return s;
  }

  /// Until it is acknowledged, as the real worker.
  void deliver(fake_proxy* self, hand* h, const alert_settled& s) {
    if (h->lost || h->cancelled.contains(s.assignment))
      return;
    self->request(cycle.get(), std::chrono::seconds{5}, h->id, s)
        .then([](const settle_ack&) {},
              [this, self, h, s](caf::error& e) {
                auto code = from_caf(e).code;
                if (code != errc::bad_request && code != errc::not_found)
                  self->after(duration{300}, [this, self, h, s] { deliver(self, h, s); });
              });
  }

  void do_next(fake_proxy* self, hand* h, std::shared_ptr<assignment> a, size_t plan) {
    if (h->lost || h->cancelled.contains(a->id) || !h->open.contains(a->id))
      return;
    if (plan == a->plans.size()) {
      self->after(h->hangs.empty() ? duration{0} : h->hangs_for, [h, a] { h->open.erase(a->id); });
      return;
    }
    if (h->cancelled_hosts.contains({a->id, a->plans[plan].host}))
      return do_next(self, h, a, plan + 1);
    for (const auto& p : a->plans[plan].alerts)
      h->asked.push_back(p.what.id);
    auto answer = [this, self, h, a, plan] {
      if (!h->cancelled_hosts.contains({a->id, a->plans[plan].host}))
        for (const auto& p : a->plans[plan].alerts)
          for (uint32_t i = 0; i < h->copies; ++i)
            deliver(self, h, result_of(*a, a->plans[plan], p, *h));
    };
    if (h->hangs.contains(a->plans[plan].host)) {
      self->after(h->hangs_for, answer);
      return do_next(self, h, a, plan + 1);
    }
    answer();
    self->after(h->pace, [this, self, h, a, plan] { do_next(self, h, a, plan + 1); });
  }

  void beat(fake_proxy* self, hand* h, assignment_id id) {
    if (h->lost || h->silent || !h->open.contains(id))
      return;
    caf::anon_send(cycle.get(), h->id, assignment_beat{id, 1});
    self->after(std::chrono::seconds{2}, [this, self, h, id] { beat(self, h, id); });
  }

  worker_proxy_actor::behavior_type work(fake_proxy* self, hand* h) {
    auto unused = [](const envelope&, const auto&) {};
    return {
        [](const envelope&, const alert_settled&) { return settle_ack{}; },
        [=](const envelope& e, const assignment_beat& m) { unused(e, m); },
        [=](const envelope& e, const assignment_finished& m) { unused(e, m); },
        [](const envelope&, const permit_request&) { return permit{}; },
        [=](const envelope& e, const permit_release& m) { unused(e, m); },
        [=](const envelope& e, const permits_held& m) { unused(e, m); },
        [this, self, h](const envelope&, const assignment& m) -> promise<assign_receipt> {
          auto owed = self->owe<assign_receipt>();
          if (h->lost) {
            owed.fail({errc::worker_lost, "the link is down", {}});
            return owed;
          }
          auto a = std::make_shared<assignment>(m);
          h->shares.push_back(m.plans.size());
          h->open.insert(m.id);
          auto take = [this, self, h, a, owed]() mutable {
            owed.keep(assign_receipt{a->id, static_cast<uint32_t>(a->plans.size())});
            if (h->receipt_takes > duration{0})
              self->after(std::chrono::seconds{2}, [this, self, h, a] { beat(self, h, a->id); });
            else
              beat(self, h, a->id);
          };
          if (h->receipt_takes > duration{0})
            self->after(h->receipt_takes, take);
          else
            take();
          auto first = h->silent ? std::chrono::seconds{45} : h->receipt_takes + h->pace;
          self->after(first, [this, self, h, a] { do_next(self, h, a, 0); });
          return owed;
        },
        [h](const envelope&, const cancel_assignment& m) {
          if (h->silent)
            return; // deaf too
          for (const auto& host : m.hosts)
            h->cancelled_hosts.emplace(m.id, host);
          if (!m.hosts.empty())
            return;
          h->cancelled.insert(m.id);
          h->open.erase(m.id);
        },
        [](const envelope&, const worker_command&) { return command_result{}; },
        [](probe_worker) { return worker_health{}; },
        [](get_node) { return node_row{}; },
        [](const crash_order&) {},
        [](const set_draining&) {},
    };
  }
};

} // namespace vigie::test
