#include "actors/command_runner.hpp"

#include "actors/fetcher.hpp"
#include "actors/gate_client.hpp"
#include "tests/fakes/fake_child_process.hpp"
#include "tests/fakes/fake_event_log.hpp"
#include "tests/fakes/fake_http_client.hpp"
#include "tests/fakes/null_metrics.hpp"
#include "tests/support/worker_fakes.hpp"

using namespace vigie;
using namespace vigie::test;
using namespace std::chrono_literals;

namespace {

command_runner_config some_config() {
  command_runner_config out;
  out.worker = worker_id{"fr"};
  out.max_in_flight = 3;
  out.max_output_bytes = 8;
  out.custom["say"] = {{"echo", "{what}"}, {{"LANG", "C"}}, 10s, 1024};
  return out;
}

struct fixture {
  explicit fixture(uint64_t seed) : w(seed) {
    gateway.set(w.system.spawn(fake_gateway, &notes));
    gate.set(w.system.spawn(gate_client, gate_client_config{}, w.env(log, metrics), gateway, fetch, air));
    fetch.set(w.system.spawn(fetcher, fetcher_config{}, w.env(log, metrics), &client, air));
    auto known = shop();
    known.url = "http://known.example/search?q={query}";
    known.gate.min_interval = 50ms;
    auto same = known;
    same.id = source_id{"through"};
    same.proxy = "http://10.1.2.3:3128";
    same.ca_pem = "a certificate";
    ways->know({known, same});
    aut =
        w.system.spawn(command_runner, some_config(), command_runner_parts{w.env(log, metrics), gate, &children, ways});
  }
  ~fixture() { w.stop(aut, gate.get(), fetch.get(), gateway.get()); }

  command_result run(worker_command what, envelope env = {}) {
    auto out = w.ask<command_result>(aut, env, what);
    REQUIRE(out);
    REQUIRE(out->worker.value == "fr");
    return *out;
  }

  main_notes notes;
  fake_event_log log;
  null_metrics metrics;
  fakes::fake_http_client client;
  fake_child_process children;
  world w;
  actor_ref<worker_gateway_actor> gateway;
  std::shared_ptr<source_ways> ways = std::make_shared<source_ways>();
  std::shared_ptr<flights> air = std::make_shared<flights>(1, report_book_config{}, [this] { return w.now(); });
  actor_ref<gate_client_actor> gate;
  actor_ref<fetcher_actor> fetch;
  command_runner_actor aut;
};

worker_command scrape(std::string url) {
  worker_command out;
  out.kind = command_kind::scrape;
  out.url = std::move(url);
  return out;
}

worker_command custom(std::string name, std::map<std::string, std::string> args) {
  worker_command out;
  out.kind = command_kind::custom;
  out.name = std::move(name);
  out.args = std::move(args);
  return out;
}

} // namespace

TEST_CASE("a scrape goes through gate and fetcher; a long body is cut") {
  for (uint64_t seed = 1; seed <= 50; ++seed) {
    fixture f{seed};
    f.client.on("/long", 200, "0123456789").on("/short", 200, "0123");
    auto out = f.run(scrape("http://Shop.example/long#part"));
    REQUIRE(out.problem.code == errc::none);
    REQUIRE(out.http_status == 200);
    REQUIRE(out.output == "01234567");
    REQUIRE(out.truncated);
    REQUIRE(f.client.requests()[0].url == "http://shop.example/long");
    REQUIRE_FALSE(f.run(scrape("http://known.example/short")).truncated);
    REQUIRE(f.notes.permits[0].host.value == "shop.example");
    REQUIRE(f.notes.permits[0].policy == gate_policy{});
    REQUIRE(f.notes.permits[1].policy.min_interval == 50ms);
    // A site that a source asks through a proxy does not see this worker's address.
    REQUIRE(f.client.requests()[0].proxy.empty());
    REQUIRE(f.client.requests()[1].proxy == "http://10.1.2.3:3128");
    REQUIRE(f.client.requests()[1].ca_pem == "a certificate");
    REQUIRE(f.log.count("scrape_goes_as_source") == 1);
    REQUIRE(f.log.events("scrape_goes_as_source").at(0).field("source") == "through");
    REQUIRE(f.notes.released.size() == 2);
  }
}

TEST_CASE("a scrape tells what went wrong") {
  for (uint64_t seed = 1; seed <= 50; ++seed) {
    fixture f{seed};
    f.client.on("/403", 403, "").on_error("/guarded", errc::blocked_address);
    auto refused = f.run(scrape("http://shop.example/403"));
    REQUIRE(refused.problem.code == errc::refused);
    REQUIRE(refused.http_status == 403);
    REQUIRE(refused.output.empty());
    REQUIRE(f.notes.released[0].refused);
    REQUIRE(f.run(scrape("http://shop.example/guarded")).problem.code == errc::blocked_address);
    REQUIRE(f.run(scrape("file:///etc/passwd")).problem.code == errc::bad_request);
    f.notes.deny = {errc::permit_denied, "spent", {}};
    REQUIRE(f.run(scrape("http://shop.example/x")).problem.code == errc::permit_denied);
  }
}

TEST_CASE("a scrape whose runner died: the site's refusal is reported all the same, and its place taken until then") {
  for (uint64_t seed = 1; seed <= 20; ++seed) {
    fixture f{seed};
    f.client.on("/403", 403, "");
    f.client.hold();
    auto asked = ask_apart<command_result>(f.w, f.aut, envelope{}, scrape("http://shop.example/403"));
    f.w.drain();
    caf::anon_send(caf::actor_cast<caf::actor>(f.aut), crash_now{"test"});
    f.w.drain();
    REQUIRE(asked.code() == errc::crashed);
    REQUIRE(f.notes.released.empty());
    f.client.unhold();
    f.w.drain();
    REQUIRE(f.notes.released.size() == 1);
    REQUIRE(f.notes.released[0].refused);
    REQUIRE(f.notes.released[0].evidence == "HTTP 403 on a scrape command");
  }
}

TEST_CASE("a custom command is a template of this node, nothing else") {
  for (uint64_t seed = 1; seed <= 50; ++seed) {
    fixture f{seed};
    f.children.script_exit(0, "hello");
    envelope env;
    env.deadline = 4s;
    REQUIRE(f.run(custom("say", {{"what", "a; rm -rf /"}}), env).output == "hello");
    auto child = f.children.requests().at(0);
    REQUIRE(child.argv == std::vector<std::string>{"echo", "a; rm -rf /"});
    REQUIRE(child.env == std::map<std::string, std::string>{{"LANG", "C"}});
    REQUIRE(child.time_out == 4s);
    REQUIRE(f.run(custom("rm", {})).problem.code == errc::unknown_command);
    REQUIRE(f.run(custom("say", {{"what", "-n"}})).problem.code == errc::bad_request);
    REQUIRE(f.run(custom("say", {})).problem.code == errc::bad_request);
    REQUIRE(f.children.requests().size() == 1);
    f.children.script_exit(3, "partly");
    auto failed = f.run(custom("say", {{"what", "x"}}));
    REQUIRE(failed.problem.code == errc::child_failed);
    REQUIRE(failed.output == "partly");
    child_outcome late;
    late.timed_out = true;
    f.children.script(late);
    REQUIRE(f.run(custom("say", {{"what", "x"}})).problem.code == errc::child_timed_out);
  }
}

TEST_CASE("nothing here makes cookies") {
  fixture f{1};
  worker_command what;
  what.kind = command_kind::generate_cookies;
  REQUIRE(f.run(what).problem.code == errc::no_credential_provider);
}

TEST_CASE("commands above the limit are busy; those under way die with the runner, at once") {
  for (uint64_t seed = 1; seed <= 50; ++seed) {
    fixture f{seed};
    f.children.hold();
    std::vector<question<command_result>> asked;
    for (int i = 0; i < 8; ++i)
      asked.push_back(ask_apart<command_result>(f.w, f.aut, envelope{}, custom("say", {{"what", "x"}})));
    f.w.drain();
    size_t busy = 0, crashed = 0;
    for (const auto& x : asked)
      busy += x.answered() && x.code() == errc::busy ? 1 : 0;
    REQUIRE(busy == 5);
    caf::anon_send(caf::actor_cast<caf::actor>(f.aut), crash_now{"test"});
    f.w.drain();
    for (const auto& x : asked)
      crashed += x.answered() && x.code() == errc::crashed ? 1 : 0;
    REQUIRE(crashed == 3);
    f.children.release();
    f.w.drain();
  }
}

TEST_CASE("a template that cannot be run is found at the start") {
  REQUIRE(validate(some_config()).code == errc::none);
  auto bad = some_config();
  bad.custom["worse"] = {{"{what}"}, {}, 1s, 1};
  REQUIRE(validate(bad).code == errc::bad_config);
  REQUIRE(validate(bad).detail.find("commands.worse") != std::string::npos);
}
