// Links between processes: each worker is this program again (the hidden case at the end), with one gateway.
#include <catch2/catch.hpp>

#include <caf/all.hpp>
#include <caf/io/all.hpp>

#include <fcntl.h>
#include <netinet/in.h>
#include <signal.h>
#include <spawn.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <unistd.h>

#include <chrono>
#include <cstdlib>
#include <future>
#include <memory>
#include <string>

#include "actors/supervisor.hpp"
#include "messages/failure.hpp"
#include "messages/type_ids.hpp"
#include "runtime/link/caf_settings.hpp"
#include "runtime/link/link_dialler.hpp"
#include "runtime/link/link_listener.hpp"

using namespace vigie;
using namespace std::chrono_literals;

namespace {

constexpr auto patience = 30s;

} // namespace

template <>
struct Catch::StringMaker<vigie::error> {
  static std::string convert(const vigie::error& x) { return vigie::to_string(x); }
};

namespace {

/// `beat` 0 turns CAF's heartbeats off, so that only a broken connection can end a link.
struct node_settings : caf::actor_system_config {
  explicit node_settings(std::chrono::milliseconds beat) {
    configure(*this);
    set("middleman.heartbeat-interval", caf::timespan{beat});
    set("middleman.connection-timeout", caf::timespan{4 * beat});
  }
};

link_transport_config link_of(const std::string& name) {
  link_transport_config out;
  out.node = name;
  out.insecure_loopback = true;
  out.max_message_bytes = 1 << 20;
  out.send_buffer_bytes = 4 << 20;
  return out;
}

// -- the worker process

struct gateway_state {
  const char* name = "test-gateway";
  main_endpoint_actor main;
};

using gateway_ptr = caf::stateful_actor<gateway_state, worker_gateway_actor::base>*;

command_result obey(gateway_ptr self, const worker_command& x) {
  command_result out;
  if (x.name == "big")
    out.output.assign(std::stoul(x.args.at("bytes")), 'x');
  else if (x.name == "kill-main")
    self->send_exit(self->state.main, caf::exit_reason::kill);
  else
    out.output = x.url;
  return out;
}

worker_gateway_actor::behavior_type gateway(gateway_ptr self) {
  return {[self](const envelope&, const attach& x, const main_endpoint_actor& main) {
            self->state.main = main;
            return worker_hello{worker_id{"worker-fr"}, x.main_name, std::to_string(::getpid()), contract_version};
          },
          [self](const envelope& e, const assignment& x) {
            // Settles at once, towards main, over the link that main has dialled.
            for (const auto& plan : x.plans)
              for (const auto& a : plan.alerts) {
                alert_settled settled;
                settled.alert = a.what.id;
                self->request(self->state.main, patience, e, settled)
                    .then([](const settle_ack&) {}, [](const caf::error&) {});
              }
            return assign_receipt{x.id, static_cast<uint32_t>(x.plans.size())};
          },
          [](const envelope&, const cancel_assignment&) {},
          [self](const envelope&, const worker_command& x) { return obey(self, x); },
          [](const envelope&, const heartbeat& x) { return x; },
          [](const envelope&, const get_health&) { return worker_health{}; },
          [](const envelope&, const get_node&) { return node_row{}; },
          [](const envelope&, const crash_order&) { throw std::runtime_error("crashed on request"); },
          [](const alert_settled&) {},
          [](const permit_request&) { return permit{}; },
          [](const permit_release&) {},
          [](const permits_held&) {}};
}

void run_worker() {
  auto beat = std::chrono::milliseconds{std::atoi(std::getenv("VIGIE_TEST_BEAT"))};
  node_settings settings{beat};
  caf::actor_system system{settings};
  actor_ref<worker_gateway_actor> present;
  auto root = system.spawn(
      supervisor, environment{}, supervisor_config{},
      std::vector<child_spec>{child("gateway", present, [](caf::local_actor* self) { return self->spawn(gateway); })});
  auto door = listen(system, "127.0.0.1:" + std::string{std::getenv("VIGIE_TEST_PORT")}, link_of("worker-fr"),
                     [present] { return present.get(); });
  if (!door)
    std::_Exit(3);
  auto text = std::to_string((*door)->port()) + "\n";
  if (::write(4, text.data(), text.size()) < 0)
    std::_Exit(4);
  // Main's end of this pipe goes with main.
  char byte = 0;
  while (::read(3, &byte, 1) > 0)
    ;
  std::_Exit(0);
}

// -- the main process

class worker_process {
public:
  explicit worker_process(std::chrono::milliseconds beat, uint16_t at = 0) {
    int life[2], report[2];
    REQUIRE(::pipe2(life, O_CLOEXEC) == 0);
    REQUIRE(::pipe2(report, O_CLOEXEC) == 0);
    // Above what the child gets, so that no dup2 hits one that is still needed.
    int hold = ::fcntl(life[0], F_DUPFD_CLOEXEC, 20), say = ::fcntl(report[1], F_DUPFD_CLOEXEC, 20);
    posix_spawn_file_actions_t files;
    posix_spawn_file_actions_init(&files);
    posix_spawn_file_actions_adddup2(&files, hold, 3);
    posix_spawn_file_actions_adddup2(&files, say, 4);
    ::setenv("VIGIE_TEST_BEAT", std::to_string(beat.count()).c_str(), 1);
    ::setenv("VIGIE_TEST_PORT", std::to_string(at).c_str(), 1);
    const char* argv[] = {"link_test", "a worker process", nullptr};
    REQUIRE(::posix_spawn(&pid_, "/proc/self/exe", &files, nullptr, const_cast<char**>(argv), environ) == 0);
    posix_spawn_file_actions_destroy(&files);
    for (int fd : {life[0], report[1], hold, say})
      ::close(fd);
    life_ = life[1];
    std::string text;
    char byte = 0;
    while (::read(report[0], &byte, 1) == 1 && byte != '\n')
      text += byte;
    ::close(report[0]);
    REQUIRE_FALSE(text.empty());
    port_ = static_cast<uint16_t>(std::stoi(text));
  }

  worker_process(const worker_process&) = delete;
  worker_process& operator=(const worker_process&) = delete;

  ~worker_process() {
    end(SIGKILL);
    ::close(life_);
  }

  void end(int signal) {
    if (pid_ <= 0)
      return;
    ::kill(pid_, signal);
    ::waitpid(pid_, nullptr, 0);
    pid_ = 0;
  }

  void send(int signal) { REQUIRE(::kill(pid_, signal) == 0); }
  pid_t pid() const { return pid_; }
  uint16_t port() const { return port_; }
  std::string address() const { return "127.0.0.1:" + std::to_string(port_); }

private:
  pid_t pid_ = 0;
  int life_ = -1;
  uint16_t port_ = 0;
};

struct endpoint_state {
  const char* name = "test-endpoint";
  std::shared_ptr<std::atomic<uint32_t>> settled;
};

using endpoint_ptr = caf::stateful_actor<endpoint_state, main_endpoint_actor::base>*;

main_endpoint_actor::behavior_type main_end(endpoint_ptr self, std::shared_ptr<std::atomic<uint32_t>> settled) {
  self->state.settled = std::move(settled);
  return {[self](const envelope&, const alert_settled&) {
            ++*self->state.settled;
            return settle_ack{true};
          },
          [](const envelope&, const assignment_beat&) {},
          [](const envelope&, const assignment_finished&) {},
          [](const envelope&, const permit_request&) {
            return permit{7, duration{0}, {}};
          },
          [](const envelope&, const permit_release&) {},
          [](const envelope&, const permits_held&) {}};
}

struct main_node {
  explicit main_node(std::chrono::milliseconds beat, link_transport_config config = link_of("main"))
      : settings(beat), system(settings), links(make_link_dialler(system, config)), self(system) {}

  ~main_node() {
    links->stop();
    // An actor that a peer knows is kept by CAF's registry until it ends.
    if (endpoint)
      self->send_exit(endpoint, caf::exit_reason::kill);
  }

  std::future<result<worker_gateway_actor>> start_dial(const std::string& address) {
    auto answer = std::make_shared<std::promise<result<worker_gateway_actor>>>();
    links->dial(address, [answer](result<worker_gateway_actor> x) { answer->set_value(std::move(x)); });
    return answer->get_future();
  }

  result<worker_gateway_actor> dial(const std::string& address) {
    auto pending = start_dial(address);
    REQUIRE(pending.wait_for(patience) == std::future_status::ready);
    return pending.get();
  }

  /// Dials until somebody is there and answers. (An answer can get lost while the peer's CAF still buries an earlier
  /// link of ours: requests over links need time-outs, and here they have them.)
  worker_gateway_actor reach(const std::string& address) {
    auto deadline = std::chrono::steady_clock::now() + patience;
    for (;;) {
      auto found = dial(address);
      auto problem = found ? echo(*found, duration{2000}) : found.error();
      if (problem == error{})
        return *found;
      INFO(to_string(problem));
      REQUIRE(std::chrono::steady_clock::now() < deadline);
      std::this_thread::sleep_for(20ms);
    }
  }

  result<command_result> run(const worker_gateway_actor& whom, worker_command what, duration wait = patience) {
    result<command_result> out = fail(errc::none, "no answer");
    self->request(whom, wait, envelope{}, std::move(what))
        .receive([&](command_result& x) { out = std::move(x); },
                 [&](caf::error& e) { out = tl::unexpected<error>(from_caf(e)); });
    return out;
  }

  /// Asks something; what went wrong.
  error echo(const worker_gateway_actor& whom, duration wait = patience) {
    worker_command what;
    what.url = "hello";
    auto answer = run(whom, what, wait);
    if (answer)
      CHECK(answer->output == "hello");
    return answer ? error{} : answer.error();
  }

  worker_command big(size_t bytes) {
    worker_command out;
    out.name = "big";
    out.args["bytes"] = std::to_string(bytes);
    return out;
  }

  result<worker_hello> attach_to(const worker_gateway_actor& whom) {
    endpoint = system.spawn(main_end, settled);
    result<worker_hello> out = fail(errc::none, "no answer");
    self->request(whom, patience, envelope{}, attach{"main", 1, {}}, endpoint)
        .receive([&](worker_hello& x) { out = std::move(x); },
                 [&](caf::error& e) { out = tl::unexpected<error>(from_caf(e)); });
    return out;
  }

  /// Waits for a monitored handle's end; why.
  error await_down() {
    error out{errc::none, "no DOWN came", {}};
    self->receive([&](caf::down_msg& x) { out = from_caf(x.reason); }, caf::after(patience) >> [] {});
    return out;
  }

  node_settings settings;
  caf::actor_system system;
  std::unique_ptr<link_dialler> links;
  caf::scoped_actor self;
  std::shared_ptr<std::atomic<uint32_t>> settled = std::make_shared<std::atomic<uint32_t>>(0);
  main_endpoint_actor endpoint;
};

constexpr auto no_beat = 0ms;

} // namespace

TEST_CASE("main dials, asks, and is spoken to over the same link") {
  worker_process worker{1000ms};
  main_node main{1000ms};
  auto gateway = main.reach(worker.address());
  CHECK(gateway.node() != main.system.node());
  CHECK(main.echo(gateway) == error{});
  auto hello = main.attach_to(gateway);
  REQUIRE(hello);
  CHECK(hello->worker.value == "worker-fr");
  CHECK(hello->version == std::to_string(worker.pid()));

  assignment work;
  work.id = assignment_id{5};
  work.plans.resize(40);
  for (auto& plan : work.plans)
    plan.alerts.resize(1);
  uint32_t accepted = 0;
  main.self->request(gateway, patience, envelope{}, work)
      .receive([&](assign_receipt& x) { accepted = x.accepted; }, [](caf::error& e) { FAIL(caf::to_string(e)); });
  CHECK(accepted == 40);
  auto deadline = std::chrono::steady_clock::now() + patience;
  while (*main.settled < 40 && std::chrono::steady_clock::now() < deadline)
    std::this_thread::sleep_for(2ms);
  CHECK(*main.settled == 40);
  // A second link to the same node is given up, and the handle is the same.
  CHECK(main.reach(worker.address()) == gateway);
  CHECK(main.echo(gateway) == error{});
}

TEST_CASE("kill -9 of the peer is seen by the broken connection alone, and a new one at the same address is reached") {
  // Without heartbeats nothing else could tell.
  auto worker = std::make_unique<worker_process>(no_beat);
  main_node main{no_beat};
  auto port = worker->port();
  auto first = main.reach(worker->address());
  for (int round = 0; round < 3; ++round) {
    main.self->monitor(first);
    worker->end(SIGKILL);
    CHECK(main.await_down().code == errc::worker_lost);
    CHECK_FALSE(main.dial("127.0.0.1:" + std::to_string(port)).has_value());
    worker = std::make_unique<worker_process>(no_beat, port);
    auto second = main.reach(worker->address());
    CHECK(second != first);
    CHECK(second.node() != first.node());
    CHECK(main.echo(second) == error{});
    first = second;
  }
}

TEST_CASE("a stopped peer is seen by the heartbeats, and reached again when it goes on") {
  worker_process worker{200ms};
  main_node main{200ms};
  auto gateway = main.reach(worker.address());
  main.self->monitor(gateway);
  CHECK(main.echo(gateway) == error{});
  worker.send(SIGSTOP);
  CHECK(main.await_down().code != errc::none);
  worker.send(SIGCONT);
  CHECK(main.echo(main.reach(worker.address())) == error{});
}

TEST_CASE("a gateway that crashes is down at once, and its replacement is reached while the link lives") {
  worker_process worker{no_beat};
  main_node main{no_beat};
  auto gateway = main.reach(worker.address());
  main.self->monitor(gateway);
  main.self->send(gateway, envelope{}, crash_order{});
  CHECK(main.await_down().code != errc::none);
  auto next = main.reach(worker.address());
  CHECK(next != gateway);
  CHECK(main.echo(next) == error{});
}

TEST_CASE("a message above the cap ends the link before it is taken in, in both directions") {
  worker_process worker{no_beat};
  main_node main{no_beat};
  auto gateway = main.reach(worker.address());
  auto fits = main.run(gateway, main.big(1000 * 1000));
  REQUIRE(fits);
  CHECK(fits->output.size() == 1000 * 1000);
  main.self->monitor(gateway);
  main.self->send(gateway, envelope{}, main.big(1100 * 1000));
  CHECK(main.await_down().code == errc::worker_lost);

  gateway = main.reach(worker.address());
  main.self->monitor(gateway);
  worker_command heavy;
  heavy.url.assign(1100 * 1000, 'y');
  main.self->send(gateway, envelope{}, heavy);
  CHECK(main.await_down().code == errc::worker_lost);
  CHECK(main.echo(main.reach(worker.address())) == error{});
}

TEST_CASE("a worker cannot end main's actors: the link goes, the actor stays") {
  worker_process worker{no_beat};
  main_node main{no_beat};
  auto gateway = main.reach(worker.address());
  REQUIRE(main.attach_to(gateway));
  main.self->monitor(gateway);
  worker_command what;
  what.name = "kill-main";
  main.self->send(gateway, envelope{}, what);
  CHECK(main.await_down().code == errc::worker_lost);
  uint64_t id = 0;
  main.self->request(main.endpoint, patience, envelope{}, permit_request{})
      .receive([&](permit& x) { id = x.id; }, [](caf::error& e) { FAIL(caf::to_string(e)); });
  CHECK(id == 7);
}

TEST_CASE("a peer that reads nothing is dropped when too much is unsent") {
  worker_process worker{no_beat};
  main_node main{no_beat};
  auto gateway = main.reach(worker.address());
  CHECK(main.echo(gateway) == error{});
  main.self->monitor(gateway);
  worker.send(SIGSTOP);
  worker_command load;
  load.url.assign(1000 * 1000, 'z');
  bool down = false;
  auto deadline = std::chrono::steady_clock::now() + patience;
  while (!down && std::chrono::steady_clock::now() < deadline) {
    main.self->send(gateway, envelope{}, load);
    main.self->receive([&](caf::down_msg&) { down = true; }, caf::after(5ms) >> [] {});
  }
  CHECK(down);
  // And the end of main waits for none of it: the next line would hang.
}

TEST_CASE("dials: a mute address holds up nobody, nobody there fails, and after the stop everything does") {
  worker_process worker{no_beat};
  auto config = link_of("main");
  config.dial_deadline = duration{1500};
  main_node main{no_beat, config};
  int mute = ::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
  sockaddr_in at{};
  at.sin_family = AF_INET;
  at.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
  socklen_t size = sizeof at;
  REQUIRE(::bind(mute, reinterpret_cast<sockaddr*>(&at), size) == 0);
  REQUIRE(::listen(mute, 8) == 0);
  ::getsockname(mute, reinterpret_cast<sockaddr*>(&at), &size);
  auto silent = "127.0.0.1:" + std::to_string(ntohs(at.sin_port));
  auto held = main.start_dial(silent);
  auto gateway = main.reach(worker.address());
  CHECK(held.wait_for(0s) == std::future_status::timeout);
  REQUIRE(held.wait_for(patience) == std::future_status::ready);
  CHECK(held.get().error().code == errc::worker_lost);
  ::close(mute);
  CHECK(main.dial(silent).error().code == errc::worker_lost);
  CHECK(main.dial("10.1.2.3:7700").error().code == errc::blocked_address);

  main.self->monitor(gateway);
  main.links->stop();
  CHECK(main.await_down().code == errc::worker_lost);
  CHECK(main.dial(worker.address()).error().code == errc::worker_lost);
}

TEST_CASE("a process with both ends does not dial itself, and a listener that stops cuts its links") {
  node_settings settings{no_beat};
  caf::actor_system system{settings};
  auto own = system.spawn(gateway);
  auto door = listen(system, "127.0.0.1:0", link_of("both"), [own] { return own; });
  REQUIRE(door);
  auto links = make_link_dialler(system, link_of("both"));
  std::promise<result<worker_gateway_actor>> answer;
  links->dial("127.0.0.1:" + std::to_string((*door)->port()),
              [&](result<worker_gateway_actor> x) { answer.set_value(std::move(x)); });
  auto pending = answer.get_future();
  REQUIRE(pending.wait_for(patience) == std::future_status::ready);
  auto found = pending.get();
  REQUIRE_FALSE(found);
  CHECK(found.error().code == errc::worker_lost);

  node_settings other_settings{no_beat};
  caf::actor_system other{other_settings};
  CHECK(other.node() != system.node());
  auto dialler = make_link_dialler(other, link_of("main"));
  std::promise<result<worker_gateway_actor>> second;
  dialler->dial("127.0.0.1:" + std::to_string((*door)->port()),
                [&](result<worker_gateway_actor> x) { second.set_value(std::move(x)); });
  auto linked = second.get_future();
  REQUIRE(linked.wait_for(patience) == std::future_status::ready);
  auto handle = linked.get();
  REQUIRE(handle);
  caf::scoped_actor self{other};
  self->monitor(*handle);
  (*door)->stop();
  error why;
  self->receive([&](caf::down_msg& x) { why = from_caf(x.reason); }, caf::after(patience) >> [] {});
  CHECK(why.code == errc::worker_lost);
  caf::anon_send_exit(own, caf::exit_reason::kill);
}

TEST_CASE("a worker process", "[.]") {
  run_worker();
}
