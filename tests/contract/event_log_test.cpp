#include "adapters/log/spdlog_event_log.hpp"

#include "adapters/json/json_reader.hpp"

#include <catch2/catch.hpp>
#include <rapidcheck.h>

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cstdlib>
#include <fstream>
#include <future>
#include <memory>
#include <string>
#include <thread>
#include <vector>

using namespace vigie;

namespace {

struct folder {
  std::string path;
  folder() {
    char name[] = "/tmp/vigie-log-XXXXXX";
    path = ::mkdtemp(name);
  }
  ~folder() {
    ::unlink(file().c_str());
    ::rmdir(path.c_str());
  }
  std::string file() const { return path + "/log"; }
  std::vector<std::string> lines() const {
    std::ifstream in{file()};
    std::vector<std::string> out;
    for (std::string line; std::getline(in, line);)
      out.push_back(line);
    return out;
  }
};

log_config config_for(const folder& f, log_format format = log_format::json) {
  log_config c;
  c.file = f.file();
  c.format = format;
  c.node = "main";
  c.now = [] { return from_unix_ms(1795300715120); };
  return c;
}

/// The lines that these events make; the log is destroyed before they are read, which writes all.
std::vector<std::string> lines_of(const folder& f, log_config c, const std::vector<event>& events) {
  auto log = make_event_log(std::move(c));
  REQUIRE(log);
  for (const auto& e : events)
    (*log)->emit(e);
  log->reset();
  return f.lines();
}

const event banned{
    log_level::info, "worker_banned", trace_id{"00ff"}, {{"worker", "worker-fr"}, {"host", "127.0.0.1:80"}}};

} // namespace

TEST_CASE("JSON lines") {
  folder f;
  auto lines = lines_of(f, config_for(f), {banned});
  REQUIRE(lines.size() == 1);
  CHECK(lines[0] == R"({"time":"2026-11-21T22:38:35.120Z","level":"info","event":"worker_banned","node":"main",)"
                    R"("trace":"00ff","worker":"worker-fr","host":"127.0.0.1:80"})");
}

TEST_CASE("lines for people, with and without colour") {
  folder f;
  auto c = config_for(f, log_format::human);
  auto odd = event{log_level::error, "odd", {}, {{"a", ""}, {"b", "x \"y\"\x1b[31m\nz"}, {"c", "k=v"}}};
  c.colour = log_colour::never;
  lines_of(f, c, {banned, odd});
  c.colour = log_colour::always;
  auto lines = lines_of(f, c, {banned});
  REQUIRE(lines.size() == 3);
  CHECK(lines[0] == "22:38:35.120 INFO  worker_banned worker=worker-fr host=127.0.0.1:80 trace=00ff");
  CHECK(lines[1] == R"(22:38:35.120 ERROR odd a="" b="x \"y\" z" c="k=v")");
  CHECK(lines[2] == "22:38:35.120 \x1b[32mINFO \x1b[0m worker_banned worker=worker-fr host=127.0.0.1:80 trace=00ff");
}

TEST_CASE("a file is for its owner only, and is appended to") {
  folder f;
  { std::ofstream{f.file()} << "earlier\n"; }
  ::chmod(f.file().c_str(), 0644);
  auto lines = lines_of(f, config_for(f), {banned});
  REQUIRE(lines.size() == 2);
  CHECK(lines[0] == "earlier");
  struct stat about {};
  REQUIRE(::stat(f.file().c_str(), &about) == 0);
  CHECK((about.st_mode & 0777) == 0600);
  // a stream that is no terminal is for machines
  CHECK(lines_of(f, config_for(f, log_format::automatic), {banned}).back().starts_with("{\"time\""));
}

TEST_CASE("a file that cannot be opened is a configuration error") {
  log_config c;
  c.file = "/no/such/folder/log";
  auto log = make_event_log(c);
  REQUIRE_FALSE(log);
  CHECK(log.error().code == errc::bad_config);
  CHECK(log.error().detail == "cannot open the log file /no/such/folder/log: No such file or directory");
}

TEST_CASE("the threshold is obeyed and can be moved") {
  folder f;
  auto log = make_event_log(config_for(f));
  REQUIRE(log);
  (*log)->emit({log_level::debug, "unseen", {}, {}});
  (*log)->set_threshold(log_level::debug);
  (*log)->emit({log_level::debug, "seen", {}, {}});
  (*log)->set_threshold(log_level::off);
  (*log)->emit({log_level::error, "unseen", {}, {}});
  log->reset();
  auto lines = f.lines();
  REQUIRE(lines.size() == 1);
  CHECK(lines[0].find("\"seen\"") != std::string::npos);
}

TEST_CASE("secrets are not written") {
  folder f;
  auto c = config_for(f);
  REQUIRE(c.secrets.add_secret("hunter2"));
  c.max_field_bytes = 20;
  auto lines = lines_of(f, c,
                        {{log_level::info,
                          "x",
                          {},
                          {{"api_key", "k"},
                           {"url", "http://u:p@h/"},
                           {"note", "pw hunter2"},
                           {"long", std::string(30, 'a')},
                           {"edge", "0123456789012345hunter2"}}}});
  REQUIRE(lines.size() == 1);
  CHECK(lines[0].ends_with(R"("api_key":"***","url":"http://***@h/","note":"pw ***","long":"aaaaaaaaaaaaaaaaaaaa...",)"
                           R"("edge":"0123456789012345***"})"));
}

TEST_CASE("a field cannot pass for the frame") {
  folder f;
  auto lines = lines_of(f, config_for(f), {{log_level::info, "x", {}, {{"level", "error"}, {"time", "never"}}}});
  REQUIRE(lines.size() == 1);
  CHECK(lines[0].ends_with(R"("level":"info","event":"x","node":"main","field_level":"error","field_time":"never"})"));
}

TEST_CASE("any bytes make one valid line") {
  auto bytes = rc::gen::container<std::string>(rc::gen::oneOf(
      rc::gen::arbitrary<char>(), rc::gen::element('"', '\\', '\n', '\x1b', '\xC2', '\x85', '\xE2', '\x80')));
  REQUIRE(rc::check("in both forms", [&] {
    folder f;
    auto value = *bytes;
    auto name = *bytes;
    for (auto format : {log_format::json, log_format::human}) {
      auto lines = lines_of(f, config_for(f, format), {{log_level::info, "x", {}, {{"v_" + name, value}}}});
      RC_ASSERT(!lines.empty());
      for (unsigned char byte : lines.back())
        RC_ASSERT(byte >= 0x20 && byte != 0x7F);
      RC_ASSERT(lines.size() == (format == log_format::json ? 1u : 2u));
      if (format == log_format::json)
        RC_ASSERT(parse_json(lines.back()).has_value());
    }
  }));
}

TEST_CASE("many threads write whole lines and lose none below the queue's limit") {
  folder f;
  auto c = config_for(f);
  c.max_queued = 8000;
  {
    auto log = make_event_log(c);
    REQUIRE(log);
    std::vector<std::thread> threads;
    for (int t = 0; t < 4; ++t)
      threads.emplace_back([&, t] {
        for (int i = 0; i < 1000; ++i)
          (*log)->emit({log_level::info, "tick", {}, {{"t", std::to_string(t)}, {"i", std::to_string(i)}}});
      });
    for (auto& t : threads)
      t.join();
  }
  auto lines = f.lines();
  CHECK(lines.size() == 4000);
  for (const auto& line : lines)
    REQUIRE((line.starts_with("{\"time\"") && line.ends_with("\"}")));
}

namespace {

error write_through(event_log& log, const event& what) {
  auto answer = std::make_shared<std::promise<error>>();
  log.write_through(what, [answer](error e) { answer->set_value(std::move(e)); });
  return answer->get_future().get();
}

const event owed{log_level::info, "match_found", {}, {{"item", "7"}}};

} // namespace

TEST_CASE("a line that somebody is owed is written when that is said, whatever the level") {
  folder f;
  for (auto level : {log_level::info, log_level::warn, log_level::off}) {
    auto c = config_for(f);
    c.level = level;
    auto log = make_event_log(c);
    REQUIRE(log);
    auto before = f.lines().size();
    CHECK(write_through(**log, owed).code == errc::none);
    REQUIRE(f.lines().size() == before + 1); // before the log ends
    CHECK(f.lines().back().find("match_found") != std::string::npos);
  }
}

TEST_CASE("a full disk: a line that somebody is owed is refused, with why") {
  log_config c;
  c.file = "/dev/full";
  c.format = log_format::json;
  auto log = make_event_log(c);
  REQUIRE(log);
  for (int i = 0; i < 3; ++i) {
    auto e = write_through(**log, owed);
    CHECK(e.code == errc::store_unavailable);
    CHECK(e.detail.find("No space left on device") != std::string::npos);
  }
}

TEST_CASE("a reader that stops reading, or goes away: a line that it does not take is refused; the next is whole") {
  folder f;
  REQUIRE(::mkfifo(f.file().c_str(), 0600) == 0);
  int reader = ::open(f.file().c_str(), O_RDONLY | O_NONBLOCK);
  REQUIRE(reader >= 0);
  auto log = make_event_log(config_for(f));
  REQUIRE(log);
  event big{log_level::info, "match_found", {}, {{"title", std::string(15000, 'x')}}};
  size_t taken = 0;
  error refused;
  for (; refused.code == errc::none; refused = write_through(**log, big))
    REQUIRE(++taken < 100);
  CHECK(refused.code == errc::store_unavailable);
  CHECK(refused.detail.find("nobody reads it") != std::string::npos);
  std::string text;
  auto read_all = [&] {
    char chunk[4096];
    for (ssize_t got = 0; (got = ::read(reader, chunk, sizeof chunk)) > 0;)
      text.append(chunk, static_cast<size_t>(got));
  };
  read_all();
  CHECK(write_through(**log, owed).code == errc::none);
  read_all();
  CHECK(text.ends_with("\"item\":\"7\"}\n"));
  CHECK(text.find("\n{\"time\"", text.size() - 200) != std::string::npos); // it begins on a line of its own
  ::close(reader);
  auto gone = write_through(**log, owed);
  CHECK(gone.code == errc::store_unavailable);
  CHECK(gone.detail.find("Broken pipe") != std::string::npos);
}

TEST_CASE("a stream that nobody reads does not hold the caller; what was dropped is counted") {
  folder f;
  REQUIRE(::mkfifo(f.file().c_str(), 0600) == 0);
  int reader = ::open(f.file().c_str(), O_RDONLY | O_NONBLOCK);
  REQUIRE(reader >= 0);
  auto c = config_for(f);
  c.max_queued = 16;
  auto log = make_event_log(c);
  REQUIRE(log);
  for (int i = 0; i < 5000; ++i) // far more than the pipe and the queue hold; returns though nobody reads
    (*log)->emit({log_level::info, "tick", {}, {{"i", std::to_string(i)}, {"fill", std::string(100, 'x')}}});
  ::fcntl(reader, F_SETFL, 0);
  std::string text;
  std::thread closer{[&] { log->reset(); }};
  for (char chunk[4096]; ssize_t got = ::read(reader, chunk, sizeof chunk);) {
    REQUIRE(got > 0);
    text.append(chunk, static_cast<size_t>(got));
  }
  closer.join();
  ::close(reader);
  CHECK(text.find("\"i\":\"4999\"") != std::string::npos);
  CHECK(text.find("\"event\":\"log_lines_dropped\"") != std::string::npos);
}
