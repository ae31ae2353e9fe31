#include "actors/notifier.hpp"

#include <functional>

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
constexpr uint64_t hours_long = 8; ///< seeds of tests of much time

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
    std::map<channel_id, notify_channel*> channels{{with_key, instead_of_shop ? instead_of_shop : &shop},
                                                   {without_key, &mail}};
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

  environment env() {
    auto out = w.env(log, metrics);
    out.wall = [true_wall = out.wall, this](mono_time now) { return true_wall(now) - set_back; };
    return out;
  }

  /// A run with so many matches; each is a row for each of the alert's channels.
  void write(size_t rows) {
    alert a;
    a.name = "a" + std::to_string(++alerts);
    a.source = source_id{"market"};
    a.baseline = false;
    a.channels = channels_of_alert;
    alert_settled s;
    db.put_alert(a, [&](const result<alert>& x) { s.alert = x->id; });
    db.begin_run({}, wall(), [&](const result<begun_run>& x) { s.run = x->run.id; });
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
    const duration step = limit > 10h ? 5s : 500ms; // a day in fewer looks
    for (duration spent{0}; spent <= limit; spent += step) {
      w.drain();
      if (met())
        return true;
      w.scheduler().advance_time(step);
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
  notify_channel* instead_of_shop = nullptr;
  std::vector<channel_id> channels_of_alert{with_key};
  notifier_config config;
  actor_ref<store_actor> store_ref;
  actor_ref<notifier_actor> aut;
  size_t alerts = 0;
  duration set_back{0}; ///< the clock, by so much
};

/// A receiver that thinks.
class receiver : public notify_channel {
public:
  explicit receiver(std::function<send_outcome(const outbox_row&)> answer) : answer_(std::move(answer)) {}

  bool idempotent() const override { return true; }
  void send(const outbox_row& row, callback done) override {
    auto outcome = answer_(row);
    ++sends;
    keys[row.key] += outcome.problem.code == errc::none ? 1 : 0;
    done(std::move(outcome));
  }

  size_t sends = 0;
  std::map<std::string, size_t> keys; ///< how often each arrived

private:
  std::function<send_outcome(const outbox_row&)> answer_;
};

/// Each of so many once.
void check_arrived(const receiver& at, size_t rows) {
  CHECK(at.keys.size() == rows);
  for (const auto& [key, times] : at.keys)
    REQUIRE(times == 1);
}

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
void over_seeds(Play play, uint64_t most = seeds) {
  for (uint64_t seed = 1; seed <= most; ++seed) {
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
                    row{errc::bad_request, true, delivery_state::pending, delivery_state::sent, 2},
                    row{errc::bad_request, false, delivery_state::pending, delivery_state::sent, 2},
                    row{errc::refused, true, delivery_state::pending, delivery_state::sent, 2},
                    row{errc::refused, false, delivery_state::pending, delivery_state::sent, 2},
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
  p.w.advance(32min, 1s);
  CHECK(p.outbox()[0].state == x.last);
  CHECK(channel.rows().size() == x.sends);
  CHECK(sends(channel).size() == 1);
  auto listed = p.log.events("notification_ambiguous");
  REQUIRE(listed.size() == (x.last == delivery_state::ambiguous ? 1 : 0));
  for (const auto& e : listed)
    CHECK(e.field("why") == p.outbox()[0].last_error);
}

TEST_CASE("a channel that never works: the tries get rarer, a row says when it is given up, the others go on") {
  post p{1, 0};
  p.channels_of_alert = {with_key, without_key};
  p.write(1);
  receiver away{[](auto&) { return send_outcome{error{errc::network, "away", {}}}; }};
  p.instead_of_shop = &away;
  p.start();
  p.w.drain();
  CHECK(p.mail.rows().size() == 1);
  REQUIRE_FALSE(p.until([&] { return p.count(delivery_state::dead) == 1; }, 24h - 1min));
  REQUIRE(p.until([&] { return p.count(delivery_state::dead) == 1; }, 16min));
  auto tries = away.sends;
  CHECK(tries > 90);
  CHECK(tries < 400);
  p.w.advance(1h, 1s);
  CHECK(away.sends == tries);
  CHECK(p.log.count("notification_not_sent") == tries);
  auto told = p.log.events("notification_dead");
  REQUIRE(told.size() == 1);
  CHECK(told[0].level == log_level::error);
  CHECK(told[0].field("alert") == "a2");
  CHECK(told[0].field("channel") == "shop");
  CHECK(told[0].field("why") == "network: away");
  CHECK(told[0].field("retry") == "vigie outbox retry 1");
  CHECK(p.metrics.counter("vigie_notifications_total", {{"channel", "shop"}, {"state", "dead"}}) == 1);
}

TEST_CASE("a channel that nobody repairs: what waits behind the one that is tried is given up, too, and told") {
  post p{1, 50};
  receiver gone{[](auto&) { return send_outcome{error{errc::refused, "the webhook answered 404", {}}}; }};
  p.instead_of_shop = &gone;
  p.start();
  REQUIRE_FALSE(p.until([&] { return p.count(delivery_state::dead) > 0; }, 24h - 1min));
  p.write(3); // young ones wait on
  REQUIRE(p.until([&] { return p.count(delivery_state::dead) >= 50; }, 31min));
  CHECK(p.count(delivery_state::dead) == 50);
  CHECK(p.count(delivery_state::pending) == 3);
  CHECK(gone.sends < 320); // 16 at first, then one every 5 to 15 min
  CHECK(p.log.count("notification_dead") == 50);
  CHECK(p.metrics.counter("vigie_notifications_total", {{"channel", "shop"}, {"state", "dead"}}) == 50);
  for (const auto& row : p.outbox(delivery_state::dead))
    REQUIRE(row.last_error == "refused: the webhook answered 404");
  // A person repairs it and has them sent: they are as young as ever.
  p.db.retry_outbox({}, {delivery_state::dead}, p.wall(), [](const auto& x) { REQUIRE(x == 50u); });
  p.w.advance(1h, 1s);
  CHECK(p.count(delivery_state::pending) == 53);
}

TEST_CASE("a channel that the configuration does not know: the row waits and dies, listed") {
  post p{1, 0};
  p.channels_of_alert = {channel_id{"pigeon"}};
  p.write(1);
  p.start();
  p.w.drain();
  CHECK(p.count(delivery_state::pending) == 1);
  REQUIRE(p.until([&] { return p.count(delivery_state::dead) == 1; }, 25h));
  CHECK(p.outbox()[0].last_error.find("pigeon") != std::string::npos);
}

TEST_CASE("a receiver that is away for 30 minutes: nothing is lost, nothing comes twice, few knock") {
  over_seeds(
      [](uint64_t seed) {
        post p{seed, 200};
        auto back = p.w.now() + 30min;
        receiver away{[&](auto&) {
          return p.w.now() < back ? send_outcome{error{errc::network, "connection refused", {}}} : send_outcome{};
        }};
        p.instead_of_shop = &away;
        p.start();
        p.w.advance(30min - 1s, 500ms);
        CHECK(away.sends < 60);
        REQUIRE(p.until([&] { return p.count(delivery_state::sent) == 200; }, 31min));
        check_arrived(away, 200);
        CHECK(p.log.count("notification_dead") == 0);
        CHECK(p.log.count("channel_works_again") == 1);
      },
      hours_long);
}

TEST_CASE("a receiver of 30 a minute and 200 matches: all arrive, none before its word, whoever dies meanwhile") {
  over_seeds(
      [](uint64_t seed) {
        post p{seed, 200};
        auto window = p.w.now();
        mono_time closed_until{};
        size_t taken = 0, early = 0, refused = 0;
        receiver limited{[&](auto&) -> send_outcome {
          auto now = p.w.now();
          early += now < closed_until ? 1 : 0;
          for (; now >= window + 1min; window += 1min)
            taken = 0;
          if (++taken <= 30)
            return {};
          ++refused;
          auto wait = std::chrono::ceil<std::chrono::seconds>(window + 1min - now);
          closed_until = now + wait;
          return {error{errc::rate_limited, "too many", {}}, duration{wait}};
        }};
        // What is answered at once was sent before the word; what is sent afterwards must not be early.
        p.config.max_in_flight = 1;
        p.instead_of_shop = &limited;
        p.start();
        for (int i = 0; i < 10; ++i) {
          p.w.advance(1min, 100ms);
          if (i % 3 == 1)
            p.crash();
        }
        CHECK(early == 0);
        CHECK(p.count(delivery_state::sent) == 200);
        CHECK(p.log.count("notification_dead") == 0);
        check_arrived(limited, 200);
        CHECK(refused < 60);
      },
      hours_long);
}

TEST_CASE("what was claimed for a channel that is held meanwhile is given back unsent, as if never claimed") {
  post p{1, 4};
  p.config.max_in_flight = 4;
  p.config.batch = 2;
  p.shop.script(send_outcome{error{errc::rate_limited, "too many", {}}, 60s});
  p.shop.hold();
  p.start();
  p.db.hold();
  p.w.drain(); // recovery's answer is kept back
  while (p.shop.rows().size() < 2) {
    REQUIRE(p.db.release_some(1) == 1);
    p.w.drain();
  }
  REQUIRE(p.db.held() == 1); // the second claim is done, its answer is not here
  p.shop.release();          // the word
  p.w.drain();
  p.db.release();
  p.w.drain();
  CHECK(p.shop.rows().size() == 2);
  CHECK(p.count(delivery_state::sending) == 0);
  size_t untried = 0;
  for (const auto& row : p.outbox(delivery_state::pending))
    untried += row.attempts == 0 ? 1 : 0;
  CHECK(untried == 2);
  p.w.advance(59s);
  CHECK(p.shop.rows().size() == 2);
  p.w.advance(10s);
  CHECK(p.count(delivery_state::sent) == 4);
}

TEST_CASE("an ordered end claims nothing more and waits for what is under way") {
  over_seeds([](uint64_t seed) {
    post p{seed, 0};
    p.channels_of_alert = {with_key, without_key};
    p.write(20);
    p.shop.hold();
    p.mail.hold();
    p.start();
    for (auto steps = p.random(80); steps > 0; --steps)
      p.w.step();
    auto aut = p.aut.get();
    p.w.self->send_exit(aut, caf::exit_reason::user_shutdown);
    p.w.drain();
    auto begun = p.shop.rows().size() + p.mail.rows().size();
    p.w.advance(1s);
    CHECK(p.shop.rows().size() + p.mail.rows().size() == begun);
    p.shop.release();
    p.mail.release();
    p.w.drain();
    CHECK(p.count(delivery_state::sending) == 0);
    CHECK(p.count(delivery_state::sent) == begun);
    p.start();
    p.w.drain();
    CHECK(p.log.count("outbox_recovered") == 0); // nobody was left in doubt
    CHECK(p.count(delivery_state::sent) == 40);
  });
}

TEST_CASE("an ordered end does not wait for ever: what hangs is recovered at the next start") {
  post p{1, 1};
  p.shop.hold();
  p.start();
  p.w.drain();
  auto aut = p.aut.get();
  p.w.self->send_exit(aut, caf::exit_reason::user_shutdown);
  p.w.advance(p.config.end_wait + 1s);
  p.start();
  p.shop.release();
  p.w.drain();
  CHECK(p.log.count("outbox_recovered") == 1);
  CHECK(p.count(delivery_state::sent) == 1);
}

TEST_CASE("a clock that is set back keeps no row waiting") {
  post p{1, 10};
  p.shop.script(errc::network);
  p.start();
  p.w.drain();
  p.set_back = 24h;
  p.write(1); // of the new time
  SECTION("while it runs") {
    p.w.advance(20min, 1s);
  }
  SECTION("over a restart") {
    p.crash();
    p.w.advance(20min, 1s);
  }
  CHECK(p.count(delivery_state::sent) == 11);
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
    CHECK(p.log.count("notification_ambiguous") == keyless);
    for (const auto& row : p.outbox(delivery_state::ambiguous))
      REQUIRE(row.last_error.find("it may have arrived") != std::string::npos);
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
  bad.delivery.min_attempts = 0;
  CHECK_FALSE(validate(bad).has_value());
  bad = {};
  bad.pacing.slower = 0;
  CHECK_FALSE(validate(bad).has_value());
}
