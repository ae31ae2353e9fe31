// What was answered survives kill -9, in every part; what was not is there wholly or not at all.
#include <csignal>
#include <map>
#include <set>

#include <sys/wait.h>
#include <unistd.h>

#include "tests/contract/sqlite_home.hpp"

using namespace vigie;
using namespace vigie::testing;

namespace {

constexpr size_t alerts_in_all = 600;
constexpr size_t items_each = 3;

/// The child: takes up the run, settles alert after alert, and writes the id of each that was acknowledged to `out`.
[[noreturn]] void settle_until_killed(const sqlite_config& config, int out) {
  auto db = open_sqlite(config);
  if (!db)
    _exit(2);
  std::promise<begun_run> found;
  (*db)->find_unfinished_run([&](result<begun_run> x) { found.set_value(x ? *x : begun_run{}); });
  auto begun = found.get_future().get();
  std::vector<attempt_request> wanted;
  for (const auto& x : begun.alerts)
    wanted.push_back({x.id, worker_id{"w"}, 1});
  std::promise<std::vector<fencing_token>> made;
  (*db)->begin_attempts(begun.run.id, wanted, noon,
                        [&](auto x) { made.set_value(x ? *x : std::vector<fencing_token>{}); });
  auto tokens = made.get_future().get();
  for (size_t i = 0; i < tokens.size(); ++i) {
    std::vector<std::string> items;
    for (size_t k = 0; k < items_each; ++k)
      items.push_back("item " + std::to_string(k));
    auto id = wanted[i].alert;
    (*db)->settle(settled(begun.run.id, id, tokens[i], items), true, after(1), [out, id](result<settle_receipt> x) {
      if (!x || !x->applied || ::write(out, &id.value, sizeof id.value) != sizeof id.value)
        _exit(3);
    });
  }
  for (;;)
    pause();
}

/// Runs the child until it has reported `enough` alerts, then kills it. What it reported.
std::set<int64_t> killed_after(const sqlite_config& config, size_t enough) {
  int ends[2];
  REQUIRE(pipe(ends) == 0);
  auto pid = fork();
  REQUIRE(pid >= 0);
  if (pid == 0) {
    close(ends[0]);
    settle_until_killed(config, ends[1]);
  }
  close(ends[1]);
  std::set<int64_t> out;
  for (int64_t id = 0; ::read(ends[0], &id, sizeof id) == sizeof id;) {
    out.insert(id);
    if (out.size() == enough)
      kill(pid, SIGKILL); // what it wrote until it is dead is read as well
  }
  close(ends[0]);
  int status = 0;
  REQUIRE(waitpid(pid, &status, 0) == pid);
  REQUIRE(WIFSIGNALED(status));
  REQUIRE(WTERMSIG(status) == SIGKILL);
  REQUIRE(out.size() >= enough);
  return out;
}

std::map<int64_t, size_t> count_by_alert(const std::vector<int64_t>& ids) {
  std::map<int64_t, size_t> out;
  for (auto id : ids)
    ++out[id];
  return out;
}

} // namespace

TEST_CASE("sqlite database: a settlement that was answered survives kill -9") {
  test_folder folder;
  auto config = config_for(folder.file());
  {
    auto db = open_or_fail(config);
    std::vector<alert> all;
    for (size_t i = 0; i < alerts_in_all; ++i)
      all.push_back(alert_named("alert " + std::to_string(i), {"log", "hook"}));
    database_caller{*db}.must(&database::import_alerts, all);
    database_caller{*db}.must(&database::begin_run, begin_run{}, noon);
  }
  std::set<int64_t> acknowledged;
  for (size_t round = 0; round < 5; ++round) {
    acknowledged.merge(killed_after(config, 20 + 7 * round));
    auto db = open_or_fail(config);
    database_caller caller{*db};
    auto found = caller.must(&database::find_unfinished_run);
    std::set<int64_t> unfinished;
    for (const auto& x : found.alerts)
      unfinished.insert(x.id.value);
    std::vector<int64_t> matched, told, applied;
    for (const auto& x : caller.must(&database::list_matches, match_filter{found.run.id, {}, 100000}))
      matched.push_back(x.pair.alert.value);
    for (const auto& x : caller.must(&database::list_outbox, std::vector<delivery_state>{}, 100000u))
      told.push_back(x.alert.value);
    for (const auto& x : caller.must(&database::list_run_alerts, found.run.id))
      if (x.state == attempt_state::settled)
        applied.push_back(x.alert.value);
    auto matches = count_by_alert(matched), outbox = count_by_alert(told), attempts = count_by_alert(applied);
    for (auto id : acknowledged) {
      REQUIRE_FALSE(unfinished.contains(id));
      REQUIRE(attempts[id] == 1);
    }
    CHECK(attempts.size() + unfinished.size() == alerts_in_all);
    CHECK(found.run.alerts_ok == attempts.size());
    CHECK(found.run.new_matches == matched.size());
    for (const auto& [id, times] : attempts) {
      REQUIRE(times == 1);
      REQUIRE_FALSE(unfinished.contains(id));
      REQUIRE(matches[id] == items_each);
      REQUIRE(outbox[id] == 2 * items_each);
    }
    CHECK(matches.size() == attempts.size());
    CHECK(outbox.size() == attempts.size());
  }
}
