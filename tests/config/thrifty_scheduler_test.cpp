// The clock of vigie's own scheduler: what is due comes, in order; what was taken back does not; its thread is there
// for timers that are earlier than the one it waits for.
#include <catch2/catch.hpp>

#include <caf/all.hpp>

#include <atomic>
#include <chrono>
#include <future>
#include <memory>
#include <mutex>
#include <random>
#include <thread>
#include <vector>

#include "runtime/link/caf_settings.hpp"
#include "runtime/link/thrifty_scheduler.hpp"

using namespace vigie;
using namespace std::chrono_literals;

namespace {

constexpr auto patience = 30s;

struct settings : caf::actor_system_config {
  settings() { configure(*this); }
};

/// Numbers that came, in their order.
class inbox {
public:
  void put(int x) {
    std::lock_guard lock{mutex_};
    got_.push_back(x);
  }
  std::vector<int> got() const {
    std::lock_guard lock{mutex_};
    return got_;
  }
  bool has(size_t n) const {
    auto end = std::chrono::steady_clock::now() + patience;
    while (got().size() < n && std::chrono::steady_clock::now() < end)
      std::this_thread::sleep_for(1ms);
    return got().size() >= n;
  }

private:
  mutable std::mutex mutex_;
  std::vector<int> got_;
};

caf::behavior collector(caf::event_based_actor*, std::shared_ptr<inbox> box) {
  return {[box](int x) { box->put(x); }};
}

void send_in(caf::actor_system& system, const caf::actor& to, std::chrono::milliseconds delay, int what) {
  auto& clock = system.clock();
  clock.schedule_message(clock.now() + delay, caf::actor_cast<caf::strong_actor_ptr>(to),
                         caf::make_mailbox_element(nullptr, caf::make_message_id(), {}, what));
}

/// Never answers.
caf::behavior silent(caf::event_based_actor* self, std::shared_ptr<std::vector<caf::response_promise>> kept) {
  return {[self, kept](int) {
    kept->push_back(self->make_response_promise());
    return kept->back();
  }};
}

} // namespace

TEST_CASE("every node has the thrifty clock") {
  settings config;
  caf::actor_system system{config};
  REQUIRE(dynamic_cast<thrifty_clock*>(&system.clock()) != nullptr);
}

TEST_CASE("timers fire in the order they are due, whatever order they were set in") {
  settings config;
  caf::actor_system system{config};
  auto box = std::make_shared<inbox>();
  auto aut = system.spawn(collector, box);
  send_in(system, aut, 1h, 99); // the clock waits for this one first
  for (int i = 5; i > 0; --i)
    send_in(system, aut, i * 40ms, i);
  REQUIRE(box->has(5));
  REQUIRE(box->got() == std::vector<int>{1, 2, 3, 4, 5});
  caf::anon_send_exit(aut, caf::exit_reason::user_shutdown);
}

TEST_CASE("timers from many threads all fire") {
  settings config;
  caf::actor_system system{config};
  auto box = std::make_shared<inbox>();
  auto aut = system.spawn(collector, box);
  std::vector<std::thread> threads;
  for (int t = 0; t < 4; ++t)
    threads.emplace_back([&, t] {
      std::mt19937 random(static_cast<unsigned>(t));
      for (int i = 0; i < 500; ++i)
        send_in(system, aut, std::chrono::milliseconds{random() % 50}, i);
    });
  for (auto& t : threads)
    t.join();
  REQUIRE(box->has(2000));
  REQUIRE(box->got().size() == 2000);
  caf::anon_send_exit(aut, caf::exit_reason::user_shutdown);
}

TEST_CASE("a request that is not answered times out, one that is does not") {
  settings config;
  caf::actor_system system{config};
  auto kept = std::make_shared<std::vector<caf::response_promise>>();
  auto mute = system.spawn(silent, kept);
  auto echo = system.spawn([](caf::event_based_actor*) -> caf::behavior { return {[](int x) { return x; }}; });
  std::promise<caf::error> failed;
  std::atomic<int> answered{0}, wrong{0};
  auto asker = system.spawn([&, mute, echo](caf::event_based_actor* self) -> caf::behavior {
    self->request(mute, 300ms, 1).then([&](int) { ++wrong; }, [&](const caf::error& e) { failed.set_value(e); });
    for (int i = 0; i < 100; ++i)
      self->request(echo, 60s, i).then([&](int) { ++answered; }, [&](const caf::error&) { ++wrong; });
    return {[](caf::unit_t) {}};
  });
  auto outcome = failed.get_future();
  REQUIRE(outcome.wait_for(patience) == std::future_status::ready);
  REQUIRE(outcome.get() == caf::sec::request_timeout);
  auto end = std::chrono::steady_clock::now() + patience;
  while (answered < 100 && std::chrono::steady_clock::now() < end)
    std::this_thread::sleep_for(1ms);
  REQUIRE(answered == 100);
  REQUIRE(wrong == 0);
  kept->clear();
  for (const auto& x : {asker, echo, mute})
    caf::anon_send_exit(x, caf::exit_reason::user_shutdown);
}

TEST_CASE("an actor that ends with timers set takes them along") {
  settings config;
  caf::actor_system system{config};
  auto kept = std::make_shared<std::vector<caf::response_promise>>();
  auto mute = system.spawn(silent, kept);
  std::promise<void> asked;
  auto asker = system.spawn([&, mute](caf::event_based_actor* self) -> caf::behavior {
    for (int i = 0; i < 50; ++i)
      self->request(mute, 3600s, i).then([](int) {}, [](const caf::error&) {});
    asked.set_value();
    return {[](caf::unit_t) {}};
  });
  REQUIRE(asked.get_future().wait_for(patience) == std::future_status::ready);
  auto& clock = dynamic_cast<thrifty_clock&>(system.clock());
  CHECK(clock.size() >= 50); // others, as the middleman's, are there as well
  caf::scoped_actor self{system};
  self->send_exit(asker, caf::exit_reason::user_shutdown);
  self->wait_for(asker);
  auto end = std::chrono::steady_clock::now() + patience;
  while (clock.size() >= 50 && std::chrono::steady_clock::now() < end)
    std::this_thread::sleep_for(1ms);
  CHECK(clock.size() < 50);
  kept->clear();
  caf::anon_send_exit(mute, caf::exit_reason::user_shutdown);
}

TEST_CASE("a system ends with timers that are far from due") {
  auto box = std::make_shared<inbox>();
  {
    settings config;
    caf::actor_system system{config};
    auto aut = system.spawn(collector, box);
    for (int i = 0; i < 100; ++i)
      send_in(system, aut, 24h, i);
    caf::anon_send_exit(aut, caf::exit_reason::user_shutdown);
  }
  REQUIRE(box->got().empty());
  REQUIRE(box.use_count() == 1); // what the timers held is gone
}
