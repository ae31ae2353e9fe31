// Where one database lives during a test, and values to put into it.
#pragma once

#include <functional>
#include <memory>
#include <string>
#include <utility>
#include <vector>

#include "adapters/ports/database.hpp"
#include "tests/contract/database_caller.hpp"

namespace vigie::testing {

class database_home {
public:
  virtual ~database_home() = default;
  /// Closes the database that is open, if one is, and opens what it left: at first an empty one.
  virtual database& open() = 0;
};

/// A new, empty one.
using make_database_home = std::function<std::unique_ptr<database_home>()>;

inline const wall_time noon = from_unix_ms(1764763200123);

inline wall_time after(int64_t ms) {
  return noon + std::chrono::milliseconds{ms};
}

inline alert alert_named(std::string name, std::vector<std::string> channels = {"log"}) {
  alert out;
  out.name = std::move(name);
  out.source = source_id{"shop"};
  out.query = "phone";
  out.baseline = false;
  for (auto& x : channels)
    out.channels.emplace_back(std::move(x));
  return out;
}

inline item item_of(std::string id) {
  item out;
  out.title = "thing " + id;
  out.id = item_id{std::move(id)};
  return out;
}

/// What a worker says of an attempt: these items match.
inline alert_settled settled(run_id run, alert_id alert, fencing_token token, const std::vector<std::string>& items) {
  alert_settled out;
  out.run = run;
  out.alert = alert;
  out.token = token;
  out.source = source_id{"shop"};
  out.items_checked = 10;
  out.took = duration{5};
  for (const auto& x : items)
    out.matches.push_back({alert, item_of(x)});
  return out;
}

inline alert_settled failed(run_id run, alert_id alert, fencing_token token, errc code = errc::refused) {
  auto out = settled(run, alert, token, {});
  out.items_checked = 0;
  out.problem = {code, "HTTP 403", "/results/3"};
  return out;
}

/// An open database with a run of `alerts` under way.
struct running_fleet {
  running_fleet(const make_database_home& make, std::vector<alert> wanted) : home(make()), db(home->open()) {
    for (auto& x : wanted)
      alerts.push_back(db.must(&database::put_alert, std::move(x)));
    run = db.must(&database::begin_run, begin_run{run_trigger::timer, trace_id{"00000000000000aa"}}, noon).run.id;
  }

  fencing_token attempt(const alert& x, uint32_t number = 1, std::string worker = "worker-fr") {
    std::vector<attempt_request> what{{x.id, worker_id{std::move(worker)}, number}};
    return db.must(&database::begin_attempts, run, what, noon).at(0);
  }
  settle_receipt settle(const alert_settled& what, bool final = true) {
    return db.must(&database::settle, what, final, after(100));
  }
  run_summary summary() { return db.must(&database::get_run, run); }
  std::vector<run_alert> attempts() { return db.must(&database::list_run_alerts, run); }
  std::vector<stored_match> matches() {
    return db.must(&database::list_matches, match_filter{optional<run_id>{}, optional<alert_id>{}, 100000});
  }
  std::vector<outbox_row> outbox() { return db.must(&database::list_outbox, std::vector<delivery_state>{}, 100000u); }
  void begin_another_run() {
    db.must(&database::end_run, run, run_state::completed, 1u, 1u, "", after(200));
    run = db.must(&database::begin_run, begin_run{}, after(300)).run.id;
  }

  std::unique_ptr<database_home> home;
  database_caller db;
  std::vector<alert> alerts;
  run_id run;
};

} // namespace vigie::testing
