// The thread, its queue, and the port on top of the repository.
#include "adapters/sql/sql_database.hpp"

#include <condition_variable>
#include <deque>
#include <functional>
#include <mutex>
#include <thread>

#include <csignal>
#include <pthread.h>

#include "adapters/crypto/secrets.hpp"
#include "adapters/sql/migrations.hpp"
#include "adapters/sql/repository.hpp"
#include "adapters/sql/sqlite_session.hpp"

namespace vigie {

namespace {

using clock = std::chrono::steady_clock;
using session_ptr = std::unique_ptr<sql_session>;

/// One call on its way. Exactly one of run and refuse is called, once.
class operation {
public:
  virtual ~operation() = default;
  virtual void run(sql_session& session) = 0;
  virtual void refuse(error why) = 0;
};

template <class T, class Work>
class operation_of final : public operation {
public:
  operation_of(database::done<T> cb, sql_access access, Work work)
      : cb_(std::move(cb)), access_(access), work_(std::move(work)) {}

  void run(sql_session& session) override {
    cb_(in_transaction(session, access_, [&] { return work_(session); }));
  }
  void refuse(error why) override { cb_(tl::unexpected(std::move(why))); }

private:
  database::done<T> cb_;
  sql_access access_;
  Work work_;
};

constexpr size_t key_part_bytes = 8; ///< two alerts of one id in all the databases there ever are will not share them

struct queue_limits {
  size_t max_pending;
  duration drain_timeout;
};

/// The one thread that touches the connection. `connect` makes a new one after the old one has become useless.
class session_thread {
public:
  session_thread(queue_limits limits, session_ptr first, std::function<result<session_ptr>()> connect)
      : limits_(limits), session_(std::move(first)), connect_(std::move(connect)) {
    // Signals are for the threads that wait for them.
    sigset_t all, before;
    sigfillset(&all);
    pthread_sigmask(SIG_SETMASK, &all, &before);
    thread_ = std::thread{[this] { loop(); }};
    pthread_sigmask(SIG_SETMASK, &before, nullptr);
  }

  ~session_thread() {
    {
      std::lock_guard guard{mutex_};
      drain_until_ = clock::now() + limits_.drain_timeout;
      stopping_ = true;
    }
    wake_.notify_one();
    thread_.join();
  }

  void enqueue(std::unique_ptr<operation> what) {
    std::unique_lock guard{mutex_};
    if (pending_ >= limits_.max_pending) {
      guard.unlock();
      return what->refuse(
          {errc::busy, "the store has " + std::to_string(limits_.max_pending) + " operations waiting", {}});
    }
    ++pending_;
    queue_.push_back(std::move(what));
    guard.unlock();
    wake_.notify_one();
  }

private:
  void loop() {
    ::pthread_setname_np(::pthread_self(), "vigie.store");
    while (auto next = take()) {
      if (late_for_drain())
        next->refuse({errc::cancelled, "the store was closed", {}});
      else
        serve(*next);
      std::lock_guard guard{mutex_};
      --pending_;
    }
  }

  std::unique_ptr<operation> take() {
    std::unique_lock lock{mutex_};
    wake_.wait(lock, [this] { return stopping_ || !queue_.empty(); });
    if (queue_.empty())
      return nullptr;
    auto out = std::move(queue_.front());
    queue_.pop_front();
    return out;
  }

  bool late_for_drain() {
    std::lock_guard guard{mutex_};
    return stopping_ && clock::now() >= drain_until_;
  }

  void serve(operation& what) {
    if (!session_ || !session_->usable()) {
      session_.reset(); // first: an old connection would keep its locks
      auto made = connect_();
      if (!made)
        return what.refuse(made.error());
      session_ = std::move(*made);
    }
    what.run(*session_);
  }

  queue_limits limits_;
  session_ptr session_; ///< only the thread's, once it runs
  std::function<result<session_ptr>()> connect_;
  std::mutex mutex_;
  std::condition_variable wake_;
  std::deque<std::unique_ptr<operation>> queue_;
  size_t pending_ = 0; ///< the queue and the one being done
  bool stopping_ = false;
  clock::time_point drain_until_;
  std::thread thread_;
};

class sql_database final : public database {
public:
  sql_database(queue_limits limits, repository::random_part draw, session_ptr first,
               std::function<result<session_ptr>()> connect)
      : draw_(std::move(draw)), thread_(limits, std::move(first), std::move(connect)) {}

  void check_writing(done<unit> cb) override {
    write(std::move(cb), [](sql_session& s) { return repository::check_writing(s); });
  }
  void list_alerts(done<std::vector<alert>> cb) override {
    read(std::move(cb), [](sql_session& s) { return repository::list_alerts(s); });
  }
  void put_alert(alert what, done<alert> cb) override {
    write(std::move(cb), [=, this](sql_session& s) { return repository::put_alert(s, what, draw_); });
  }
  void change_alert(alert what, alert before, done<alert> cb) override {
    write(std::move(cb), [=, this](sql_session& s) { return repository::change_alert(s, what, before, draw_); });
  }
  void import_alerts(std::vector<alert> what, done<uint32_t> cb) override {
    write(std::move(cb),
          [this, what = std::move(what)](sql_session& s) { return repository::import_alerts(s, what, draw_); });
  }
  void remove_alert(alert_id id, done<unit> cb) override {
    write(std::move(cb), [=](sql_session& s) { return repository::remove_alert(s, id); });
  }
  void set_alert_enabled(alert_id id, bool enabled, done<alert> cb) override {
    write(std::move(cb), [=](sql_session& s) { return repository::set_alert_enabled(s, id, enabled); });
  }

  void find_unfinished_run(done<begun_run> cb) override {
    read(std::move(cb), [](sql_session& s) { return repository::find_unfinished_run(s); });
  }
  void begin_run(vigie::begin_run which, wall_time now, done<begun_run> cb) override {
    write(std::move(cb), [=](sql_session& s) { return repository::begin_run(s, which, now); });
  }
  void record_skipped_run(run_trigger trigger, run_state why, std::string note, wall_time now,
                          done<run_summary> cb) override {
    write(std::move(cb), [=](sql_session& s) { return repository::record_skipped_run(s, trigger, why, note, now); });
  }
  void begin_attempts(run_id run, std::vector<attempt_request> what, wall_time now,
                      done<std::vector<fencing_token>> cb) override {
    write(std::move(cb),
          [run, what = std::move(what), now](sql_session& s) { return repository::begin_attempts(s, run, what, now); });
  }
  void settle(alert_settled what, bool final, wall_time now, done<settle_receipt> cb) override {
    write(std::move(cb),
          [what = std::move(what), final, now](sql_session& s) { return repository::settle(s, what, final, now); });
  }
  void end_run(run_id run, run_state how, uint32_t workers, uint32_t workers_ok, std::string note, wall_time now,
               done<run_summary> cb) override {
    write(std::move(cb),
          [=](sql_session& s) { return repository::end_run(s, run, how, workers, workers_ok, note, now); });
  }
  void list_runs(uint32_t limit, done<std::vector<run_summary>> cb) override {
    read(std::move(cb), [=](sql_session& s) { return repository::list_runs(s, limit); });
  }
  void get_run(run_id id, done<run_summary> cb) override {
    read(std::move(cb), [=](sql_session& s) { return repository::get_run(s, id); });
  }
  void list_run_alerts(run_id run, done<std::vector<run_alert>> cb) override {
    read(std::move(cb), [=](sql_session& s) { return repository::list_run_alerts(s, run); });
  }
  void prune_runs(wall_time before, uint32_t limit, done<uint32_t> cb) override {
    write(std::move(cb), [=](sql_session& s) { return repository::prune_runs(s, before, limit); });
  }
  void list_matches(match_filter filter, done<std::vector<stored_match>> cb) override {
    read(std::move(cb), [=](sql_session& s) { return repository::list_matches(s, filter); });
  }

  void claim_outbox(vigie::claim_outbox which, wall_time now, done<std::vector<outbox_row>> cb) override {
    write(std::move(cb), [=](sql_session& s) { return repository::claim_outbox(s, which, now); });
  }
  void return_outbox(outbox_id id, done<unit> cb) override {
    write(std::move(cb), [=](sql_session& s) { return repository::return_outbox(s, id); });
  }
  void give_up_outbox(vigie::give_up_outbox which, wall_time before, done<std::vector<outbox_row>> cb) override {
    write(std::move(cb), [=](sql_session& s) { return repository::give_up_outbox(s, which, before); });
  }
  void finish_outbox(outbox_id id, delivery_state how, wall_time next_attempt, std::string problem,
                     done<unit> cb) override {
    write(std::move(cb), [=](sql_session& s) { return repository::finish_outbox(s, id, how, next_attempt, problem); });
  }
  void recover_outbox(vigie::recover_outbox which, done<std::vector<outbox_row>> cb) override {
    write(std::move(cb), [=](sql_session& s) { return repository::recover_outbox(s, which); });
  }
  void load_channel_states(done<std::vector<channel_state>> cb) override {
    read(std::move(cb), [](sql_session& s) { return repository::load_channel_states(s); });
  }
  void put_channel_state(channel_state what, done<unit> cb) override {
    write(std::move(cb), [=](sql_session& s) { return repository::put_channel_state(s, what); });
  }
  void count_outbox(done<outbox_counts> cb) override {
    read(std::move(cb), [](sql_session& s) { return repository::count_outbox(s); });
  }
  void retry_outbox(std::vector<outbox_id> ids, std::vector<delivery_state> states, wall_time now,
                    done<uint32_t> cb) override {
    write(std::move(cb), [=](sql_session& s) { return repository::retry_outbox(s, ids, states, now); });
  }
  void list_outbox(std::vector<delivery_state> states, uint32_t limit, done<std::vector<outbox_row>> cb) override {
    read(std::move(cb), [=](sql_session& s) { return repository::list_outbox(s, states, limit); });
  }

  void load_worker_status(done<std::vector<worker_status>> cb) override {
    read(std::move(cb), [](sql_session& s) { return repository::load_worker_status(s); });
  }
  void save_worker_status(std::vector<worker_status> rows, done<unit> cb) override {
    write(std::move(cb), [=](sql_session& s) { return repository::save_worker_status(s, rows); });
  }
  void load_verdicts(done<std::vector<verdict>> cb) override {
    read(std::move(cb), [](sql_session& s) { return repository::load_verdicts(s); });
  }
  void put_verdict(verdict v, done<unit> cb) override {
    write(std::move(cb), [=](sql_session& s) { return repository::put_verdict(s, v); });
  }
  void drop_verdict(verdict_scope scope, worker_id worker, host_key host, done<unit> cb) override {
    write(std::move(cb), [=](sql_session& s) { return repository::drop_verdict(s, scope, worker, host); });
  }

  void load_host_states(done<std::vector<host_state>> cb) override {
    read(std::move(cb), [](sql_session& s) { return repository::load_host_states(s); });
  }
  void load_robots(done<std::vector<stored_robots>> cb) override {
    read(std::move(cb), [](sql_session& s) { return repository::load_robots(s); });
  }
  void put_robots(stored_robots what, done<unit> cb) override {
    write(std::move(cb), [what = std::move(what)](sql_session& s) { return repository::put_robots(s, what); });
  }
  void list_conduct(get_conduct which, done<std::vector<conduct_row>> cb) override {
    read(std::move(cb), [which = std::move(which)](sql_session& s) { return repository::list_conduct(s, which); });
  }
  void add_conduct(std::vector<conduct_row> rows, std::vector<host_state> states, done<unit> cb) override {
    write(std::move(cb), [rows = std::move(rows), states = std::move(states)](sql_session& s) {
      repository::put_host_states(s, states);
      return repository::add_conduct(s, rows);
    });
  }
  void prune_conduct(wall_time before, uint32_t limit, done<uint32_t> cb) override {
    write(std::move(cb), [=](sql_session& s) { return repository::prune_conduct(s, before, limit); });
  }
  void prune_host_states(wall_time before, done<uint32_t> cb) override {
    write(std::move(cb), [=](sql_session& s) { return repository::prune_host_states(s, before); });
  }

private:
  template <class T, class Work>
  void enqueue(done<T> cb, sql_access access, Work work) {
    thread_.enqueue(std::make_unique<operation_of<T, Work>>(std::move(cb), access, std::move(work)));
  }
  template <class T, class Work>
  void read(done<T> cb, Work work) {
    enqueue<T>(std::move(cb), sql_access::read, std::move(work));
  }
  template <class T, class Work>
  void write(done<T> cb, Work work) {
    enqueue<T>(std::move(cb), sql_access::write, std::move(work));
  }

  const repository::random_part draw_;
  session_thread thread_;
};

result<session_ptr> open_session(const sqlite_config& config, missing_file how) {
  auto session = connect_sqlite(config, how);
  if (!session)
    return session;
  if (auto problem = migrate(**session, sqlite_migrations()); problem.code != errc::none) {
    if (problem.place.empty())
      problem.place = config.path;
    return tl::unexpected(std::move(problem));
  }
  return session;
}

} // namespace

error validate(const sqlite_config& config) {
  if (config.path.empty())
    return {errc::bad_config, "the path of the database file is empty", {}};
  if (config.busy_timeout.count() < 0 || config.busy_timeout > std::chrono::hours{1})
    return {errc::bad_config, "busy_timeout must be between 0 and 1 h", {}};
  if (config.drain_timeout.count() < 0)
    return {errc::bad_config, "drain_timeout must not be negative", {}};
  if (config.max_pending == 0)
    return {errc::bad_config, "max_pending must be at least 1", {}};
  return {};
}

result<std::unique_ptr<database>> open_sqlite(sqlite_config config) {
  if (auto problem = validate(config); problem.code != errc::none)
    return tl::unexpected(std::move(problem));
  auto first = open_session(config, missing_file::create);
  if (!first)
    return tl::unexpected(first.error());
  queue_limits limits{config.max_pending, config.drain_timeout};
  auto draw = config.random_part ? config.random_part : [] { return random_token_hex(key_part_bytes); };
  auto again = [config = std::move(config)] { return open_session(config, missing_file::refuse); };
  return std::make_unique<sql_database>(limits, std::move(draw), std::move(*first), std::move(again));
}

} // namespace vigie
