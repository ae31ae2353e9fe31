#include "runtime/single_cycle.hpp"

#include <algorithm>

#include "actors/policy/outbox_wait.hpp"
#include "actors/policy/plain_text.hpp"
#include "runtime/commands/commands.hpp"
#include "runtime/commands/run_report.hpp"
#include "runtime/config_units.hpp"
#include "runtime/wait_for.hpp"

namespace vigie {

namespace {

constexpr int look_every_ms = 100;
constexpr uint32_t most_rows = 1000; ///< of the outbox that are looked at for the next try

std::string plural(uint64_t count, const char* what) {
  return std::to_string(count) + " " + what + (count == 1 ? "" : "s");
}

wall_time wall_now() {
  return std::chrono::time_point_cast<std::chrono::milliseconds>(std::chrono::system_clock::now());
}

class single_cycle {
public:
  single_cycle(const single_cycle_config& config, const single_cycle_parts& parts, const outbox_counts& before)
      : config_(config), parts_(parts), before_(before) {}

  int run() {
    await_workers();
    auto run = run_own();
    if (!run)
      return say_not_done(run.error());
    auto told = await_outbox();
    if (!told)
      return say_not_done(told.error());
    auto settled = run->state == run_state::completed || run->state == run_state::skipped_empty;
    return settled && *told ? exit_done : exit_failed;
  }

private:
  static error interrupted() { return {errc::cancelled, "interrupted", {}}; }

  int say_not_done(const error& why) {
    parts_.err << "vigie: "
               << (why.code == errc::cancelled ? "ended before everything was done; the next call goes on with it"
                                               : strip_control(to_string(why)))
               << "\n";
    return exit_failed;
  }

  /// Those that are not there after a while are done without.
  void await_workers() {
    for (auto end = std::chrono::steady_clock::now() + config_.worker_patience;
         std::chrono::steady_clock::now() < end;) {
      auto stats = wait_for<fleet_stats>([&](auto done) { parts_.backend.get_stats(done); });
      if (stats && std::all_of(stats->workers.begin(), stats->workers.end(),
                               [](const auto& x) { return x.link == link_state::up && x.healthy; }))
        return;
      if (!parts_.pause(look_every_ms))
        return;
    }
  }

  result<run_summary> run_own() {
    while (true) {
      auto ticket = wait_for<run_ticket>([&](auto done) { parts_.backend.run_once({}, "run --once", {}, done); });
      if (!ticket)
        return tl::unexpected(ticket.error());
      auto ended = follow(ticket->run);
      if (!ended)
        return ended;
      const auto& r = *ended;
      parts_.out << "run " << r.id.value << (ticket->deduplicated ? " (begun before)" : "") << ": "
                 << to_string(r.state) << ", " << r.workers_ok << "/" << r.workers << " workers, " << r.alerts
                 << " alerts, " << r.matches << " matches, " << r.alerts_failed << " errors"
                 << (r.note.empty() ? "" : " (" + r.note + ")") << std::endl;
      auto attempts = wait_for<std::vector<run_alert>>([&](auto done) { parts_.db.list_run_alerts(r.id, done); });
      print_outcome(r, attempts.value_or(std::vector<run_alert>{}), {}, parts_.out);
      if (!ticket->deduplicated)
        return ended;
    }
  }

  result<run_summary> follow(run_id id) {
    while (true) {
      auto run = wait_for<run_summary>([&](auto done) { parts_.db.get_run(id, done); });
      // A store that fails for a while ends no run.
      if (run ? run->state != run_state::running : run.error().code != errc::store_unavailable)
        return run;
      if (!parts_.pause(look_every_ms))
        return tl::unexpected(interrupted());
    }
  }

  /// True when all is told.
  result<bool> await_outbox() {
    outbox_wait patience{config_.send_patience, std::chrono::steady_clock::now()};
    while (true) {
      auto counts = wait_for<outbox_counts>([&](auto done) { parts_.db.count_outbox(done); });
      if (!counts && counts.error().code != errc::store_unavailable)
        return tl::unexpected(counts.error());
      auto next = counts ? next_try(*counts) : std::nullopt;
      auto verdict = counts ? patience.look(*counts, next, std::chrono::steady_clock::now(), wall_now())
                            : outbox_wait::verdict::wait;
      if (verdict != outbox_wait::verdict::wait)
        return say_told(*counts, next);
      if (!parts_.pause(look_every_ms))
        return tl::unexpected(interrupted());
    }
  }

  /// Not known while there are more rows than are looked at: such an outbox is not waiting for one far retry.
  optional<wall_time> next_try(const outbox_counts& counts) {
    if (counts.pending == 0 || counts.pending > most_rows || counts.sending > 0)
      return {};
    auto rows = wait_for<std::vector<outbox_row>>(
        [&](auto done) { parts_.db.list_outbox({delivery_state::pending}, most_rows, done); });
    if (!rows || rows->empty())
      return {};
    auto held = wait_for<std::vector<channel_state>>([&](auto done) { parts_.db.load_channel_states(done); });
    if (!held)
      return {};
    for (auto& row : *rows)
      for (const auto& channel : *held)
        if (channel.channel == row.channel) {
          row.next_attempt = std::max(row.next_attempt, channel.held_until);
          if (row.last_error.empty())
            row.last_error = channel.problem;
        }
    auto first = std::min_element(rows->begin(), rows->end(),
                                  [](const auto& a, const auto& b) { return a.next_attempt < b.next_attempt; });
    last_error_ = first->channel.value + ": " + first->last_error;
    return first->next_attempt;
  }

  bool say_told(const outbox_counts& now, const optional<wall_time>& next) {
    auto waiting = now.pending + now.sending;
    auto more = [](uint64_t after, uint64_t before) { return after > before ? after - before : 0; };
    auto dead = more(now.dead, before_.dead);
    auto in_doubt = more(now.ambiguous, before_.ambiguous);
    parts_.out << plural(more(now.sent, before_.sent), "notification") << " sent" << std::endl;
    if (waiting > 0)
      parts_.err << plural(waiting, "notification") << " not sent yet; the next call tries again"
                 << (next ? ", the first at " + to_rfc3339(*next) + " (" + strip_control(last_error_) + ")"
                          : " (none went out for " + to_text(config_.send_patience) + ")")
                 << "\n";
    if (dead + in_doubt > 0)
      parts_.err << dead << " given up, " << in_doubt << " that may have arrived or not: vigie outbox\n";
    return waiting + dead + in_doubt == 0;
  }

  const single_cycle_config& config_;
  const single_cycle_parts& parts_;
  const outbox_counts& before_;
  std::string last_error_;
};

} // namespace

int run_single_cycle(const single_cycle_config& config, const single_cycle_parts& parts, const outbox_counts& before) {
  return single_cycle{config, parts, before}.run();
}

} // namespace vigie
