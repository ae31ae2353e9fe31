#include "runtime/backend.hpp"

#include "runtime/actor_calls.hpp"
#include "runtime/store_writing.hpp"

namespace vigie {

namespace {

class actor_backend : public api_backend, private actor_calls {
public:
  actor_backend(backend_config config, backend_links links, environment env)
      : actor_calls(links.http_api, config.max_calls, config.secrets, env), config_(std::move(config)),
        links_(std::move(links)), env_(std::move(env)), writing_(config_.check_writing, config_.writing_known) {}

  // -- every role
  // -------------------------------------------------------------------------------------------------------

  void get_readiness(done<readiness> cb) override {
    if (config_.is_main)
      return main_readiness(std::move(cb));
    ask<worker_health>(
        links_.gateway, config_.answer_timeout,
        [cb](result<worker_health> x) {
          readiness r;
          r.ready = x.has_value();
          if (!x)
            r.reasons.push_back("worker-gateway: " + to_string(x.error()));
          else
            for (const auto& [capability, ready] : x->ready)
              if (!ready)
                r.reasons.push_back(capability + " is not ready");
          cb(std::move(r));
        },
        envelope{}, get_health{});
  }

  void get_tree(bool whole_fleet, done<std::vector<node_row>> cb) override {
    if (whole_fleet && config_.is_main)
      return ask<std::vector<node_row>>(links_.inspector, config_.answer_timeout, std::move(cb), get_fleet{});
    ask<node_row>(
        links_.inspector, config_.answer_timeout,
        [cb](result<node_row> x) {
          if (x)
            cb(std::vector<node_row>{std::move(*x)});
          else
            cb(tl::unexpected<error>(x.error()));
        },
        get_node{});
  }

  std::string render_metrics() override {
    for (const auto& row : actor_directory::instance().snapshot()) {
      metric_labels labels{{"actor", row.name.empty() ? "unnamed" : row.name}};
      env_.metrics->gauge("vigie_actor_mailbox_messages", labels, static_cast<double>(row.mailbox));
      env_.metrics->gauge("vigie_actor_handled_messages", labels, static_cast<double>(row.handled));
      env_.metrics->gauge("vigie_actor_busy_seconds", labels, static_cast<double>(row.busy_ns) / 1e9);
      env_.metrics->gauge("vigie_actor_restarts", labels, row.restarts);
    }
    env_.metrics->gauge("vigie_api_calls_outstanding", {}, static_cast<double>(outstanding()));
    return env_.metrics->render();
  }

  void set_log_level(log_level level, done<unit> cb) override {
    env_.log->set_threshold(level);
    cb(unit{});
  }

  void crash_actor(crash_order what, done<unit> cb) override {
    change<unit>("crash_actor", links_.inspector, config_.answer_timeout, std::move(cb), std::move(what));
  }

  // -- worker
  // -----------------------------------------------------------------------------------------------------------

  void get_worker_health(done<worker_health> cb) override {
    ask<worker_health>(links_.gateway, config_.answer_timeout, std::move(cb), envelope{}, get_health{});
  }

  void execute_here(worker_command what, envelope env, done<command_result> cb) override {
    env.epoch = 0; // this node itself, not main
    change<command_result>("execute", links_.gateway, config_.command_timeout, std::move(cb), std::move(env),
                           std::move(what));
  }

  // -- main
  // -------------------------------------------------------------------------------------------------------------

  void get_stats(done<fleet_stats> cb) override {
    ask<std::vector<worker_status>>(
        links_.balancer, config_.answer_timeout,
        [this, cb](result<std::vector<worker_status>> workers) {
          if (!workers)
            return cb(tl::unexpected<error>(workers.error()));
          list_verdicts([this, cb, workers](result<std::vector<verdict>> bans) {
            if (!bans)
              return cb(tl::unexpected<error>(bans.error()));
            fleet_stats s;
            s.workers = *workers;
            hide_in(s.workers, &worker_status::last_error);
            for (auto& v : *bans)
              if (v.scope == verdict_scope::host)
                s.circuits.push_back(std::move(v));
            s.hosts = config_.hosts;
            s.now = env_.wall(std::chrono::steady_clock::now());
            cb(std::move(s));
          });
        },
        get_workers{});
  }

  void execute(worker_command what, envelope env, done<command_result> cb) override {
    change<command_result>("execute", links_.balancer, config_.command_timeout, std::move(cb), std::move(env),
                           std::move(what));
  }

  void run_once(std::string idempotency_key, std::string cause, std::vector<alert_id> only,
                done<run_ticket> cb) override {
    change<run_ticket>("run_once", links_.cycle, config_.answer_timeout, std::move(cb),
                       trigger_run{run_trigger::manual, std::move(idempotency_key), std::move(cause), std::move(only)});
  }

  void list_alerts(done<std::vector<alert>> cb) override {
    ask<std::vector<alert>>(links_.store, config_.answer_timeout, std::move(cb), get_alerts{});
  }

  void put_alert(alert what, done<alert> cb) override { put({std::move(what), {}}, std::move(cb)); }

  void change_alert(alert what, alert before, done<alert> cb) override {
    put({std::move(what), std::move(before)}, std::move(cb));
  }

  std::vector<std::string> doubts_of(const alert& what) const override { return config_.alerts.doubts(what); }

  void import_alerts(std::vector<alert> what, done<uint32_t> cb) override {
    for (size_t i = 0; i < what.size(); ++i)
      if (auto no = config_.alerts.refusal(what[i], "/" + std::to_string(i)); no.code != errc::none)
        return cb(fail(no.code, "alert \"" + what[i].name + "\": " + no.detail, no.place));
    change<uint32_t>("import_alerts", links_.store, config_.answer_timeout, std::move(cb),
                     vigie::import_alerts{std::move(what)});
  }

  void remove_alert(alert_id id, done<unit> cb) override {
    change<unit>("remove_alert", links_.store, config_.answer_timeout, std::move(cb), vigie::remove_alert{id});
  }

  void set_alert_enabled(alert_id id, bool enabled, done<alert> cb) override {
    change<alert>("enable_alert", links_.store, config_.answer_timeout, std::move(cb), enable_alert{id, enabled});
  }

  void list_runs(uint32_t limit, done<std::vector<run_summary>> cb) override {
    ask<std::vector<run_summary>>(
        links_.store, config_.answer_timeout,
        [this, cb](result<std::vector<run_summary>> runs) {
          if (runs)
            hide_in(*runs, &run_summary::note);
          cb(std::move(runs));
        },
        get_runs{limit});
  }

  void get_run(run_id id, done<run_progress> cb) override {
    ask<run_summary>(
        links_.store, config_.answer_timeout,
        [this, id, cb](result<run_summary> run) {
          if (!run)
            return cb(tl::unexpected<error>(run.error()));
          ask<std::vector<run_alert>>(
              links_.store, config_.answer_timeout,
              [this, cb, run](result<std::vector<run_alert>> alerts) {
                if (!alerts)
                  return cb(tl::unexpected<error>(alerts.error()));
                run_progress out{*run, std::move(*alerts)};
                hide(out.run.note);
                for (auto& x : out.alerts) {
                  hide(x.problem.detail);
                  hide(x.problem.place);
                }
                cb(std::move(out));
              },
              get_run_alerts{id});
        },
        vigie::get_run{id});
  }

  void get_plan(done<cycle_estimate> cb) override {
    ask<std::vector<alert>>(
        links_.store, config_.answer_timeout,
        [this, cb](result<std::vector<alert>> alerts) {
          if (!alerts)
            return cb(tl::unexpected<error>(alerts.error()));
          cb(estimate_cycle(*alerts, config_.sources, config_.timer));
        },
        get_alerts{});
  }

  void list_conduct(get_conduct which, done<std::vector<conduct_row>> cb) override {
    ask<std::vector<conduct_row>>(links_.store, config_.answer_timeout, std::move(cb), std::move(which));
  }

  void list_holds(done<std::vector<host_hold>> cb) override {
    ask<std::vector<host_hold>>(links_.gates, config_.answer_timeout, std::move(cb), get_holds{});
  }

  void lift_holds(host_key host, done<std::vector<host_hold>> cb) override {
    change<std::vector<host_hold>>("lift_holds", links_.gates, config_.answer_timeout, std::move(cb),
                                   vigie::lift_holds{std::move(host)});
  }

  void list_verdicts(done<std::vector<verdict>> cb) override {
    ask<std::vector<verdict>>(links_.bans, config_.answer_timeout, std::move(cb), get_bans{});
  }

  void list_matches(match_filter filter, done<std::vector<stored_match>> cb) override {
    ask<std::vector<stored_match>>(links_.store, config_.answer_timeout, std::move(cb), get_matches{filter});
  }

  void list_outbox(get_outbox which, done<outbox_page> cb) override {
    ask<std::vector<outbox_row>>(
        links_.store, config_.answer_timeout,
        [this, cb](result<std::vector<outbox_row>> rows) {
          if (!rows)
            return cb(tl::unexpected<error>(rows.error()));
          hide_in(*rows, &outbox_row::last_error);
          count_rows(outbox_page{std::move(*rows), {}}, cb);
        },
        std::move(which));
  }

  void retry_outbox(vigie::retry_outbox which, done<uint32_t> cb) override {
    change<uint32_t>("retry_outbox", links_.store, config_.answer_timeout, std::move(cb), std::move(which));
  }

  void unban(worker_id worker, done<unit> cb) override {
    if (!links_.proxies.contains(worker))
      return cb(fail(errc::not_found, "no worker named " + worker.value));
    change<unit>("unban", links_.bans, config_.answer_timeout, std::move(cb), lift_bans{std::move(worker)});
  }

  void set_draining(worker_id worker, bool draining, done<unit> cb) override {
    auto proxy = links_.proxies.find(worker);
    if (proxy == links_.proxies.end())
      return cb(fail(errc::not_found, "no worker named " + worker.value));
    change<unit>("set_draining", proxy->second, config_.answer_timeout, std::move(cb), vigie::set_draining{draining});
  }

private:
  void put(vigie::put_alert what, done<alert> cb) {
    if (auto no = config_.alerts.refusal(what.what); no.code != errc::none)
      return cb(tl::unexpected<error>(std::move(no)));
    change<alert>("put_alert", links_.store, config_.answer_timeout, std::move(cb), std::move(what));
  }

  void count_rows(outbox_page page, done<outbox_page> cb) {
    ask<outbox_counts>(
        links_.store, config_.answer_timeout,
        [this, cb, page = std::move(page)](result<outbox_counts> counts) mutable {
          if (!counts)
            return cb(tl::unexpected<error>(counts.error()));
          page.counts = *counts;
          look_at_channels(std::move(page), cb);
        },
        count_outbox{});
  }

  void look_at_channels(outbox_page page, done<outbox_page> cb) {
    ask<std::vector<channel_state>>(
        links_.store, config_.answer_timeout,
        [this, cb, page = std::move(page)](result<std::vector<channel_state>> channels) mutable {
          if (!channels)
            return cb(tl::unexpected<error>(channels.error()));
          hide_in(*channels, &channel_state::problem);
          page.channels = std::move(*channels);
          cb(std::move(page));
        },
        get_channel_states{});
  }

  template <class Row>
  void hide_in(std::vector<Row>& rows, std::string Row::*text) const {
    for (auto& x : rows)
      hide(x.*text);
  }

  void main_readiness(done<readiness> cb) {
    writing_.ask([this, cb](const error& writing) { main_readiness(cb, writing); });
  }

  void main_readiness(done<readiness> cb, const error& writing) {
    ask<cycle_report>(
        links_.cycle, config_.answer_timeout,
        [this, cb, writing](result<cycle_report> cycle) {
          auto r = std::make_shared<readiness>();
          if (writing.code != errc::none)
            r->reasons.push_back("store: " + to_string(writing));
          if (!cycle)
            r->reasons.push_back("alert-cycle: " + to_string(cycle.error()));
          ask<std::vector<run_summary>>(
              links_.store, config_.answer_timeout,
              [this, cb, r](result<std::vector<run_summary>> runs) {
                if (!runs)
                  r->reasons.push_back("store: " + to_string(runs.error()));
                r->ready = r->reasons.empty();
                ask<std::vector<worker_status>>(
                    links_.balancer, config_.answer_timeout,
                    [this, cb, r](result<std::vector<worker_status>> workers) {
                      judge_workers(*r, workers);
                      note_pauses(cb, r);
                    },
                    get_workers{});
              },
              get_runs{1});
        },
        get_cycle{});
  }

  /// No reason: nothing else is the worse for it. But nobody would look for it elsewhere.
  void note_pauses(done<readiness> cb, const std::shared_ptr<readiness>& r) {
    list_holds([this, cb = std::move(cb), r](const result<std::vector<host_hold>>& holds) {
      if (!holds) {
        r->ready = false;
        r->reasons.push_back("host-gates: " + to_string(holds.error()));
      } else {
        for (const auto& x : *holds)
          if (x.pause)
            r->notes.push_back("paused: " + x.host.value + " until " + to_rfc3339(x.until) +
                               (x.robots.empty() ? ", as it asked" : ", " + x.robots));
      }
      note_circuits(cb, r);
    });
  }

  void note_circuits(const done<readiness>& cb, const std::shared_ptr<readiness>& r) {
    list_verdicts([this, cb, r](const result<std::vector<verdict>>& all) {
      if (!all) {
        r->ready = false;
        r->reasons.push_back("ban-timer: " + to_string(all.error()));
      } else {
        auto now = env_.wall(std::chrono::steady_clock::now());
        for (const auto& v : *all)
          if (v.scope == verdict_scope::host && v.until > now)
            r->notes.push_back("circuit open: " + v.host.value + " until " + to_rfc3339(v.until) + ", " + v.evidence);
      }
      cb(std::move(*r));
    });
  }

  static void judge_workers(readiness& r, const result<std::vector<worker_status>>& workers) {
    if (!workers) {
      r.ready = false;
      r.reasons.push_back("balancer: " + to_string(workers.error()));
      return;
    }
    size_t up = 0;
    for (const auto& w : *workers) {
      up += w.link == link_state::up;
      if (w.link != link_state::up)
        r.reasons.push_back(w.id.value + ": link " + std::string{to_string(w.link)});
    }
    // One worker less is a note; none is a reason.
    if (up == 0)
      r.ready = false;
  }

  backend_config config_;
  backend_links links_;
  environment env_;
  store_writing writing_;
};

} // namespace

caf::behavior api_bridge(api_bridge_shell*) {
  return {
      // An actor without a handler would end at once; what it does comes as continuations (actors/actor.hpp).
      [](caf::unit_t) {},
  };
}

std::unique_ptr<api_backend> make_backend(backend_config config, backend_links links, environment env) {
  return std::make_unique<actor_backend>(std::move(config), std::move(links), std::move(env));
}

} // namespace vigie
