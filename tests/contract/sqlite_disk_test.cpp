// SQLite without room: a size limit, writes that fail, a disk that is full.
#include <csignal>

#include <sched.h>
#include <sys/mount.h>
#include <sys/resource.h>

#include "tests/contract/sqlite_home.hpp"
#include "tests/contract/test_child.hpp"

using namespace vigie;
using namespace vigie::testing;

namespace fs = std::filesystem;

namespace {

enum verdict_of_child : int {
  all_right = 0,
  no_mount = 50,
  no_open,
  no_refusal,
  wrong_refusal,
  no_read,
  no_write_again
};

/// Fills a disk of 1 MB of its own, and makes room on it again.
int live_on_a_small_disk(const std::string& path) {
  if (unshare(CLONE_NEWNS) != 0 || mount("none", "/", nullptr, MS_REC | MS_PRIVATE, nullptr) != 0)
    return no_mount;
  auto folder = fs::path{path}.parent_path();
  if (mount("tmpfs", folder.c_str(), "tmpfs", 0, "size=1m") != 0)
    return no_mount;
  auto ballast = folder / "ballast";
  std::ofstream{ballast} << text_of_size(300000);
  auto db = open_sqlite(config_for(path));
  if (!db)
    return no_open;
  database_caller caller{**db};
  auto problem = fill(caller);
  if (problem.code == errc::none)
    return no_refusal;
  if (problem.code != errc::store_unavailable || problem.detail.empty())
    return wrong_refusal;
  fs::remove(ballast);
  auto all = caller.ask(&database::list_alerts);
  if (!all || all->empty())
    return no_read;
  return caller.code(&database::put_alert, alert_named("room again")) == errc::none ? all_right : no_write_again;
}

} // namespace

TEST_CASE("sqlite disk: full, it refuses; with room again it serves") {
  test_folder folder;
  auto status = status_of(child([&] { return live_on_a_small_disk(folder.file()); }));
  if (status == no_mount) {
    WARN("not allowed to mount a small disk here; the other two cases stand for it");
    return;
  }
  CHECK(status == all_right);
}

TEST_CASE("sqlite disk: at its size limit it refuses, then serves again") {
  test_folder folder;
  auto config = config_for(folder.file());
  config.max_file_bytes = 1 << 20;
  auto db = open_or_fail(config);
  database_caller caller{*db};
  auto problem = fill(caller);
  CHECK(problem.code == errc::store_unavailable);
  CHECK_THAT(problem.detail, Catch::Contains("no room"));
  CHECK(fs::file_size(config.path) <= config.max_file_bytes);
  auto all = caller.must(&database::list_alerts);
  REQUIRE(all.size() > 10);
  for (size_t i = 0; i < 5; ++i)
    caller.must(&database::remove_alert, all[i].id);
  caller.must(&database::put_alert, alert_named("room again"));
  CHECK(caller.must(&database::list_alerts).size() == all.size() - 4);
}

TEST_CASE("sqlite disk: whether it can be written to is known without storing anything, and said again when it can") {
  test_folder folder;
  auto db = open_or_fail(config_for(folder.file()));
  database_caller caller{*db};
  REQUIRE(fill(caller, 3).code == errc::none);
  caller.must(&database::check_writing);
  auto wal = static_cast<rlim_t>(fs::file_size(folder.file() + "-wal"));
  rlimit before{};
  getrlimit(RLIMIT_FSIZE, &before);
  auto old_handler = std::signal(SIGXFSZ, SIG_IGN);
  auto limited = before;
  limited.rlim_cur = wal; // not a page more
  REQUIRE(setrlimit(RLIMIT_FSIZE, &limited) == 0);
  auto refused = caller.ask(&database::check_writing);
  setrlimit(RLIMIT_FSIZE, &before);
  std::signal(SIGXFSZ, old_handler);
  REQUIRE_FALSE(refused);
  CHECK(refused.error().code == errc::store_unavailable);
  caller.must(&database::check_writing);
  CHECK(caller.must(&database::list_alerts).size() == 3);
  db.reset();
  open_or_fail(config_for(folder.file())); // nothing of the checks is left: its version is the same
}

TEST_CASE("sqlite disk: when writing fails nothing is half done, and it works again when writing does") {
  test_folder folder;
  auto db = open_or_fail(config_for(folder.file()));
  database_caller caller{*db};
  REQUIRE(fill(caller, 3).code == errc::none);
  auto wal = static_cast<rlim_t>(fs::file_size(folder.file() + "-wal"));
  rlimit before{};
  getrlimit(RLIMIT_FSIZE, &before);
  auto old_handler = std::signal(SIGXFSZ, SIG_IGN);
  auto limited = before;
  limited.rlim_cur = wal + 6000; // the next alert needs more than that
  REQUIRE(setrlimit(RLIMIT_FSIZE, &limited) == 0);
  auto big = alert_named("too much");
  big.query = text_of_size(100000);
  auto refused = caller.ask(&database::put_alert, big);
  auto meanwhile = caller.ask(&database::list_alerts);
  setrlimit(RLIMIT_FSIZE, &before);
  std::signal(SIGXFSZ, old_handler);
  REQUIRE_FALSE(refused);
  CHECK(refused.error().code == errc::store_unavailable);
  CHECK_FALSE(refused.error().detail.empty());
  if (meanwhile)
    CHECK(meanwhile->size() == 3);
  caller.must(&database::put_alert, big);
  CHECK(caller.must(&database::list_alerts).size() == 4);
}
