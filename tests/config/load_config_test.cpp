// Loading: where values come from, secrets, env files, durations and sizes, and that the documentation knows every key.
#include <filesystem>
#include <fstream>
#include <sstream>

#include <catch2/catch.hpp>
#include <rapidcheck.h>
#include <sys/stat.h>
#include <unistd.h>

#include "actors/policy/dates.hpp"
#include "actors/policy/url_template.hpp"
#include "runtime/commands/commands.hpp"
#include "runtime/config_env.hpp"
#include "runtime/config_units.hpp"
#include "runtime/fetch_guard.hpp"

using namespace vigie;

namespace {

namespace fs = std::filesystem;

/// Files that are gone after the test.
class home {
public:
  home() {
    auto pattern = (fs::temp_directory_path() / "vigie-config-XXXXXX").string();
    REQUIRE(mkdtemp(pattern.data()) != nullptr);
    folder_ = pattern;
  }
  ~home() {
    std::error_code ignored;
    fs::remove_all(folder_, ignored);
  }

  std::string file(const std::string& name, const std::string& text, mode_t mode = 0600) const {
    auto path = (folder_ / name).string();
    std::ofstream{path} << text;
    REQUIRE(chmod(path.c_str(), mode) == 0);
    return path;
  }

private:
  fs::path folder_;
};

const std::string both = "[node]\nname = \"one\"\nroles = [\"main\", \"worker\"]\n";
const std::string telegram = "[fetch]\nproduct_token = \"acme\"\ncontact = \"bot@shop.example\"\n[channels.t]\ntype = "
                             "\"telegram\"\nchat_id = \"-1\"\n";

std::string all_text(const loaded_config& x) {
  std::ostringstream out;
  print_problems(x, {}, out);
  for (const auto& v : x.variables)
    out << v.name << v.value << v.note << '\n';
  for (const auto& c : x.checks)
    out << c << '\n';
  return out.str();
}

} // namespace

TEST_CASE("defaults are the documented ones") {
  home h;
  auto path = h.file("a.toml", both);
  auto loaded = load_config({path, "", {}, {}});
  REQUIRE(loaded.ok());
  const auto& c = loaded.config;
  CHECK(c.data_dir == fs::path{path}.parent_path() / "var/one");
  CHECK(c.store.path == fs::path{path}.parent_path() / "var/one/vigie.db");
  CHECK(c.api.listen == endpoint{"127.0.0.1", 3000});
  CHECK(c.link.listen == endpoint{"127.0.0.1", 7700});
  CHECK(c.cycle.interval == std::chrono::minutes{5});
  CHECK(c.cycle.initial_delay == std::chrono::minutes{1});
  CHECK(c.cycle.silence == std::chrono::seconds{30});
  CHECK(c.cycle.max_retries == 3);
  CHECK(c.cycle.keep_runs == std::chrono::hours{90 * 24});
  CHECK(c.store.keep_conduct == std::chrono::hours{90 * 24});
  CHECK(c.limits.notify_for == std::chrono::hours{24});
  CHECK(c.limits.notify_attempts == 8);
  CHECK(c.health.interval == std::chrono::minutes{1});
  CHECK(c.health.timeout == std::chrono::seconds{15});
  CHECK(c.bans.length == std::chrono::minutes{30});
  CHECK(c.balancing.strategy == balancing_strategy::random);
  REQUIRE(c.workers.size() == 1);
  CHECK(c.workers[0].local);
  CHECK(c.workers[0].id == worker_id{"one"});
  auto worker = load_config(
      {h.file("w.toml", "[node]\nname = \"w\"\nroles = [\"worker\"]\n[link]\ninsecure_loopback = true\n"), "", {}, {}});
  REQUIRE(worker.ok());
  CHECK(worker.config.api.listen.port == 3100);
}

TEST_CASE("a path of the file begins at the file, one of the command line or the environment where somebody stands") {
  home h;
  h.file("token", "123456:abcdef\n");
  h.file("ca.pem", "-----BEGIN CERTIFICATE-----\nMA==\n-----END CERTIFICATE-----\n");
  auto text =
      both + "data_dir = \"state\"\n[store]\npath = \"db/x.db\"\n[log]\nfile = \"v.log\"\n" + telegram +
      "token = \"file:token\"\n"
      "[channels.e]\ntype = \"exec\"\nargv = [\"./tell\", \"./as-it-is\"]\n"
      "[channels.p]\ntype = \"exec\"\nargv = [\"tell\"]\n"
      "[commands.c]\nargv = [\"bin/do\"]\n"
      "[sources.s]\nurl = \"https://shop.example/\"\nca_file = \"ca.pem\"\n[sources.s.extract]\nformat = \"json\"\n"
      "[sources.s.extract.fields]\nid = \"id\"\ntitle = \"title\"\n";
  auto path = h.file("a.toml", text);
  auto folder = fs::path{path}.parent_path();
  auto from_there = load_config({path, "", {}, {}});
  INFO(all_text(from_there));
  REQUIRE(from_there.ok());
  const auto& c = from_there.config;
  CHECK(c.data_dir == folder / "state");
  CHECK(c.store.path == folder / "db/x.db");
  CHECK(c.log.file == folder / "v.log");
  CHECK(c.channels.at(0).argv == std::vector<std::string>{folder / "./tell", "./as-it-is"});
  CHECK(c.channels.at(1).argv == std::vector<std::string>{"tell"});
  CHECK(c.channels.at(2).token == "123456:abcdef");
  CHECK(c.commands.at(0).argv == std::vector<std::string>{folder / "bin/do"});
  CHECK(!c.sources.at(0).ca_pem.empty());
  SECTION("by a name without a folder it is where one stands") {
    auto before = fs::current_path();
    fs::current_path(folder);
    auto here = load_config({"a.toml", "", {}, {}});
    fs::current_path(before);
    REQUIRE(here.ok());
    // Children start in "/": a program's path must not depend on where somebody stands.
    CHECK(fs::weakly_canonical(here.config.channels.at(0).argv.at(0)) == fs::weakly_canonical(folder / "tell"));
    CHECK(fs::path{here.config.commands.at(0).argv.at(0)}.is_absolute());
    CHECK(here.config.data_dir == "state");
  }
  SECTION("not those of the command line and the environment") {
    CHECK(load_config({path, "", {{"VIGIE_DATA_DIR", "mine"}}, {}}).config.data_dir == "mine");
    CHECK(load_config({path, "", {}, {{"node.data_dir", "mine"}}}).config.data_dir == "mine");
  }
  SECTION("an absolute one is itself") {
    auto absolute = load_config({h.file("b.toml", both + "data_dir = \"/srv/x\"\n"), "", {}, {}});
    CHECK(absolute.config.data_dir == "/srv/x");
    CHECK(absolute.config.store.path == "/srv/x/vigie.db");
  }
}

TEST_CASE("a secret is shown nowhere, whatever the variable is called that has it, and wherever it was put") {
  home h;
  auto text = both + "data_dir = \"var/${PLACE}\"\n[log]\nlevel = \"hunter-two\"\n" + telegram +
              "token = \"${FIRST}\"\n[channels.h]\ntype = \"webhook\"\nurl = \"file:hook\"\n"
              "headers = { x-shop = \"plain-words\" }\n"
              "[sources.s]\nurl = \"https://shop.example/?k=${SECOND}&l=plain-words\"\n"
              "headers = { accept = \"application/json\", authorization = \"${FIRST}\" }\n[sources.s.extract]\n"
              "format = \"json\"\n[sources.s.extract.fields]\nid = \"id\"\ntitle = \"title\"\n";
  h.file("hook", "https://hook.example/AAAA-9\n");
  auto loaded = load_config(
      {h.file("a.toml", text),
       "",
       {{"FIRST", "hunter-two"}, {"SECOND", "hunter-two"}, {"PLACE", "AAAA"}, {"VIGIE_API_LISTEN", "hunter-two"}},
       {}});
  CHECK_FALSE(loaded.ok()); // the level and the address are wrong
  CHECK(loaded.errors.size() == 2);
  auto shown = all_text(loaded);
  INFO(shown);
  for (const auto* secret : {"hunter-two", "plain-words", "hook.example", "AAAA-9"})
    CHECK(shown.find(secret) == std::string::npos);
  for (const auto* other : {"AAAA", "application/json"})
    CHECK(std::find(loaded.config.secrets.begin(), loaded.config.secrets.end(), other) == loaded.config.secrets.end());
}

TEST_CASE("runs are kept for a while, or for ever") {
  home h;
  CHECK(load_config({h.file("a.toml", both + "[cycle]\nkeep_runs = \"1.5d\"\n"), "", {}, {}}).config.cycle.keep_runs ==
        std::chrono::hours{36});
  auto ever = load_config({h.file("b.toml", both + "[cycle]\nkeep_runs = \"0s\"\n"), "", {}, {}});
  CHECK(ever.ok());
  CHECK(ever.config.cycle.keep_runs == duration{0});
  CHECK_FALSE(load_config({h.file("c.toml", both + "[cycle]\nkeep_runs = \"ever\"\n"), "", {}, {}}).ok());
}

TEST_CASE("the conduct ledger is kept for a while, or for ever") {
  home h;
  auto kept = [&](const char* text) {
    return load_config({h.file("a.toml", both + "[store]\nkeep_conduct = " + text + "\n"), "", {}, {}});
  };
  CHECK(kept("\"30d\"").config.store.keep_conduct == std::chrono::hours{30 * 24});
  auto ever = kept("\"0s\"");
  CHECK(ever.ok());
  CHECK(ever.config.store.keep_conduct == duration{0});
  for (auto wrong : {"\"ever\"", "90", "\"-1d\""})
    CHECK_FALSE(kept(wrong).ok());
}

TEST_CASE("command line wins over environment, environment over file, file over default") {
  home h;
  auto path = h.file("a.toml", both + "[log]\nlevel = \"warn\"\n[cycle]\nmax_retries = 7\n");
  CHECK(load_config({path, "", {}, {}}).config.log.level == log_level::warn);
  CHECK(load_config({path, "", {{"VIGIE_LOG_LEVEL", "error"}}, {}}).config.log.level == log_level::error);
  CHECK(load_config({path, "", {{"VIGIE_LOG_LEVEL", "error"}}, {{"log.level", "debug"}}}).config.log.level ==
        log_level::debug);
  CHECK(load_config({path, "", {{"MAX_RETRIES", "5"}}, {}}).config.cycle.max_retries == 5);
}

TEST_CASE("the old environment variables are honoured under their names") {
  home h;
  auto path = h.file("a.toml", both);
  auto c = load_config({path,
                        "",
                        {{"LB_STRATEGY", "round-robin"},
                         {"WORKER_BAN_DURATION_MS", "1800001"},
                         {"HEALTH_CHECK_INTERVAL_MS", "10000"},
                         {"ALERT_CHECK_INTERVAL_MS", "300001"},
                         {"WORKER_REQUEST_TIMEOUT_MS", "30001"}},
                        {}});
  INFO(all_text(c));
  REQUIRE(c.ok());
  CHECK(c.config.balancing.strategy == balancing_strategy::round_robin);
  CHECK(c.config.bans.length == duration{1800001});
  CHECK(c.config.health.interval == duration{10000});
  CHECK(c.config.health.timeout == duration{10000});
  CHECK(c.config.cycle.interval == duration{300001});
  CHECK(c.config.cycle.silence == duration{30001});
}

TEST_CASE("AUTO_RUN_CYCLE is harmless on main and as false") {
  home h;
  CHECK(load_config({h.file("a.toml", both), "", {{"AUTO_RUN_CYCLE", "true"}}, {}}).ok());
  auto worker = h.file("w.toml", "[node]\nname = \"w\"\nroles = [\"worker\"]\n[link]\ninsecure_loopback = true\n");
  CHECK(load_config({worker, "", {{"AUTO_RUN_CYCLE", "false"}}, {}}).ok());
  CHECK(!load_config({worker, "", {{"AUTO_RUN_CYCLE", "true"}}, {}}).ok());
}

TEST_CASE("variables come from the env file, the environment wins, defaults fill in") {
  home h;
  auto path = h.file("a.toml", both + "[store]\npath = \"${ROOT}/${NAME:-x}.db\"\n[log]\nfile = \"$${plain}\"\n");
  auto env = h.file("a.env", "# a comment\nexport ROOT='/srv/a b'\n\nMAX_RETRIES=\"9\"\n");
  auto loaded = load_config({path, env, {}, {}});
  INFO(all_text(loaded));
  REQUIRE(loaded.ok());
  CHECK(loaded.config.store.path == "/srv/a b/x.db");
  CHECK(loaded.config.log.file == fs::path{path}.parent_path() / "${plain}");
  CHECK(loaded.config.cycle.max_retries == 9);
  CHECK(load_config({path, env, {{"ROOT", "/mine"}, {"NAME", "y"}}, {}}).config.store.path == "/mine/y.db");
}

TEST_CASE("an env file that is wrong is named with its line") {
  home h;
  auto path = h.file("a.toml", both);
  auto env = h.file("a.env", "GOOD=1\nnot a line\n");
  auto loaded = load_config({path, env, {}, {}});
  REQUIRE(loaded.errors.size() == 1);
  CHECK(loaded.errors[0].place == env + ":2:1");
  CHECK(!load_config({path, "/nonexistent/env", {}, {}}).ok());
}

TEST_CASE("secrets are read from files and variables, and never shown") {
  home h;
  const std::string secret = "1234567:very-secret-token";
  auto token = h.file("token", secret + "\n");
  auto by_file = load_config({h.file("a.toml", both + telegram + "token = \"file:" + token + "\"\n"), "", {}, {}});
  REQUIRE(by_file.ok());
  CHECK(by_file.config.channels.at(0).token == secret);
  CHECK(all_text(by_file).find(secret) == std::string::npos);
  auto by_name = load_config({h.file("b.toml", both + telegram + "token = \"${BOT}\"\n"), "", {{"BOT", secret}}, {}});
  REQUIRE(by_name.ok());
  CHECK(by_name.config.channels.at(0).token == secret);
  CHECK(all_text(by_name).find(secret) == std::string::npos);
  std::ostringstream out;
  std::ostringstream err;
  check_options check;
  check.config = {h.file("c.toml", both + telegram + "token = \"" + secret + "\"\n"), "", {{"API_SECRET", secret}}, {}};
  CHECK(run_check(check, out, err) == exit_done);
  check.style.json = true;
  CHECK(run_check(check, out, err) == exit_done);
  check.print_env = true;
  CHECK(run_check(check, out, err) == exit_done);
  CHECK((out.str() + err.str()).find(secret) == std::string::npos);
}

TEST_CASE("a secret that every user can read is an error, wherever it stands") {
  home h;
  auto open_token = h.file("token", "1234567:secret\n", 0644);
  auto toml = h.file("a.toml", both + telegram + "token = \"file:" + open_token + "\"\n");
  auto by_file = load_config({toml, "", {}, {}});
  REQUIRE(by_file.errors.size() == 1);
  CHECK(by_file.errors[0].place == toml + ":10:9");
  auto open_config = h.file("b.toml", both + telegram + "token = \"1234567:secret\"\n", 0644);
  CHECK(load_config({open_config, "", {}, {}}).errors.size() == 1);
  auto open_env = h.file("open.env", "BOT=1234567:secret\n", 0644);
  auto by_name = h.file("c.toml", both + telegram + "token = \"${BOT}\"\n");
  CHECK(load_config({by_name, open_env, {}, {}}).errors.size() == 1);
  CHECK(load_config({by_name, h.file("closed.env", "BOT=1234567:secret\n"), {}, {}}).ok());
}

TEST_CASE("all errors are found at once, in the order of the file") {
  home h;
  auto path = h.file("a.toml", both + "[cycle]\nintervall = \"5m\"\nmax_retries = 0\n[bans]\ncap = \"never\"\n");
  auto loaded = load_config({path, "", {}, {}});
  REQUIRE(loaded.errors.size() == 3);
  CHECK(loaded.errors[0].place == path + ":5:1");
  CHECK(loaded.errors[0].remedy.find("\"interval\"") != std::string::npos);
  CHECK(loaded.errors[1].place == path + ":6:15");
  CHECK(loaded.errors[2].place == path + ":8:7");
}

TEST_CASE("custom commands over a plaintext link are warned of") {
  home h;
  auto loaded =
      load_config({h.file("w.toml", "[node]\nname = \"w\"\nroles = [\"worker\"]\n[link]\ninsecure_loopback = "
                                    "true\n[commands.df]\nargv = [\"/bin/df\", \"{path}\", \"{\\\"a\\\":1}\"]\n"),
                   "",
                   {},
                   {}});
  CHECK(loaded.ok());
  REQUIRE(loaded.warnings.size() == 1);
  CHECK(loaded.warnings[0].key == "commands");
}

TEST_CASE("the example env file names every variable that is used, and no value") {
  home h;
  auto text =
      example_env_file({h.file("a.toml", both + telegram + "token = \"${BOT}\"\n"), "", {{"BOT", "sesame"}}, {}});
  CHECK(text.find("\nBOT=\n") != std::string::npos);
  CHECK(text.find("sesame") == std::string::npos);
  for (const auto& x : known_variables())
    CHECK((text.find("# " + std::string{x.name} + "=\n") != std::string::npos) == !is_unused_variable(x.name));
}

TEST_CASE("durations and sizes: what is written is read back") {
  REQUIRE(rc::check("duration text", [] {
    auto ms = *rc::gen::inRange<int64_t>(0, longest_duration.count() + 1);
    auto read = parse_duration(to_text(duration{ms}));
    RC_ASSERT(read.has_value());
    RC_ASSERT(*read == duration{ms});
  }));
  REQUIRE(rc::check("size text", [] {
    auto bytes = *rc::gen::inRange<uint64_t>(0, uint64_t{1} << 49);
    auto read = parse_size(size_to_text(bytes));
    RC_ASSERT(read.has_value());
    RC_ASSERT(*read == bytes);
  }));
  REQUIRE(rc::check("any text is read or refused, never more", [](const std::string& text) {
    if (auto read = parse_duration(text))
      RC_ASSERT(*read <= longest_duration);
    parse_size(text);
    parse_endpoint(text);
  }));
  for (const char* wrong :
       {"", "5", "m", "5 m", "-5m", "5min", "1e3s", "0.5ms", "366d", "1.2.3s", "99999999999999999999d"})
    CHECK(!parse_duration(wrong).has_value());
  CHECK(parse_duration("1h30m") == duration{5400000});
  CHECK(parse_duration("1.5s") == duration{1500});
}

TEST_CASE("what a node connects to is said") {
  home h;
  auto said = [&](const std::string& text) {
    auto loaded = load_config({h.file("a.toml", text), "", {}, {}});
    INFO((loaded.errors.empty() ? "" : describe(loaded.errors[0], "error")));
    REQUIRE(loaded.ok());
    for (const auto& x : loaded.checks)
      if (x.starts_with("connects to "))
        return x;
    return std::string{};
  };
  CHECK(said(both) == "connects to nothing beyond loopback, since contact is empty; of the others none; never "
                      "127.0.0.1/32:3000 and 127.0.0.1/32:7700");
  CHECK(said(both + "[fetch]\ncontact = \"a@b.example\"\nallow_ports = [8443]\nallow_private = "
                    "[\"10.1.2.0/24\", \"[::1/128]:8080\"]\nforbid = [\"127.0.0.1:3100\"]\n") ==
        "connects to public addresses on ports 80, 443 and 8443; of the others 10.1.2.0/24 and [::1/128]:8080; never "
        "127.0.0.1/32:3000, 127.0.0.1/32:7700 and 127.0.0.1/32:3100");
}

TEST_CASE("the guard knows the fleet that its configuration names") {
  home h;
  auto loaded =
      load_config({h.file("m.toml", "[node]\nname = \"m\"\nroles = [\"main\"]\n[link]\ninsecure_loopback = true\n"
                                    "[api]\nlisten = \"localhost:3001\"\n[[workers]]\nid = \"fr\"\naddress = "
                                    "\"127.0.0.1:7701\"\n[fetch]\nallow_private = [\"127.0.0.1\"]\n"),
                   "",
                   {},
                   {}});
  REQUIRE(loaded.ok());
  auto guard = guard_of(loaded.config);
  REQUIRE(guard);
  auto blocked = [&](const char* address, uint16_t port) {
    return guard->decide(*parse_ip(address), port).code == errc::blocked_address;
  };
  CHECK(blocked("127.0.0.1", 3001));
  CHECK(blocked("127.0.0.1", 7701));
  CHECK(!blocked("127.0.0.1", 7702));
  CHECK(own_endpoints(loaded.config).size() == 3);
}

TEST_CASE("an address of a URL that will be blocked is warned of, and so is one of the fleet that is opened") {
  home h;
  auto channel = [](const std::string& url) { return "[channels.c]\ntype = \"webhook\"\nurl = \"" + url + "\"\n"; };
  auto warned = [&](const std::string& text) {
    std::vector<std::string> out;
    for (const auto& x : load_config({h.file("a.toml", both + text), "", {}, {}}).warnings)
      if (x.key != "sources" && x.key != "channels")
        out.push_back(x.key);
    return out;
  };
  auto contact = std::string{"[fetch]\nproduct_token = \"acme\"\ncontact = \"a@b.example\"\n"};
  CHECK(warned(contact + channel("https://93.184.216.34/x")).empty());
  CHECK(warned(contact + channel("https://shop.example:8000/x")).empty());
  for (auto url : {"http://10.1.2.3/x", "http://0x7f.1:3000/x", "http://localhost/x", "http://93.184.216.34:8000/"})
    CHECK(warned(contact + channel(url)) == std::vector<std::string>{"channels.c.url"});
  CHECK(warned("[fetch]\nallow_private = [\"127.0.0.1:3000\"]\n") == std::vector<std::string>{"fetch.allow_private"});
  auto loaded = load_config({h.file("b.toml", both + channel("https://shop.example/x")), "", {}, {}});
  REQUIRE(loaded.errors.size() == 2);
  CHECK(loaded.errors[0].key == "fetch.product_token");
  CHECK(loaded.errors[1].key == "fetch.contact");
}

TEST_CASE("what needs an agreement is refused without one, said with one, and loopback needs none") {
  home h;
  const auto now = *parse_date("2026-11-30T12:00:00Z");
  auto source = [](const std::string& url, const std::string& more) {
    return "[sources.m]\nurl = \"" + url + "\"\n" + more +
           "[sources.m.extract.fields]\nid = \"id\"\ntitle = \"title\"\n";
  };
  auto load = [&](const std::string& text) { return load_config({h.file("a.toml", text), "", {}, {}, now}); };
  const auto fetch = std::string{"[fetch]\nproduct_token = \"acme\"\ncontact = \"a@b.example\"\n"};
  const auto agreed = std::string{"[sources.m.exception]\nreason = \"no other way\"\napproved_by = \"Jo\"\nexpires = "};
  const std::string shop = "https://shop.example/", local = "http://127.0.0.1:8080/";
  struct row {
    std::string sections; ///< before the source
    std::string keys;     ///< of the source
    std::string gate;
    std::string what;
  };
  const std::string worker_scope = "[sources.m.gate]\nscope = \"worker\"\n";
  for (const auto& x :
       std::vector<row>{{fetch, "proxy = \"http://93.184.216.34:3128\"\n", "", "it is fetched through a proxy"},
                        {fetch, "", worker_scope, "each worker has a gap of its own"},
                        {fetch + "compat = \"s0\"\n", "", "", "compat"},
                        {fetch, "", "[sources.m.gate]\nobey_robots = false\nowner_consent = \"mail\"\n",
                         "its robots.txt is not asked"},
                        {fetch + "[cycle]\ninterval = \"4m59s\"\n", "", "", "it is asked every "}}) {
    INFO(x.what);
    auto bare = load(both + x.sections + source(shop, x.keys) + x.gate);
    REQUIRE(bare.errors.size() == 1);
    CHECK(bare.errors[0].key == "sources.m.exception");
    CHECK(bare.errors[0].what.find(x.what) != std::string::npos);
    // The remedy can be written as it stands.
    CHECK(bare.errors[0].remedy.find("[sources.m.exception] with reason = ") != std::string::npos);
    CHECK(bare.errors[0].remedy.find("expires = \"2027-02-28\"") != std::string::npos);
    for (auto day : {"2026-11-30", "2027-02-28"}) {
      auto with = load(both + x.sections + source(shop, x.keys) + x.gate + agreed + "\"" + day + "\"\n");
      REQUIRE(with.ok());
      REQUIRE(with.config.exceptions.size() == 1);
      const auto& made = with.config.exceptions[0];
      CHECK(made.host == host_key_of(shop));
      CHECK(made.until == *parse_date(day) + std::chrono::hours{24});
      CHECK(last_day(made.until) == day);
      CHECK(all_text(with).find("exception: " + to_string(made)) != std::string::npos);
    }
    for (auto day : {"2026-11-29", "2027-03-01", "tomorrow", "2027-02"})
      CHECK(load(both + x.sections + source(shop, x.keys) + x.gate + agreed + "\"" + day + "\"\n").errors.size() == 1);
    auto on_loopback = load(both + x.sections + source(local, x.keys) + x.gate);
    CHECK(on_loopback.ok());
    CHECK(on_loopback.config.exceptions.empty());
  }
  auto plain = load(both + fetch + source(shop, "") + agreed + "\"2026-12-24\"\n");
  CHECK(plain.ok());
  CHECK(plain.config.exceptions.empty());
  CHECK(std::any_of(plain.warnings.begin(), plain.warnings.end(),
                    [](const auto& w) { return w.key == "sources.m.exception"; }));
  // Without a timer, or switched off, nothing is done that needs one.
  CHECK(load(both + fetch + "[cycle]\nenabled = false\ninterval = \"1m\"\n" + source(shop, "")).ok());
  CHECK(load(both + fetch + source(shop, "enabled = false\n") + worker_scope).ok());
}

TEST_CASE("what is secret goes to no public host in clear text") {
  home h;
  auto keys = [&](const std::string& text) {
    std::vector<std::string> out;
    auto loaded = load_config(
        {h.file("a.toml", both + "[fetch]\nproduct_token = \"acme\"\ncontact = \"a@b.example\"\n" + text), "", {}, {}});
    for (const auto& x : loaded.errors)
      out.push_back(x.key);
    CHECK(all_text(loaded).find("sesame") == std::string::npos);
    return out;
  };
  auto source = [](const std::string& url, const std::string& header) {
    return "[sources.m]\nurl = \"" + url + "\"\nheaders = { " + header +
           " }\n[sources.m.extract.fields]\nid = \"id\"\ntitle = \"title\"\n";
  };
  using all = std::vector<std::string>;
  for (std::string header :
       {"Authorization = \"Bearer sesame\"", "X-Api-Key = \"sesame\"", "X-Of-Ours = \"Basic sesame00\""}) {
    INFO(header);
    CHECK(keys(source("http://shop.example/", header)) == all{"sources.m.headers"});
    for (auto url : {"https://shop.example/", "http://127.0.0.1:8080/", "http://10.1.2.3/"})
      CHECK(keys(source(url, header)).empty());
  }
  CHECK(keys(source("http://shop.example/", "Accept = \"text/html\"")).empty());
  CHECK(keys(source("http://shop.example/?token=sesame", "Accept = \"text/html\"")) == all{"sources.m.url"});
  auto channel = [](const std::string& text) { return "[channels.c]\ntype = " + text; };
  CHECK(keys(channel("\"webhook\"\nurl = \"http://hook.example/\"\nheaders = { X-Token = \"sesame\" }\n")) ==
        all{"channels.c.url"});
  CHECK(keys(channel("\"webhook\"\nurl = \"http://hook.example/?token=sesame\"\n")) == all{"channels.c.url"});
  CHECK(keys(channel("\"webhook\"\nurl = \"http://hook.example/\"\n")).empty());
  CHECK(keys(channel("\"telegram\"\nchat_id = \"1\"\ntoken = \"sesame\"\nbase_url = \"http://bot.example\"\n")) ==
        all{"channels.c.base_url"});
}

TEST_CASE("docs/configuration.md names every key and every variable") {
  std::ifstream in{fs::path{VIGIE_SOURCE_DIR} / "docs" / "configuration.md"};
  std::string docs{std::istreambuf_iterator<char>{in}, {}};
  REQUIRE(!docs.empty());
  home h;
  // An unknown key makes the reader list the known ones of that table.
  const std::map<std::string, std::string> tables{
      {"node", both + "zzz = 1\n"},
      {"api", both + "[api]\nzzz = 1\n"},
      {"link", both + "[link]\nzzz = 1\n"},
      {"store", both + "[store]\nzzz = 1\n"},
      {"workers", both + "[[workers]]\nlocal = true\nzzz = 1\n"},
      {"worker", both + "[worker]\nzzz = 1\n"},
      {"cycle", both + "[cycle]\nzzz = 1\n"},
      {"balancing", both + "[balancing]\nzzz = 1\n"},
      {"health", both + "[health]\nzzz = 1\n"},
      {"bans", both + "[bans]\nzzz = 1\n"},
      {"fetch", both + "[fetch]\nzzz = 1\n"},
      {"sources", both + "[sources.m]\nzzz = 1\n"},
      {"paging", both + "[sources.m.paging]\nzzz = 1\n"},
      {"extract", both + "[sources.m.extract]\nzzz = 1\n"},
      {"gate", both + "[sources.m.gate]\nzzz = 1\n"},
      {"exception", both + "[sources.m.exception]\nzzz = 1\n"},
      {"exec", both + "[channels.c]\ntype = \"exec\"\nzzz = 1\n"},
      {"webhook", both + "[channels.c]\ntype = \"webhook\"\nzzz = 1\n"},
      {"telegram", both + "[channels.c]\ntype = \"telegram\"\nzzz = 1\n"},
      {"commands", both + "[commands.c]\nzzz = 1\n"},
      {"log", both + "[log]\nzzz = 1\n"},
      {"limits", both + "[limits]\nzzz = 1\n"},
  };
  for (const auto& [name, text] : tables) {
    std::string known;
    for (const auto& x : load_config({h.file(name + ".toml", text), "", {}, {}}).errors)
      if (x.what == "this key is unknown")
        known = x.remedy.substr(x.remedy.find("Known are: ") + 11);
    INFO(name << ": " << known);
    REQUIRE(known.size() > 3);
    known.pop_back();
    std::istringstream words{known};
    for (std::string word; words >> word;) {
      if (word.ends_with(','))
        word.pop_back();
      INFO(word);
      auto plain = docs.find("`" + word + "`") != docs.npos;
      auto in_table = docs.find("] " + word + "`") != docs.npos || docs.find("." + word + "`") != docs.npos ||
                      docs.find("." + word + ".") != docs.npos || docs.find("`" + word + ".") != docs.npos;
      CHECK((plain || in_table));
    }
  }
  for (const auto& x : known_variables())
    CHECK(docs.find("`" + std::string{x.name} + "`") != docs.npos);
}
