#include "runtime/node.hpp"

#include <sys/stat.h>
#include <unistd.h>

#include <filesystem>
#include <random>
#include <thread>

#include "actors/policy/clock_watch.hpp"
#include "actors/policy/url_template.hpp"
#include "adapters/http_api/api.hpp"
#include "adapters/http_api/server.hpp"
#include "runtime/admin_key.hpp"
#include "runtime/commands/commands.hpp"
#include "runtime/config_units.hpp"
#include "runtime/data_lock.hpp"
#include "runtime/end_watch.hpp"
#include "runtime/fetch_guard.hpp"
#include "runtime/key_file.hpp"
#include "runtime/link/caf_settings.hpp"
#include "runtime/link/link_dialler.hpp"
#include "runtime/link/link_listener.hpp"
#include "runtime/process.hpp"
#include "runtime/single_cycle.hpp"
#include "runtime/start_report.hpp"
#include "runtime/wait_for.hpp"
#include "runtime/wiring.hpp"

namespace vigie {

using namespace std::chrono_literals;

namespace {

/// For people: what is the matter and what to do. A conflict's detail says both, and its general remedy is about things
/// of one name.
std::string start_problem(const error& e) {
  return e.code == errc::conflict ? e.detail + "." : to_string(e);
}

/// Why a port of ours cannot be had, in the words of its section.
error port_problem(error e, const std::string& section) {
  if (e.code == errc::conflict)
    e.detail += "; end the program that has the port, or write another [" + section + "] listen";
  else
    e = {errc::bad_config, e.detail, "[" + section + "] listen"};
  return e;
}

/// The node between its start and its end. Members are destroyed from the last to the first.
class running_node {
public:
  running_node(const node_config& config, const run_options& options, std::ostream& out, std::ostream& err)
      : config_(config), check_(alert_review_of(config)), options_(options), out_(out), err_(err),
        key_file_(config.data_dir) {}

  int run() {
    auto begun = std::chrono::steady_clock::now();
    if (auto problem = start(); problem.code != errc::none) {
      err_ << "vigie: " << start_problem(problem) << "\n";
      if (adapters_.log)
        adapters_.log->emit({log_level::error, "node_not_started", {}, {{"problem", start_problem(problem)}}});
      stop();
      return exit_failed;
    }
    auto took = std::chrono::duration_cast<duration>(std::chrono::steady_clock::now() - begun);
    say_ready(took);
    auto code = options_.once ? run_once() : stay();
    stop();
    return code;
  }

private:
  error start() {
    // First what no two processes can have: then nothing of another's is opened, migrated or taken over.
    if (auto e = take_folder(); e.code != errc::none)
      return e;
    if (auto e = take_port(); e.code != errc::none)
      return e;
    auto adapters = make_adapters(config_);
    if (!adapters)
      return adapters.error();
    adapters_ = std::move(*adapters);
    if (options_.once)
      outbox_before_ =
          wait_for<outbox_counts>([&](auto done) { adapters_.db->count_outbox(done); }).value_or(outbox_counts{});
    if (auto e = prepare_keys(); e.code != errc::none)
      return e;
    configure(actor_config_);
    system_ = std::make_unique<caf::actor_system>(actor_config_);
    refs_ = make_refs(config_);
    local_ = make_local_dialler(refs_.api.gateway);
    auto link = make_link_config(config_.name, config_.link, adapters_.log.get());
    remote_ = make_link_dialler(*system_, link);
    if (config_.is_worker && !config_.is_main) {
      auto listener = listen(*system_, to_string(config_.link.listen), link,
                             [gateway = refs_.api.gateway] { return gateway.get(); });
      if (!listener)
        return port_problem(listener.error(), "link");
      listener_ = std::move(*listener);
    }
    start_tree();
    await_parts();
    serve_api();
    return {};
  }

  /// Whoever is let in finds the parts that answer him. A tree that does not come up ends the node by itself; one that
  /// takes longer is served as far as it is.
  void await_parts() {
    constexpr duration patience = 10s, look_every = 1ms;
    for (duration waited{0}; waited < patience && !root_ended_.load(); waited += look_every) {
      if (refs_.api.all_running(config_.is_main, config_.is_worker))
        return;
      std::this_thread::sleep_for(look_every);
    }
  }

  error take_folder() {
    std::error_code problem;
    std::filesystem::create_directories(config_.data_dir, problem);
    if (problem)
      return {errc::bad_config, "cannot make the data folder " + config_.data_dir + ": " + problem.message(), {}};
    auto folder = data_lock::of_folder(config_.data_dir, config_.name);
    if (!folder)
      return folder.error();
    folder_lock_ = std::move(*folder);
    if (!config_.is_main)
      return {};
    auto store = data_lock::of_store(config_.store.path, config_.name);
    if (!store)
      return store.error();
    store_lock_ = std::move(*store);
    auto size = std::filesystem::file_size(config_.store.path, problem);
    store_is_new_ = problem || size == 0;
    return {};
  }

  error take_port() {
    http_server_config server;
    server.address = config_.api.listen.host;
    server.port = config_.api.listen.port;
    server.max_connections = config_.api.max_connections;
    server.max_body_bytes = config_.api.max_body_bytes;
    server.max_header_bytes = config_.api.max_header_bytes;
    server.read_timeout = config_.api.read_timeout;
    auto bound = listen_http(server);
    if (!bound)
      return port_problem(bound.error(), "api");
    http_ = std::move(*bound);
    return {};
  }

  error prepare_keys() {
    auto now = std::chrono::time_point_cast<std::chrono::milliseconds>(std::chrono::system_clock::now());
    auto admin = provide_admin_key(config_.data_dir, now);
    if (!admin)
      return admin.error();
    admin_key_ = std::move(*admin);
    keys_seen_ = key_file_.changed();
    auto rows = key_file_.read();
    if (!rows)
      return rows.error();
    rows->push_back(admin_key_);
    keys_ = std::make_shared<key_ring>(*rows);
    return {};
  }

  /// `vigie keys` has changed the file; what cannot be read leaves the keys in force.
  void follow_keys() {
    auto now = key_file_.changed();
    if (now == keys_seen_)
      return;
    keys_seen_ = now;
    auto rows = key_file_.read();
    if (!rows)
      return adapters_.log->emit({log_level::warn, "keys_not_read", {}, {{"problem", to_string(rows.error())}}});
    adapters_.log->emit({log_level::info, "keys_changed", {}, {{"keys", std::to_string(rows->size())}}});
    rows->push_back(admin_key_);
    keys_->replace(*rows);
  }

  /// Stored instants are of the time of day, waits of the monotonic clock: when the two part, somebody should know.
  void follow_clocks() {
    using std::chrono::steady_clock;
    auto before = steady_clock::now();
    auto wall = std::chrono::time_point_cast<std::chrono::milliseconds>(std::chrono::system_clock::now());
    auto after = steady_clock::now();
    if (after - before > 100ms)
      return; // this process was held up between the two: the reading says nothing
    if (auto jump = clocks_.look(after, wall))
      adapters_.log->emit({log_level::warn,
                           "clock_jumped",
                           {},
                           {{"by_ms", std::to_string(jump->count())},
                            {"now", to_rfc3339(wall)},
                            {"why", "the time of day was set, or the machine slept"}}});
  }

  void start_tree() {
    auto seed = config_.balancing.seed ? *config_.balancing.seed : std::random_device{}();
    env_ = make_environment(adapters_, seed);
    adapters_.log->emit(
        {log_level::info, "node_starting", {}, {{"version", VIGIE_VERSION}, {"seed", std::to_string(seed)}}});
    if (auto guard = guard_of(config_))
      adapters_.log->emit({log_level::info, "reach_configured", {}, {{"connects_to", describe(*guard)}}});
    for (const auto& x : config_.exceptions)
      adapters_.log->emit({log_level::warn,
                           "exception_in_force",
                           {},
                           {{"source", x.source.value},
                            {"host", x.host.value},
                            {"what", what_text(x)},
                            {"reason", x.reason},
                            {"approved_by", x.approved_by},
                            {"owner_consent", x.owner_consent},
                            {"until", last_day(x.until)}}});
    if (config_.is_main)
      report_fleet(*adapters_.log, config_);
    supervisor_config root;
    root.name = "root";
    root.limits.max_restarts = config_.limits.restart_intensity;
    root.limits.period = config_.limits.restart_period;
    root_ = system_->spawn(supervisor, env_, root, make_tree(config_, adapters_, refs_, env_, *remote_, *local_));
    actor_directory::instance().label(root_.id(), "root", "", 0, "");
    caf::actor_cast<caf::abstract_actor*>(root_)->attach_functor([this](const caf::error&) {
      root_ended_.store(true);
      wake_.notify();
    });
  }

  void serve_api() {
    backend_config c;
    c.node = config_.name;
    c.is_main = config_.is_main;
    c.is_worker = config_.is_worker;
    c.command_timeout = 300s;
    for (const auto& s : config_.sources)
      if (s.enabled)
        if (auto host = host_key_of(s.url))
          c.hosts.push_back(*host);
    c.sources = sources_of(config_);
    c.timer = estimate_config_of(config_);
    c.alerts = check_;
    for (const auto& x : config_.secrets)
      c.secrets.add_secret(x);
    if (config_.is_main)
      c.check_writing = [db = adapters_.db.get()](auto done) { db->check_writing(std::move(done)); };
    backend_ = make_backend(c, refs_.api, env_);
    api_config api;
    api.serves_main = config_.is_main;
    api.serves_worker = config_.is_worker;
    api.node = config_.name;
    api.version = VIGIE_VERSION;
    api.hosts = config_.api.hosts;
    api.max_commands_outstanding = config_.api.max_commands_outstanding;
    api.limits.baseline = config_.cycle.baseline;
    api.exceptions = config_.exceptions;
    http_->serve(make_api(api, *backend_, keys_));
  }

  void say_ready(duration took) {
    std::vector<std::pair<std::string, std::string>> fields{
        {"api", config_.api.listen.host + ":" + std::to_string(http_->port())},
        {"link", listener_ ? std::to_string(listener_->port()) : "none"},
        {"took_ms", std::to_string(took.count())}};
    if (config_.is_main) {
      auto alerts = wait_for<std::vector<alert>>([&](auto done) { adapters_.db->list_alerts(done); });
      describe_store(config_, store_is_new_, alerts, fields);
      fields.emplace_back("first_cycle", options_.once ? "now: --once" : first_cycle(config_.cycle));
      if (alerts)
        report_unplaced(*adapters_.log, check_, *alerts);
    }
    adapters_.log->emit({log_level::info, "node_ready", {}, std::move(fields)});
  }

  static constexpr int keys_poll_ms = 1000; ///< between looks at the file of keys

  int stay() {
    while (true) {
      if (wake_.wait(keys_poll_ms) == wake_up::reason::signal)
        return exit_done;
      follow_keys();
      follow_clocks();
      if (root_ended_.load()) {
        err_ << "vigie: the root supervisor gave up: its children crash faster than limits.restart_intensity allows; "
                "see "
                "the log\n";
        return exit_failed;
      }
    }
  }

  int run_once() {
    single_cycle_parts parts{*backend_, *adapters_.db, out_, err_, [this](int ms) {
                               return wake_.wait(ms) != wake_up::reason::signal && !root_ended_.load();
                             }};
    single_cycle_config c;
    c.send_patience = options_.notify_wait;
    return run_single_cycle(c, parts, outbox_before_);
  }

  void stop() {
    end_.begin();
    end_.doing("telling the log");
    if (adapters_.log)
      adapters_.log->emit({log_level::info, "node_stopping", {}, {}});
    end_.doing("waiting for requests of the API");
    if (http_)
      http_->drain(duration{2000});
    end_.doing("ending the actors");
    if (root_ && !root_ended_.load()) {
      caf::anon_send_exit(root_, caf::exit_reason::user_shutdown);
      while (!root_ended_.load())
        // A second signal hurries; time is end_'s.
        if (wake_.wait(100) == wake_up::reason::signal)
          break;
    }
    end_.doing("closing the API and the links");
    http_.reset();
    if (listener_)
      listener_->stop();
    if (remote_)
      remote_->stop();
    if (!system_)
      return;
    if (root_ && !root_ended_.load()) {
      // Actors that do not end would hold the actor system's destructor for ever.
      adapters_.log->emit({log_level::error, "node_stopped_hard", {}, {}});
      adapters_.log.reset();
      _exit(exit_failed);
    }
    end_.doing("ending the last actors, the store and the log");
    root_ = nullptr;
    system_->await_actors_before_shutdown(false);
  }

  const node_config& config_;
  alert_review check_;
  const run_options& options_;
  std::ostream& out_;
  std::ostream& err_;
  data_lock folder_lock_; // these two outlive all that the folder and the store are opened by
  data_lock store_lock_;
  bool store_is_new_ = false;
  outbox_counts outbox_before_; ///< --once: as the last process left it
  wake_up wake_;
  end_watch end_{config_.limits.shutdown, [this] { wake_.signalled(); }, waiting_parts};
  std::atomic<bool> root_ended_{false};
  node_adapters adapters_;
  key_file key_file_;
  key_file::stamp keys_seen_;
  clock_watch clocks_;
  api_key_row admin_key_;
  std::shared_ptr<key_ring> keys_;
  environment env_;
  std::unique_ptr<dialler> local_;
  caf::actor_system_config actor_config_;
  std::unique_ptr<caf::actor_system> system_;
  node_refs refs_;
  std::unique_ptr<link_dialler> remote_;
  std::unique_ptr<link_listener> listener_;
  supervisor_actor root_;
  std::unique_ptr<api_backend> backend_;
  std::unique_ptr<http_server> http_;
};

} // namespace

int run_node(const node_config& config, const run_options& options, std::ostream& out, std::ostream& err) {
  prepare_process();
  auto own = config;
  if (options.once) {
    // The one cycle is started here, and joins no other.
    own.cycle.enabled = false;
    own.cycle.overlap = overlap_policy::skip;
  }
  return running_node{own, options, out, err}.run();
}

} // namespace vigie
