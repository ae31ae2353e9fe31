#include "actors/notifier.hpp"

#include "actors/store.hpp"
#include "tests/fakes/fake_event_log.hpp"
#include "tests/fakes/fake_notify_channel.hpp"
#include "tests/fakes/memory_database.hpp"
#include "tests/fakes/null_metrics.hpp"
#include "tests/support/world.hpp"

using namespace vigie;
using namespace std::chrono_literals;

namespace {

constexpr uint64_t seeds = 50;

const channel_id with_key{"shop"};
const channel_id without_key{"mail"};

class post {
public:
  explicit post(uint64_t seed, size_t rows, notifier_config c = {}) : w(seed), dice(seed), config(c) {
    store_ref.set(w.system.spawn(store, &db, env(), store_config{}));
    write(rows);
  }

  ~post() { w.stop(aut.get(), store_ref.get()); }

  void start() {
    std::map<channel_id, notify_channel*> channels{{with_key, &shop}, {without_key, &mail}};
    aut.set(w.system.spawn(notifier, config, channels, store_ref, env()));
  }

  void crash() {
    caf::anon_send(caf::actor_cast<caf::actor>(aut.get()), crash_now{"test"});
    w.drain();
    start();
  }

  void restart_store() {
    w.stop(store_ref.get());
    store_ref.set(w.system.spawn(store, &db, env(), store_config{}));
  }

  environment env() { return w.env(log, metrics); }

  /// A run with so many matches; each is a row for each of the alert's channels.
  void write(size_t rows) {
    alert a;
    a.name = "a" + std::to_string(++alerts);
    a.source = source_id{"market"};
    a.baseline = false;
    a.channels = channels_of_alert;
    alert_settled s;
    db.put_alert(a, [&](const result<alert>& x) { s.alert = x->id; });
    db.begin_run({}, {}, {}, wall(), [&](const result<begun_run>& x) { s.run = x->run.id; });
    db.begin_attempts(s.run, {{s.alert, {}, 1}}, wall(),
                      [&](const result<std::vector<fencing_token>>& x) { s.token = x->at(0); });
    for (size_t i = 0; i < rows; ++i) {
      match m;
      m.alert = s.alert;
      m.what.id = item_id{"i" + std::to_string(i)};
      s.matches.push_back(m);
    }
    db.settle(s, true, wall(), [](const result<settle_receipt>& x) { REQUIRE(x->applied); });
    db.end_run(s.run, run_state::completed, 0, 0, {}, wall(), [](const auto&) {});
  }

  wall_time wall() { return env().wall(w.now()); }

  std::vector<outbox_row> outbox(optional<delivery_state> state = {}) {
    std::vector<outbox_row> out;
    db.list_outbox(state ? std::vector{*state} : std::vector<delivery_state>{}, 100000,
                   [&](const result<std::vector<outbox_row>>& x) { out = *x; });
    return out;
  }

  size_t count(delivery_state state) { return outbox(state).size(); }

  template <class Condition>
  bool until(Condition met, duration limit = 24h) {
    for (duration spent{0}; spent <= limit; spent += 500ms) {
      w.drain();
      if (met())
        return true;
      w.scheduler().advance_time(500ms);
    }
    return false;
  }

  size_t random(size_t below) { return std::uniform_int_distribution<size_t>{0, below - 1}(dice); }

  test::world w;
  std::mt19937_64 dice;
  fake_event_log log;
  null_metrics metrics;
  memory_database db;
  fake_notify_channel shop{true};
  fake_notify_channel mail{false};
  std::vector<channel_id> channels_of_alert{with_key};
  notifier_config config;
  actor_ref<store_actor> store_ref;
  actor_ref<notifier_actor> aut;
  size_t alerts = 0;
};

/// The same key always with the same body; how often each key was sent.
std::map<std::string, size_t> sends(const fake_notify_channel& channel) {
  std::map<std::string, std::string> bodies;
  std::map<std::string, size_t> out;
  for (const auto& row : channel.rows()) {
    auto [i, fresh] = bodies.emplace(row.key, row.body);
    REQUIRE((fresh || i->second == row.body));
    ++out[row.key];
  }
  return out;
}

template <class Play>
void over_seeds(Play play) {
  for (uint64_t seed = 1; seed <= seeds; ++seed) {
    INFO("seed " << seed);
    play(seed);
  }
}

} // namespace

TEST_CASE("every row goes out once, however many there are") {
  over_seeds([](uint64_t seed) {
    post p{seed, 100};
    p.start();
    p.w.drain();
    CHECK(p.count(delivery_state::sent) == 100);
    CHECK(p.shop.rows().size() == 100);
    CHECK(sends(p.shop).size() == 100);
    p.write(3);
    p.w.drain();
    CHECK(p.shop.rows().size() == 100); // nobody has told it
    caf::anon_send(p.aut.get(), outbox_grew{3});
    p.w.drain();
    CHECK(p.shop.rows().size() == 103);
    p.write(1);
    p.w.advance(5s); // the poll finds it
    CHECK(p.shop.rows().size() == 104);
    CHECK(p.metrics.counter("vigie_notifications_total", {{"channel", "shop"}, {"state", "sent"}}) == 104);
  });
}

TEST_CASE("no more than max_in_flight are out, nor claimed, at a time") {
  over_seeds([](uint64_t seed) {
    post p{seed, 30};
    p.config.max_in_flight = 1 + static_cast<uint32_t>(p.random(10));
    p.shop.hold();
    p.start();
    p.w.advance(20s);
    CHECK(p.shop.rows().size() == p.config.max_in_flight);
    CHECK(p.count(delivery_state::sending) == p.config.max_in_flight);
    p.shop.release();
    p.w.drain();
    CHECK(p.count(delivery_state::sent) == 30);
    CHECK(p.shop.rows().size() == 30);
  });
}

TEST_CASE("every outcome of a send is written down as the policy says") {
  struct row {
    errc outcome;
    bool idempotent;
    delivery_state first;
    delivery_state last;
    size_t sends;
  };
  auto x = GENERATE(row{errc::none, true, delivery_state::sent, delivery_state::sent, 1},
                    row{errc::none, false, delivery_state::sent, delivery_state::sent, 1},
                    row{errc::bad_request, true, delivery_state::dead, delivery_state::dead, 1},
                    row{errc::bad_request, false, delivery_state::dead, delivery_state::dead, 1},
                    row{errc::network, true, delivery_state::pending, delivery_state::sent, 2},
                    row{errc::network, false, delivery_state::pending, delivery_state::sent, 2},
                    row{errc::http_status, true, delivery_state::pending, delivery_state::sent, 2},
                    row{errc::ambiguous, true, delivery_state::pending, delivery_state::sent, 2},
                    row{errc::ambiguous, false, delivery_state::ambiguous, delivery_state::ambiguous, 1},
                    row{errc::timed_out, true, delivery_state::pending, delivery_state::sent, 2},
                    row{errc::timed_out, false, delivery_state::ambiguous, delivery_state::ambiguous, 1},
                    row{errc::child_timed_out, false, delivery_state::ambiguous, delivery_state::ambiguous, 1},
                    row{errc::rate_limited, true, delivery_state::pending, delivery_state::sent, 2});
  CAPTURE(to_string(x.outcome), x.idempotent);
  post p{1, 0};
  p.channels_of_alert = {x.idempotent ? with_key : without_key};
  p.write(1);
  auto& channel = x.idempotent ? p.shop : p.mail;
  channel.script(x.outcome);
  p.start();
  p.w.drain();
  REQUIRE(p.outbox().size() == 1);
  CHECK(p.outbox()[0].state == x.first);
  CHECK(p.outbox()[0].last_error.empty() == (x.outcome == errc::none));
  p.w.advance(1min);
  CHECK(p.outbox()[0].state == x.last);
  CHECK(channel.rows().size() == x.sends);
  CHECK(sends(channel).size() == 1);
}

TEST_CASE("a channel that never works: the tries get rarer and end, and the others are not held up") {
  post p{1, 0};
  p.channels_of_alert = {with_key, without_key};
  p.write(1);
  for (int i = 0; i < 100; ++i)
    p.shop.script(errc::network);
  p.start();
  p.w.drain();
  CHECK(p.mail.rows().size() == 1);
  REQUIRE(p.until([&] { return p.count(delivery_state::dead) == 1; }));
  CHECK(p.shop.rows().size() == p.config.delivery.max_attempts);
  p.w.advance(1h, 1s);
  CHECK(p.shop.rows().size() == p.config.delivery.max_attempts);
  CHECK(p.log.count("notification_not_sent") == p.config.delivery.max_attempts);
}

TEST_CASE("a channel that the configuration does not know: the row waits and dies, listed") {
  post p{1, 0};
  p.channels_of_alert = {channel_id{"pigeon"}};
  p.write(1);
  p.start();
  p.w.drain();
  CHECK(p.count(delivery_state::pending) == 1);
  REQUIRE(p.until([&] { return p.count(delivery_state::dead) == 1; }));
  CHECK(p.outbox()[0].last_error.find("pigeon") != std::string::npos);
}

TEST_CASE("a crash with sends under way: again with the same key and body, or ambiguous where that would be twice") {
  over_seeds([](uint64_t seed) {
    post p{seed, 0};
    p.channels_of_alert = {with_key, without_key};
    p.write(20);
    p.shop.hold();
    p.mail.hold();
    p.start();
    p.w.drain();
    auto keyed = p.shop.rows().size();
    auto keyless = p.mail.rows().size();
    REQUIRE(keyed + keyless == p.config.max_in_flight);
    p.crash();
    p.shop.release(); // what the dead one hears counts for nothing
    p.mail.release();
    REQUIRE(p.until([&] { return p.count(delivery_state::sending) + p.count(delivery_state::pending) == 0; }));
    CHECK(p.count(delivery_state::ambiguous) == keyless);
    CHECK(p.count(delivery_state::sent) == 40 - keyless);
    CHECK(p.shop.rows().size() == 20 + keyed);
    CHECK(p.mail.rows().size() == 20);
    CHECK(sends(p.shop).size() == 20);
    for (const auto& [key, times] : sends(p.mail))
      CHECK(times == 1);
    CHECK(p.log.count("outbox_recovered") == 1);
  });
}

TEST_CASE("crashes at any moment: every row ends sent or listed, no key without its body, none twice without a key") {
  over_seeds([](uint64_t seed) {
    post p{seed, 0};
    p.channels_of_alert = {with_key, without_key};
    p.write(15);
    p.start();
    for (int i = 0; i < 3; ++i) {
      for (auto steps = p.random(60); steps > 0; --steps)
        p.w.step();
      p.crash();
    }
    REQUIRE(p.until([&] { return p.count(delivery_state::sending) + p.count(delivery_state::pending) == 0; }));
    CHECK(p.count(delivery_state::sent) + p.count(delivery_state::ambiguous) == 30);
    CHECK(sends(p.shop).size() == 15);
    for (const auto& [key, times] : sends(p.mail))
      CHECK(times == 1);
  });
}

TEST_CASE("a store that is down for a while: what was sent is written down when it is back, and not sent again") {
  over_seeds([](uint64_t seed) {
    post p{seed, 20};
    auto when = p.random(3);
    if (when == 0)
      p.db.fail_all(errc::store_unavailable);
    p.start();
    for (auto steps = p.random(50); steps > 0; --steps)
      p.w.step();
    p.db.fail_all(errc::store_unavailable);
    p.w.advance(duration{1000 + static_cast<int64_t>(p.random(60000))});
    p.db.fail_all(errc::none);
    p.w.advance(10s);
    CHECK(p.count(delivery_state::sent) == 20);
    CHECK(p.shop.rows().size() == 20);
  });
}

TEST_CASE("a claim whose answer is lost: its rows are sent all the same, also where there is no key") {
  over_seeds([](uint64_t seed) {
    post p{seed, 0};
    p.channels_of_alert = {with_key, without_key};
    p.start();
    p.w.drain();
    p.write(10);
    for (int i = 0; i < 3; ++i) {
      for (auto steps = p.random(20); steps > 0; --steps)
        p.w.step();
      p.db.hold();
      caf::anon_send(p.aut.get(), outbox_grew{10});
      p.w.drain();
      p.restart_store();
      p.db.release();
    }
    p.w.advance(20s);
    CHECK(p.count(delivery_state::sent) == 20);
    CHECK(p.shop.rows().size() == 10);
    CHECK(p.mail.rows().size() == 10);
  });
}

TEST_CASE("a configuration that cannot work is refused") {
  CHECK(validate(notifier_config{}).has_value());
  notifier_config bad;
  bad.batch = 0;
  CHECK_FALSE(validate(bad).has_value());
  bad = {};
  bad.max_in_flight = 0;
  CHECK_FALSE(validate(bad).has_value());
  bad = {};
  bad.delivery.max_attempts = 0;
  CHECK_FALSE(validate(bad).has_value());
}
