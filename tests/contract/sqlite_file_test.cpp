// SQLite's file: who may read it, and what happens when it is damaged, full, locked, read-only, moved, or its process
// killed.
#include <mutex>
#include <set>

#include <sys/stat.h>
#include <unistd.h>

#include "adapters/sql/migrations.hpp"
#include "adapters/sql/sqlite_session.hpp"
#include "tests/contract/sqlite_home.hpp"
#include "tests/contract/test_child.hpp"

using namespace vigie;
using namespace vigie::testing;

namespace fs = std::filesystem;

namespace {

unsigned rights_of(const std::string& path) {
  struct stat out {};
  return stat(path.c_str(), &out) == 0 ? out.st_mode & 07777 : 0;
}

/// A connection without the tables being looked at.
std::unique_ptr<sql_session> connect(const std::string& path, duration wait = duration{5000}) {
  auto config = config_for(path);
  config.busy_timeout = wait;
  auto out = connect_sqlite(config, missing_file::create);
  if (!out)
    FAIL("cannot connect: " << to_string(out.error()));
  return std::move(*out);
}

struct pipe_pair {
  pipe_pair() { REQUIRE(pipe(ends) == 0); }
  ~pipe_pair() {
    close(ends[0]);
    close(ends[1]);
  }
  /// Blocks; false at the end.
  bool read_number(int64_t& x) const { return ::read(ends[0], &x, sizeof x) == sizeof x; }
  void write_number(int64_t x) const {
    if (::write(ends[1], &x, sizeof x) != sizeof x)
      _exit(99);
  }

  int ends[2];
};

/// Another process that holds the file for writing. Must be made while this process has one thread.
class file_holder {
public:
  explicit file_holder(const std::string& path) {
    pid_ = child([&, this] {
      int64_t word = 0;
      to_child_.read_number(word);
      auto session = connect(path);
      session->begin(sql_access::write);
      from_child_.write_number(session->ok() ? 1 : 0);
      to_child_.read_number(word);
      session->commit();
      return session->ok() ? 0 : 1;
    });
  }

  void hold() {
    int64_t held = 0;
    to_child_.write_number(1);
    REQUIRE(from_child_.read_number(held));
    REQUIRE(held == 1);
  }
  void let_go() {
    to_child_.write_number(1);
    REQUIRE(status_of(pid_) == 0);
  }

private:
  pipe_pair to_child_, from_child_;
  pid_t pid_ = -1;
};

} // namespace

TEST_CASE("sqlite file: only its owner reads it, whatever the umask") {
  test_folder folder;
  auto before = umask(0);
  auto path = folder.file("new/deep/vigie.db");
  auto db = open_or_fail(config_for(path));
  umask(before);
  database_caller{*db}.must(&database::put_alert, alert_named("a"));
  CHECK(rights_of(path) == 0600);
  CHECK(rights_of(path + "-wal") == 0600);
  CHECK(rights_of(path + "-shm") == 0600);
  CHECK(rights_of(folder.file("new")) == 0700);
  CHECK(rights_of(folder.file("new/deep")) == 0700);
  db.reset();
  chmod(path.c_str(), 0644);
  db = open_or_fail(config_for(path));
  CHECK(rights_of(path) == 0600);
}

TEST_CASE("sqlite file: a log without its file is refused and left as it is, and good once the file is back") {
  test_folder folder;
  auto path = folder.file();
  auto log = path + "-wal";
  // As a killed process leaves them: nothing of the log is in the file yet.
  auto copy = folder.file("copy.db");
  {
    auto db = open_or_fail(config_for(path));
    database_caller caller{*db};
    for (const auto* name : {"a", "b", "c"})
      caller.must(&database::put_alert, alert_named(name));
    fs::copy_file(path, copy);
    fs::copy_file(log, copy + "-wal");
  }
  auto whole = fs::file_size(copy + "-wal");
  REQUIRE(whole > 0);
  auto away = folder.file("away.db");
  fs::rename(copy, away);
  auto empty = GENERATE(false, true);
  if (empty)
    std::ofstream{copy};
  auto problem = why_not(config_for(copy));
  CHECK(problem.code == errc::store_unavailable);
  CHECK_THAT(problem.detail, Catch::Contains(copy + "-wal") && Catch::Contains("put the file back"));
  CHECK(fs::file_size(copy + "-wal") == whole);
  CHECK(fs::exists(copy) == empty);
  CHECK_FALSE(fs::exists(copy + "-shm"));
  fs::rename(away, copy);
  auto db = open_or_fail(config_for(copy));
  CHECK(database_caller{*db}.must(&database::list_alerts).size() == 3);
}

TEST_CASE("sqlite file: a name is a file's name, also one that means something to SQLite") {
  test_folder folder;
  auto before = fs::current_path();
  fs::current_path(folder.file("."));
  auto db = open_or_fail(config_for(":memory:"));
  database_caller{*db}.must(&database::put_alert, alert_named("a"));
  db.reset();
  db = open_or_fail(config_for(":memory:"));
  fs::current_path(before);
  CHECK(database_caller{*db}.must(&database::list_alerts).size() == 1);
  CHECK(fs::exists(folder.file(":memory:")));
}

TEST_CASE("sqlite file: opened twice its tables are made once, and a newer or foreign one is left alone") {
  test_folder folder;
  auto path = folder.file();
  open_or_fail(config_for(path));
  open_or_fail(config_for(path));
  auto last = sqlite_migrations().back().version;
  SECTION("version") {
    auto session = connect(path);
    session->begin(sql_access::read);
    int64_t count = 0, highest = 0;
    auto rows = session->query("SELECT count(*), max(version) FROM schema_migrations");
    REQUIRE(rows->next());
    rows->read(count, highest);
    CHECK(count == static_cast<int64_t>(sqlite_migrations().size()));
    CHECK(highest == last);
  }
  SECTION("newer") {
    auto session = connect(path);
    session->begin(sql_access::write);
    session->execute("INSERT INTO schema_migrations (version, name, applied_ms) VALUES ($1, 'later', 0)", last + 6);
    session->commit();
    REQUIRE(session->ok());
    session.reset();
    auto problem = why_not(config_for(path));
    CHECK(problem.code == errc::bad_config);
    CHECK_THAT(problem.detail, Catch::Contains("newer vigie") && Catch::Contains(std::to_string(last + 6)) &&
                                   Catch::Contains("knows " + std::to_string(last)));
    CHECK(problem.place == path);
  }
  SECTION("foreign") {
    auto other = folder.file("other.db");
    connect(other)->execute_script("CREATE TABLE recipes (name TEXT)");
    auto problem = why_not(config_for(other));
    CHECK(problem.code == errc::bad_config);
    CHECK_THAT(problem.detail, Catch::Contains("another program"));
    auto session = connect(other);
    session->begin(sql_access::read);
    CHECK(session->table_names() == std::vector<std::string>{"recipes"});
  }
}

TEST_CASE("sqlite file: what a vigie before random parts and ages left is brought up to date") {
  test_folder folder;
  auto session = connect(folder.file());
  REQUIRE(migrate(*session, sqlite_migrations().subspan(0, 3)).code == errc::none);
  session->execute_script(
      "INSERT INTO alerts (name, source, query, currency, fold_accents, enabled, baseline, baseline_done) "
      "VALUES ('a', 's', '', '', 0, 1, 0, 0), ('b', 's', '', '', 0, 1, 0, 0);"
      "INSERT INTO matches (alert_id, alert_name, item_id, title, source, run_id, found_ms) "
      "VALUES (1, 'a', 'i', 't', 's', 1, 1764763200123);"
      "INSERT INTO outbox (alert_id, item_id, channel, idempotency_key, body, state, attempts, next_attempt_ms, "
      "last_error) VALUES (1, 'i', 'log', 'alert-1:log:i', '{}', 'pending', 3, 1764763300000, 'why');");
  session.reset();
  auto db = open_or_fail(config_for(folder.file()));
  auto old = database_caller{*db}.must(&database::list_outbox, std::vector<delivery_state>{}, 10u).at(0);
  CHECK(old.key == "alert-1:log:i"); // it may have gone out under it
  CHECK(old.since == noon);
  CHECK(old.alert_name == "a");
  session = connect(folder.file());
  session->begin(sql_access::read);
  auto rows = session->query("SELECT count(DISTINCT key_part), min(length(key_part)) FROM alerts");
  int64_t count = 0, length = 0;
  REQUIRE(rows->next());
  rows->read(count, length);
  CHECK(count == 2);
  CHECK(length == 16);
}

TEST_CASE("sqlite file: a copy that is put back gives new alerts the ids of those that it lacks, and no key twice") {
  test_folder folder;
  auto open = [&] { return open_or_fail(config_for(folder.file())); };
  auto told = [](database& db, const std::string& name) {
    database_caller call{db};
    auto a = call.must(&database::put_alert, alert_named(name));
    auto run = call.must(&database::begin_run, begin_run{}, noon).run.id;
    auto token =
        call.must(&database::begin_attempts, run, std::vector<attempt_request>{{a.id, worker_id{"w"}, 1}}, noon);
    call.must(&database::settle, settled(run, a.id, token.at(0), {"1", "2"}), true, noon);
    call.must(&database::end_run, run, run_state::completed, 1u, 1u, "", noon);
    std::set<std::string> keys;
    for (const auto& row : call.must(&database::list_outbox, std::vector<delivery_state>{}, 100u))
      if (row.alert == a.id)
        keys.insert(row.key);
    return std::pair{a.id, keys};
  };
  auto db = open();
  told(*db, "first");
  db.reset();
  fs::copy_file(folder.file(), folder.file("backup"));
  db = open();
  auto lost = told(*db, "second");
  db.reset();
  for (auto left : {"", "-wal", "-shm"})
    fs::remove(folder.file() + left);
  fs::copy_file(folder.file("backup"), folder.file());
  db = open();
  auto fresh = told(*db, "third");
  CHECK(fresh.first == lost.first);
  REQUIRE(fresh.second.size() == 2);
  for (const auto& key : fresh.second)
    CHECK_FALSE(lost.second.contains(key));
}

TEST_CASE("sqlite migrations: each step once, in order, and all or none") {
  test_folder folder;
  auto session = connect(folder.file());
  const migration first{1, "first",
                        "CREATE TABLE schema_migrations (version INTEGER PRIMARY KEY, name TEXT, applied_ms INTEGER);"
                        "CREATE TABLE a (x INTEGER)"};
  const migration second{2, "second", "INSERT INTO a VALUES (1)"};
  const migration broken{3, "broken", "INSERT INTO a VALUES (2); INSERT INTO no_such_table VALUES (1)"};
  const migration one[] = {first}, two[] = {first, second}, three[] = {first, second, broken};
  auto sum = [&] {
    session->begin(sql_access::read);
    int64_t out = -1;
    if (auto rows = session->query("SELECT coalesce(sum(x), 0) FROM a"); rows->next())
      rows->read(out);
    session->commit();
    return out;
  };
  CHECK(migrate(*session, one).code == errc::none);
  CHECK(sum() == 0);
  CHECK(migrate(*session, two).code == errc::none);
  CHECK(migrate(*session, two).code == errc::none);
  CHECK(sum() == 1);
  CHECK(migrate(*session, three).code == errc::store_unavailable);
  session = connect(folder.file());
  CHECK(sum() == 1);
  CHECK(migrate(*session, one).code == errc::bad_config);
}

TEST_CASE("sqlite file: what cannot be opened says why") {
  test_folder folder;
  auto refused = [](const sqlite_config& config, const std::string& word) {
    auto problem = why_not(config);
    CHECK(problem.code == errc::store_unavailable);
    CHECK_THAT(problem.detail, Catch::Contains(word));
    CHECK_THAT(problem.place, Catch::Contains(fs::path{config.path}.filename().string()));
  };
  SECTION("no database") {
    std::ofstream{folder.file()} << text_of_size(8192);
    refused(config_for(folder.file()), "no SQLite database");
    CHECK(fs::file_size(folder.file()) == 8192);
  }
  SECTION("a folder") {
    fs::create_directory(folder.file());
    refused(config_for(folder.file()), "cannot be opened");
  }
  SECTION("a folder that cannot be made") {
    std::ofstream{folder.file("blocked")} << "a file";
    refused(config_for(folder.file("blocked/vigie.db")), "cannot be made");
  }
  SECTION("read-only, to somebody who is not root") {
    open_or_fail(config_for(folder.file()));
    chmod(folder.file().c_str(), 0444);
    chmod(folder.file(".").c_str(), 0755);
    auto status = status_of(child([&] {
      if (geteuid() == 0 && (setgid(65534) != 0 || setuid(65534) != 0))
        return 10;
      auto problem = why_not(config_for(folder.file()));
      if (problem.code != errc::store_unavailable)
        return 11;
      return problem.detail.find("rights") != std::string::npos || problem.detail.find("read-only") != std::string::npos
                 ? 0
                 : 12;
    }));
    CHECK(status == 0);
    chmod(folder.file(".").c_str(), 0700);
    CHECK(database_caller{*open_or_fail(config_for(folder.file()))}.must(&database::list_alerts).empty());
  }
}

TEST_CASE("sqlite file: damage in the middle is an error of the operations that meet it") {
  test_folder folder;
  auto config = config_for(folder.file());
  {
    auto db = open_or_fail(config);
    database_caller caller{*db};
    REQUIRE(fill(caller, 50).code == errc::none);
    caller.must(&database::put_verdict, verdict{});
  }
  auto copy = folder.file("copy.db");
  fs::copy_file(config.path, copy);
  {
    std::fstream file{config.path, std::ios::in | std::ios::out | std::ios::binary};
    auto size = static_cast<int64_t>(fs::file_size(config.path));
    for (int64_t page = size / 4096 / 3; page < size / 4096; ++page) {
      file.seekp(page * 4096);
      file << text_of_size(200);
    }
  }
  auto db = open_or_fail(config);
  database_caller caller{*db};
  for (int i = 0; i < 3; ++i) {
    auto answer = caller.ask(&database::list_alerts);
    REQUIRE_FALSE(answer);
    CHECK(answer.error().code == errc::store_unavailable);
    CHECK_THAT(answer.error().detail, Catch::Contains("damaged"));
  }
  // A copy put in its place serves without anything being started again.
  fs::rename(copy, config.path);
  caller.ask(&database::list_alerts); // meets the exchanged file
  CHECK(caller.must(&database::list_alerts).size() == 50);
}

TEST_CASE("sqlite file: held by another process") {
  test_folder folder;
  auto config = config_for(folder.file());
  config.busy_timeout = duration{50};
  open_or_fail(config);
  file_holder holder{config.path};
  auto db = open_or_fail(config);
  database_caller caller{*db};
  holder.hold();
  auto refused = caller.ask(&database::put_alert, alert_named("a"));
  REQUIRE_FALSE(refused);
  CHECK(refused.error().code == errc::store_unavailable);
  CHECK_THAT(refused.error().detail, Catch::Contains("another process"));
  CHECK(caller.must(&database::list_alerts).empty()); // reading goes on
  CHECK(why_not(config).code == errc::store_unavailable);
  holder.let_go();
  caller.must(&database::put_alert, alert_named("a"));
}

TEST_CASE("sqlite file: closing cancels what would take too long, and answers all") {
  test_folder folder;
  auto config = config_for(folder.file());
  config.busy_timeout = duration{2000};
  config.drain_timeout = duration{0};
  open_or_fail(config);
  file_holder holder{config.path};
  auto db = open_or_fail(config);
  holder.hold(); // from here on each write that is begun takes two seconds and is refused
  std::mutex mutex;
  std::vector<errc> answers;
  for (int i = 0; i < 10; ++i)
    db->put_alert(alert_named(std::to_string(i)), [&](result<alert> x) {
      std::lock_guard guard{mutex};
      answers.push_back(x ? errc::none : x.error().code);
    });
  db.reset();
  holder.let_go();
  REQUIRE(answers.size() == 10);
  CHECK(answers.back() == errc::cancelled);
  for (auto x : answers)
    CHECK((x == errc::cancelled || x == errc::store_unavailable));
}

TEST_CASE("sqlite file: moved away it is not silently begun anew") {
  test_folder folder;
  auto path = folder.file();
  auto db = open_or_fail(config_for(path));
  database_caller caller{*db};
  caller.must(&database::put_alert, alert_named("a"));
  fs::rename(path, folder.file("elsewhere.db"));
  for (int i = 0; i < 3; ++i)
    CHECK(caller.code(&database::put_alert, alert_named("b")) == errc::store_unavailable);
  CHECK_FALSE(fs::exists(path));
  fs::rename(folder.file("elsewhere.db"), path);
  caller.must(&database::put_alert, alert_named("b"));
  CHECK(caller.must(&database::list_alerts).size() == 2);
}
