#include "tests/fakes/memory_database.hpp"

#include <algorithm>

#include "actors/policy/run_words.hpp"
#include "tests/fakes/memory_impl.hpp"

namespace vigie {

namespace {

using unit = database::unit;

template <class T>
std::vector<T> newest(std::vector<T> oldest_first, uint32_t limit) {
  std::reverse(oldest_first.begin(), oldest_first.end());
  oldest_first.resize(std::min<size_t>(limit, oldest_first.size()));
  return oldest_first;
}

run_summary& add_run(memory_state& s, run_trigger trigger, run_state state, wall_time now) {
  auto& run = s.runs[++s.last_run].summary;
  run.id = run_id{s.last_run};
  run.trigger = trigger;
  run.state = state;
  run.started = now;
  run.ended = state == run_state::running ? wall_time{} : now;
  return run;
}

} // namespace

memory_database::memory_database(uint64_t seed) : impl_(std::make_unique<impl>()) {
  impl_->data.random.seed(seed);
}

memory_database::~memory_database() {
  release(); // every callback comes exactly once
}

void memory_database::fail_next(errc code, size_t count) {
  std::lock_guard guard{impl_->mutex};
  impl_->fault = code;
  impl_->faults_left = count;
}

void memory_database::fail_all(errc code) {
  std::lock_guard guard{impl_->mutex};
  impl_->fault = code;
  impl_->faults_left = 0;
  impl_->always = code != errc::none;
}

void memory_database::hold() {
  std::lock_guard guard{impl_->mutex};
  impl_->holding = true;
}

void memory_database::release() {
  {
    std::lock_guard guard{impl_->mutex};
    impl_->holding = false;
  }
  release_some(SIZE_MAX);
}

size_t memory_database::release_some(size_t count) {
  size_t given = 0;
  for (; given < count; ++given) {
    auto next = impl_->take_held();
    if (!next)
      break;
    (*next)();
  }
  return given;
}

size_t memory_database::held() const {
  std::lock_guard guard{impl_->mutex};
  return impl_->held.size();
}

size_t memory_database::operations() const {
  std::lock_guard guard{impl_->mutex};
  return impl_->operations;
}

// -- alerts ---------------------------------------------------------------------------------------

void memory_database::list_alerts(done<std::vector<alert>> cb) {
  impl_->answer(std::move(cb), [](memory_state& s) -> result<std::vector<alert>> { return values_of(s.alerts); });
}

void memory_database::put_alert(alert what, done<alert> cb) {
  impl_->answer(std::move(cb), [&](memory_state& s) { return s.put(std::move(what)); });
}

void memory_database::change_alert(alert what, alert before, done<alert> cb) {
  impl_->answer(std::move(cb), [&](memory_state& s) -> result<alert> {
    auto i = s.alerts.find(what.id.value);
    if (i == s.alerts.end())
      return fail(errc::not_found, "no alert " + std::to_string(what.id.value));
    if (i->second != before)
      return fail(errc::conflict, "somebody was quicker", std::string{changed_meanwhile});
    return s.put(std::move(what));
  });
}

void memory_database::import_alerts(std::vector<alert> what, done<uint32_t> cb) {
  impl_->answer(std::move(cb), [&](memory_state& s) -> result<uint32_t> {
    auto before = s;
    for (auto& x : what)
      if (auto put = s.put(std::move(x)); !put) {
        s = std::move(before);
        return tl::unexpected(put.error());
      }
    return static_cast<uint32_t>(what.size());
  });
}

void memory_database::remove_alert(alert_id id, done<unit> cb) {
  impl_->answer(std::move(cb), [&](memory_state& s) -> result<unit> {
    if (s.alerts.erase(id.value) == 0)
      return fail(errc::not_found, "no alert " + std::to_string(id.value));
    std::erase_if(s.seen, [&](const auto& x) { return x.first == id; });
    s.pages.erase(id);
    return unit{};
  });
}

void memory_database::set_alert_enabled(alert_id id, bool enabled, done<alert> cb) {
  impl_->answer(std::move(cb), [&](memory_state& s) { return s.set_enabled(id, enabled); });
}

// -- runs -----------------------------------------------------------------------------------------

void memory_database::find_unfinished_run(done<begun_run> cb) {
  impl_->answer(std::move(cb), [](memory_state& s) -> result<begun_run> {
    for (auto i = s.runs.rbegin(); i != s.runs.rend(); ++i)
      if (i->second.summary.state == run_state::running)
        return s.unfinished(i->second);
    return fail(errc::not_found, "no run is on");
  });
}

void memory_database::begin_run(vigie::begin_run which, wall_time now, done<begun_run> cb) {
  impl_->answer(std::move(cb), [&](memory_state& s) -> result<begun_run> {
    auto in = [](const auto& all, const auto& x) { return std::find(all.begin(), all.end(), x) != all.end(); };
    for (const auto& id : which.only)
      if (auto i = s.alerts.find(id.value); i == s.alerts.end())
        return fail(errc::not_found, "no alert " + std::to_string(id.value));
      else if (!i->second.enabled)
        return fail(errc::bad_request, switched_off_words(i->second));
    std::vector<memory_plan_row> plan;
    for (const auto& [id, x] : s.alerts)
      if (x.enabled && !in(which.without, x.source) && (which.only.empty() || in(which.only, x.id)))
        plan.push_back({x.id, x.name, false, s.revisions[x.id]});
    if (plan.empty() && !which.without.empty())
      return fail(errc::conflict, "all that there is to check is left out");
    auto& run = add_run(s, which.trigger, plan.empty() ? run_state::skipped_empty : run_state::running, now);
    run.trace = which.trace;
    run.alerts = static_cast<uint32_t>(plan.size());
    auto& stored = s.runs[run.id.value];
    stored.plan = std::move(plan);
    return s.unfinished(stored);
  });
}

void memory_database::record_skipped_run(run_trigger trigger, run_state why, std::string note, wall_time now,
                                         done<run_summary> cb) {
  impl_->answer(std::move(cb), [&](memory_state& s) -> result<run_summary> {
    if (why == run_state::running)
      return fail(errc::bad_request, "a skipped run cannot be running");
    auto& run = add_run(s, trigger, why, now);
    run.note = std::move(note);
    return run;
  });
}

void memory_database::begin_attempts(run_id run, std::vector<attempt_request> what, wall_time,
                                     done<std::vector<fencing_token>> cb) {
  impl_->answer(std::move(cb), [&](memory_state& s) { return s.begin(run, what); });
}

void memory_database::settle(alert_settled what, bool final, wall_time now, done<settle_receipt> cb) {
  impl_->answer(std::move(cb), [&](memory_state& s) { return s.settle(what, final, now); });
}

void memory_database::end_run(run_id run, run_state how, uint32_t workers, uint32_t workers_ok, std::string note,
                              wall_time now, done<run_summary> cb) {
  impl_->answer(std::move(cb), [&](memory_state& s) { return s.end(run, how, workers, workers_ok, note, now); });
}

void memory_database::list_runs(uint32_t limit, done<std::vector<run_summary>> cb) {
  impl_->answer(std::move(cb), [&](memory_state& s) -> result<std::vector<run_summary>> {
    std::vector<run_summary> all;
    for (const auto& [id, run] : s.runs)
      all.push_back(run.summary);
    return newest(std::move(all), limit);
  });
}

void memory_database::get_run(run_id id, done<run_summary> cb) {
  impl_->answer(std::move(cb), [&](memory_state& s) -> result<run_summary> {
    auto i = s.runs.find(id.value);
    if (i == s.runs.end())
      return fail(errc::not_found, "no run " + std::to_string(id.value));
    return i->second.summary;
  });
}

void memory_database::list_run_alerts(run_id run, done<std::vector<run_alert>> cb) {
  impl_->answer(std::move(cb), [&](memory_state& s) -> result<std::vector<run_alert>> {
    if (!s.runs.contains(run.value))
      return fail(errc::not_found, "no run " + std::to_string(run.value));
    std::vector<run_alert> out;
    for (const auto& [token, x] : s.attempts)
      if (x.row.run == run)
        out.push_back(x.row);
    return out;
  });
}

void memory_database::prune_runs(wall_time before, uint32_t limit, done<uint32_t> cb) {
  impl_->answer(std::move(cb), [&](memory_state& s) -> result<uint32_t> { return s.prune(before, limit); });
}

void memory_database::list_matches(match_filter filter, done<std::vector<stored_match>> cb) {
  impl_->answer(std::move(cb), [&](memory_state& s) -> result<std::vector<stored_match>> {
    std::vector<stored_match> out;
    for (const auto& x : s.matches)
      if ((!filter.run || *filter.run == x.run) && (!filter.alert || *filter.alert == x.pair.alert))
        out.push_back(x);
    out = newest(std::move(out), filter.limit);
    for (auto& x : out)
      x.delivery = s.delivery_of(x.pair.alert, x.pair.what.id);
    return out;
  });
}

void memory_database::check_writing(done<unit> cb) {
  impl_->answer(std::move(cb), [](memory_state&) -> result<unit> { return unit{}; });
}

// -- workers, verdicts ----------------------------------------------------------------------

void memory_database::load_worker_status(done<std::vector<worker_status>> cb) {
  impl_->answer(std::move(cb),
                [](memory_state& s) -> result<std::vector<worker_status>> { return values_of(s.workers); });
}

void memory_database::save_worker_status(std::vector<worker_status> rows, done<unit> cb) {
  impl_->answer(std::move(cb), [&](memory_state& s) -> result<unit> {
    for (const auto& x : rows) {
      worker_status kept; // link, health, epoch and bans are not the store's
      kept.id = x.id;
      kept.name = x.name;
      kept.region = x.region;
      kept.address = x.address;
      kept.requests = x.requests;
      kept.successes = x.successes;
      kept.errors = x.errors;
      kept.ewma_ms = x.ewma_ms;
      kept.last_error = x.last_error;
      s.workers[x.id] = kept;
    }
    return unit{};
  });
}

void memory_database::load_verdicts(done<std::vector<verdict>> cb) {
  impl_->answer(std::move(cb), [](memory_state& s) -> result<std::vector<verdict>> { return values_of(s.verdicts); });
}

void memory_database::put_verdict(verdict v, done<unit> cb) {
  impl_->answer(std::move(cb), [&](memory_state& s) -> result<unit> {
    s.verdicts[{v.scope, v.worker, v.host}] = v;
    return unit{};
  });
}

void memory_database::drop_verdict(verdict_scope scope, worker_id worker, host_key host, done<unit> cb) {
  impl_->answer(std::move(cb), [&](memory_state& s) -> result<unit> {
    s.verdicts.erase({scope, worker, host});
    return unit{};
  });
}

} // namespace vigie
