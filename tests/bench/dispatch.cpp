// Commands from main to a worker process and back, over vigie's own path (worker-proxy, link, worker-gateway, a
// command-runner that answers at once) or over CAF's own remote_actor. The messages are the same: envelope and
// worker_command of about 0.9 KB, a command_result of about 2.2 KB. Both processes of both ways have vigie's scheduler
// settings. One run is a line of JSON.
//
//   bench_dispatch vigie|bare [CALLS] [SINGLES] [THREADS] [WORKERS]
//
// THREADS 0 = as many as there are cores. With several WORKERS (default 1) the calls go to them in turns.
// (bench_dispatch worker-vigie|worker-bare THREADS is the other end.)
#include <caf/all.hpp>
#include <caf/io/all.hpp>

#include <fcntl.h>
#include <signal.h>
#include <sys/wait.h>

#include <memory>
#include <thread>

#include "actors/balancer.hpp"
#include "actors/worker_gateway.hpp"
#include "actors/worker_proxy.hpp"
#include "runtime/link/link_dialler.hpp"
#include "runtime/link/link_listener.hpp"
#include "tests/bench/measure.hpp"
#include "tests/fakes/null_metrics.hpp"

using namespace vigie;
using namespace std::chrono_literals;

namespace {

constexpr auto patience = 30s;
constexpr size_t url_bytes = 850;
constexpr size_t output_bytes = 2150;

const worker_id the_worker{"worker-bench"}; // each process has one, and main a balancer for each

link_transport_config link_of(const std::string& node, event_log& log) {
  link_transport_config out;
  out.node = node;
  out.insecure_loopback = true;
  out.log = &log;
  return out;
}

environment environment_of(event_log& log, metrics_sink& metrics) {
  return {&log, &metrics,
          [](mono_time) {
            return std::chrono::time_point_cast<std::chrono::milliseconds>(std::chrono::system_clock::now());
          },
          1};
}

// -- the worker process

command_result obey(const worker_command& what) {
  command_result out;
  out.http_status = 200;
  out.output.assign(output_bytes, what.url.back());
  out.worker = the_worker;
  return out;
}

struct runner_state {
  static inline const char* name = "command-runner";
};

using runner_shell = shell<command_runner_actor, runner_state>;

command_runner_actor::behavior_type quick_runner(runner_shell*) {
  return {[](const envelope&, const worker_command& what) { return obey(what); }};
}

command_runner_actor::behavior_type bare_runner() {
  return {[](const envelope&, const worker_command& what) { return obey(what); }};
}

/// Says where it listens, then stays until main's end of the pipe is gone.
[[noreturn]] void stay(uint16_t port) {
  std::cout << port << std::endl;
  char byte = 0;
  while (::read(STDIN_FILENO, &byte, 1) > 0)
    ;
  std::_Exit(0);
}

void be_vigie_worker(uint64_t threads) {
  bench::settings settings{threads};
  caf::actor_system system{settings};
  bench::quiet_log log;
  null_metrics metrics;
  worker_gateway_config config;
  config.worker = the_worker;
  config.region = "cdg";
  worker_gateway_parts parts;
  parts.env = environment_of(log, metrics);
  parts.runner.set(system.spawn(quick_runner));
  parts.new_scraper = [](caf::actor_system&, auto) { return scraper_actor{}; };
  auto gateway = system.spawn(worker_gateway, config, parts);
  auto door = listen(system, "127.0.0.1:0", link_of(the_worker.value, log), [gateway] { return gateway; });
  if (!door)
    bench::give_up(to_string(door.error()));
  stay((*door)->port());
}

void be_bare_worker(uint64_t threads) {
  bench::settings settings{threads};
  caf::actor_system system{settings};
  auto runner = system.spawn(bare_runner);
  auto port = system.middleman().publish(runner, 0, "127.0.0.1");
  if (!port)
    bench::give_up(caf::to_string(port.error()));
  stay(*port);
}

// -- the main process

class worker_process {
public:
  worker_process(const char* kind, const std::string& threads) {
    int in[2], out[2];
    if (::pipe2(in, O_CLOEXEC) != 0 || ::pipe2(out, O_CLOEXEC) != 0)
      bench::give_up("no pipe");
    pid_ = ::fork();
    if (pid_ == 0) {
      ::dup2(in[0], STDIN_FILENO);
      ::dup2(out[1], STDOUT_FILENO);
      ::execl("/proc/self/exe", "bench_dispatch", kind, threads.c_str(), nullptr);
      std::_Exit(127);
    }
    ::close(in[0]);
    ::close(out[1]);
    life_ = in[1];
    std::string text;
    char byte = 0;
    while (::read(out[0], &byte, 1) == 1 && byte != '\n')
      text += byte;
    ::close(out[0]);
    port_ = static_cast<uint16_t>(std::strtoul(text.c_str(), nullptr, 10));
    if (pid_ < 0 || port_ == 0)
      bench::give_up("the worker process did not start");
  }

  worker_process(const worker_process&) = delete;
  worker_process& operator=(const worker_process&) = delete;

  ~worker_process() {
    ::close(life_);
    ::waitpid(pid_, nullptr, 0);
  }

  pid_t pid() const { return pid_; }
  uint16_t port() const { return port_; }

private:
  pid_t pid_ = 0;
  int life_ = -1;
  uint16_t port_ = 0;
};

struct load_state {
  static inline const char* name = "load";
  uint64_t to_send = 0;
  uint64_t to_come = 0;
  uint64_t next = 0; ///< whose turn it is
  promise<command_result> done;
};

template <class Handle>
using targets = std::vector<Handle>;

using load_ptr = caf::stateful_actor<load_state, command_runner_actor::base>*;

template <class Handle>
void ask(load_ptr self, const std::shared_ptr<targets<Handle>>& to, const std::shared_ptr<std::vector<uint64_t>>& took,
         const envelope& env, const worker_command& what) {
  auto& st = self->state;
  --st.to_send;
  auto begun = bench::wall_ns();
  self->request((*to)[st.next++ % to->size()], patience, env, what)
      .then(
          [self, &st, to, took, env, what, begun](const command_result& x) {
            if (x.output.size() != output_bytes || x.output.back() != what.url.back())
              bench::give_up("a wrong answer: " + to_string(x.problem));
            took->push_back(bench::wall_ns() - begun);
            if (st.to_send > 0)
              ask(self, to, took, env, what);
            if (--st.to_come == 0)
              st.done.deliver(x);
          },
          [](const caf::error& e) { bench::give_up("a call failed: " + caf::to_string(e)); });
}

/// The load is on CAF's own base in both ways.
template <class Handle>
command_runner_actor::behavior_type load(load_ptr self, std::shared_ptr<targets<Handle>> to, uint64_t calls,
                                         uint64_t outstanding, std::shared_ptr<std::vector<uint64_t>> took) {
  return {[=](const envelope& env, const worker_command& what) {
    auto& st = self->state;
    st.to_send = st.to_come = calls;
    st.done = self->make_response_promise<promise<command_result>>();
    for (uint64_t i = 0; i < std::min(outstanding, calls); ++i)
      ask(self, to, took, env, what);
    return st.done;
  }};
}

struct figures {
  double cpu_s = 0;
  double wall_s = 0;
  std::vector<uint64_t> took_ns;
};

using crew = std::vector<std::unique_ptr<worker_process>>;

uint64_t cpu_ns_of(const crew& workers) {
  auto out = bench::cpu_ns();
  for (const auto& w : workers)
    out += bench::cpu_ns_of(w->pid());
  return out;
}

template <class Handle>
figures measure(caf::actor_system& system, const crew& workers, const std::shared_ptr<targets<Handle>>& to,
                uint64_t calls, uint64_t outstanding) {
  auto took = std::make_shared<std::vector<uint64_t>>();
  took->reserve(calls);
  auto generator = system.spawn(load<Handle>, to, calls, outstanding, took);
  worker_command what;
  what.kind = command_kind::scrape;
  what.url = std::string(url_bytes, 'u');
  envelope env;
  env.trace.value = std::string(32, 'a');
  env.cause = "bench";
  caf::scoped_actor self{system};
  auto cpu = cpu_ns_of(workers);
  auto wall = bench::wall_ns();
  self->request(generator, caf::infinite, env, what)
      .receive([](const command_result&) {},
               [](const caf::error& e) { bench::give_up("a round failed: " + caf::to_string(e)); });
  figures out;
  out.wall_s = static_cast<double>(bench::wall_ns() - wall) / 1e9;
  out.cpu_s = static_cast<double>(cpu_ns_of(workers) - cpu) / 1e9;
  out.took_ns = *took;
  self->send_exit(generator, caf::exit_reason::user_shutdown);
  return out;
}

template <class Handle>
void run(caf::actor_system& system, const crew& workers, targets<Handle> all, uint64_t calls, uint64_t singles) {
  auto to = std::make_shared<targets<Handle>>(std::move(all));
  measure(system, workers, to, calls / 10 + 1, 64); // warms up
  auto many = measure(system, workers, to, calls, 64);
  auto one = measure(system, workers, to, singles, 1);
  std::cout << "{\"per_cpu_s\": " << static_cast<double>(calls) / many.cpu_s
            << ", \"per_s\": " << static_cast<double>(calls) / many.wall_s
            << ", \"one_per_cpu_s\": " << static_cast<double>(singles) / one.cpu_s
            << ", \"p50_us\": " << bench::percentile(one.took_ns, 0.5) / 1e3
            << ", \"p99_us\": " << bench::percentile(one.took_ns, 0.99) / 1e3 << "}" << std::endl;
}

/// Until the proxy's link is up: it dials by itself.
void wait_for_link(caf::actor_system& system, const worker_proxy_actor& proxy) {
  caf::scoped_actor self{system};
  auto deadline = std::chrono::steady_clock::now() + patience;
  bool up = false;
  while (!up) {
    if (std::chrono::steady_clock::now() > deadline)
      bench::give_up("the link does not come up");
    self->request(proxy, patience, probe_worker{})
        .receive([&](const worker_health&) { up = true; }, [](const caf::error&) { std::this_thread::sleep_for(5ms); });
  }
}

void be_vigie_main(const crew& workers, uint64_t calls, uint64_t singles, uint64_t threads) {
  bench::settings settings{threads};
  caf::actor_system system{settings};
  bench::quiet_log log;
  null_metrics metrics;
  auto env = environment_of(log, metrics);
  auto dialler = make_link_dialler(system, link_of("main", log));
  targets<worker_proxy_actor> proxies;
  for (const auto& worker : workers) {
    balancer_config balancing;
    balancing.workers.push_back({the_worker, "Worker", "cdg", "127.0.0.1"});
    worker_proxy_links links;
    links.balancer.set(system.spawn(balancer, balancing, env, balancer_links{}));
    worker_proxy_config config;
    config.worker = the_worker;
    config.address = "127.0.0.1:" + std::to_string(worker->port());
    proxies.push_back(system.spawn(worker_proxy, config, env, dialler.get(), links));
  }
  for (const auto& proxy : proxies)
    wait_for_link(system, proxy);
  run(system, workers, proxies, calls, singles);
  std::_Exit(0); // nothing here needs an orderly end
}

void be_bare_main(const crew& workers, uint64_t calls, uint64_t singles, uint64_t threads) {
  bench::settings settings{threads};
  caf::actor_system system{settings};
  targets<command_runner_actor> runners;
  for (const auto& worker : workers) {
    auto target = system.middleman().remote_actor<command_runner_actor>("127.0.0.1", worker->port());
    if (!target)
      bench::give_up(caf::to_string(target.error()));
    runners.push_back(*target);
  }
  run(system, workers, runners, calls, singles);
  std::_Exit(0);
}

} // namespace

int main(int argc, char** argv) {
  ::signal(SIGPIPE, SIG_IGN);
  std::string kind = argc > 1 ? argv[1] : "";
  if (kind == "worker-vigie" || kind == "worker-bare") {
    auto threads = bench::argument(argc, argv, 2, 0);
    kind == "worker-vigie" ? be_vigie_worker(threads) : be_bare_worker(threads);
  }
  auto calls = bench::argument(argc, argv, 2, 20'000);
  auto singles = bench::argument(argc, argv, 3, 3'000);
  auto threads = bench::argument(argc, argv, 4, 0);
  if (kind != "vigie" && kind != "bare")
    bench::give_up("usage: bench_dispatch vigie|bare [CALLS] [SINGLES] [THREADS] [WORKERS]");
  crew workers;
  for (uint64_t i = 0; i < bench::argument(argc, argv, 5, 1); ++i)
    workers.push_back(std::make_unique<worker_process>(("worker-" + kind).c_str(), std::to_string(threads)));
  kind == "vigie" ? be_vigie_main(workers, calls, singles, threads) : be_bare_main(workers, calls, singles, threads);
  return 0;
}
