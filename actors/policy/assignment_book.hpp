// What a worker node has been given and how far it is: the decisions of the worker-gateway, without its messages. Pure.
//
//   accept ──▶ queued ──start_plans──▶ running ──end_plan──▶ gone
//                 └───────── cancel, expire ───────┴──────▶ gone
//
// Every alert of an assignment is settled exactly once: by its scraper (settle), or for it (end_plan, expire).
#pragma once

#include <cstdint>
#include <deque>
#include <map>
#include <set>
#include <utility>
#include <vector>

#include "actors/policy/fair_queue.hpp"
#include "messages/values/command.hpp"
#include "messages/values/optional.hpp"
#include "messages/values/requests.hpp"

namespace vigie {

struct assignment_limits {
  /// Fetch plans running at the same time. The last quarter is for hosts of which none runs, so that one that does not
  /// answer cannot take all places.
  uint32_t max_plans = 64;
  uint32_t max_alerts = 10000; ///< unsettled alerts of all assignments, queued ones included; more is busy
  uint32_t remembered = 1024;  ///< ids of finished assignments, so that a repeated hand-out is not done again
  duration beat_floor{100};    ///< no assignment is beaten more often
};

/// bad_config unless all are positive.
error validate(const assignment_limits& limits);

class assignment_book {
public:
  explicit assignment_book(assignment_limits limits = {});

  void know_sources(const std::vector<source_spec>& sources);

  /// The receipt of main's assignment; the same one again for an id that is or was here. bad_request: no alerts, a
  /// source that is unknown, or the same alert twice. busy above max_alerts.
  result<assign_receipt> accept(const assignment& what, const trace_id& trace, mono_time now);
  struct own_work {
    assignment_id id;
    std::vector<alert_failure> failed; ///< left out, because their source is not known here
  };
  /// A command's alerts, as an assignment of this node's own: negative id, tokens by place. The same errors; an unknown
  /// source is one only if no alert is left.
  result<own_work> accept_command(const std::vector<alert>& alerts, const trace_id& trace, duration deadline,
                                  mono_time now);
  static bool is_own(assignment_id id) { return id.value < 0; }

  struct plan_start {
    uint64_t plan = 0; ///< this book's number of the plan
    run_plan what;
  };
  /// Takes from the queue what may run now: of the host with the least running, oldest first.
  std::vector<plan_start> start_plans(mono_time now);

  /// True the first time this alert is settled under this token; false when nobody waits for it (any more).
  bool settle(const alert_settled& what);
  /// Its scraper is gone. What it left unsettled, settled with `why`.
  std::vector<alert_settled> end_plan(uint64_t plan, const error& why);

  struct stopped {
    std::vector<uint64_t> plans;          ///< were running: their scrapers are to be ended
    std::vector<alert_settled> unsettled; ///< settled here, with deadline_exceeded or bad_page
  };
  /// Taken back by main, whole or (where hosts are named) what it has of them: nobody waits for what is not settled.
  stopped cancel(assignment_id id, const std::vector<host_key>& hosts = {});
  /// All of main's, because the link is gone.
  stopped cancel_main();
  /// Its deadline has passed. Plans of which a page is being read, for whatever that costs, settle with bad_page.
  stopped expire(assignment_id id, const std::set<uint64_t>& reading = {});

  bool knows(assignment_id id) const { return open_.count(id) > 0; }
  /// Alerts without settlement.
  uint32_t unsettled(assignment_id id) const;
  trace_id trace_of(assignment_id id) const;
  duration beat_of(assignment_id id) const;
  /// All its settlements have arrived where they belong: it is forgotten, but for its id.
  void close(assignment_id id);

  uint32_t running_plans() const { return static_cast<uint32_t>(running_.size()); }
  uint32_t queued_plans() const { return static_cast<uint32_t>(queue_.size()); }
  uint32_t unsettled() const { return unsettled_; }

private:
  using alert_key = std::pair<alert_id, fencing_token>;
  struct entry {
    run_id run;
    trace_id trace;
    duration beat{0};
    mono_time deadline; ///< max() = none
    assign_receipt receipt;
    std::set<alert_key> unsettled;
  };
  struct placed_plan {
    assignment_id assignment;
    fetch_plan what;
  };

  result<assign_receipt> take(const assignment& what, const trace_id& trace, mono_time now);
  error check(const assignment& what) const;
  stopped drop_plans(assignment_id id, const std::vector<host_key>& hosts, const std::set<uint64_t>& reading);
  std::vector<alert_settled> settle_rest(const placed_plan& plan, const error& why);

  assignment_limits limits_;
  std::map<source_id, source_spec> sources_;
  std::map<assignment_id, entry> open_;
  fair_queue<placed_plan> queue_;
  std::map<uint64_t, placed_plan> running_;
  std::deque<assign_receipt> finished_;
  uint64_t last_plan_ = 0;
  int64_t last_own_ = 0;
  uint32_t unsettled_ = 0;
};

} // namespace vigie
