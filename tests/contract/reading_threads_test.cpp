// Pages that take long are told of when they have had their time, and hold up only their own source.
#include <catch2/catch.hpp>

#include <chrono>
#include <future>
#include <memory>
#include <stdexcept>
#include <thread>
#include <vector>

#include "adapters/extract/reading_threads.hpp"

using namespace vigie;
using namespace std::chrono_literals;

namespace {

const source_id shop{"shop"}, forum{"forum"};

/// A page whose reading ends when the test says so, or when the test is over.
class page {
public:
  ~page() { end(); }

  void give(page_reader& to, const source_id& source) {
    to.read(
        source,
        [begun = begun_, may_end = may_end_] {
          begun->set_value();
          may_end.wait();
        },
        [told = told_](error e) { told->set_value(std::move(e)); });
  }

  void wait_begun() { REQUIRE(begun_->get_future().wait_for(60s) == std::future_status::ready); }
  void end() {
    if (!std::exchange(ended_, true))
      end_->set_value();
  }
  error outcome() {
    auto out = told_->get_future();
    REQUIRE(out.wait_for(60s) == std::future_status::ready);
    return out.get();
  }

private:
  std::shared_ptr<std::promise<void>> begun_ = std::make_shared<std::promise<void>>();
  std::shared_ptr<std::promise<error>> told_ = std::make_shared<std::promise<error>>();
  std::shared_ptr<std::promise<void>> end_ = std::make_shared<std::promise<void>>();
  std::shared_future<void> may_end_ = end_->get_future().share();
  bool ended_ = false;
};

/// Pages whose readers are gone come back when their threads have their turn.
void wait_for_stragglers() {
  auto until = std::chrono::steady_clock::now() + 60s;
  while (pages_left_behind() > 0) {
    REQUIRE(std::chrono::steady_clock::now() < until);
    std::this_thread::yield();
  }
}

error read_now(page_reader& by, const source_id& source) {
  page x;
  x.end();
  x.give(by, source);
  return x.outcome();
}

/// Nothing here waits for it to pass where a page comes to its end.
reading_config patient() {
  reading_config out;
  out.page_time = 10min;
  return out;
}

reading_config impatient() {
  reading_config out;
  out.page_time = 500ms;
  return out;
}

} // namespace

TEST_CASE("pages are read on other threads, several at the same time") {
  auto aut = make_reading_threads(patient());
  std::vector<page> pages(4);
  for (auto& x : pages)
    x.give(*aut, shop);
  for (auto& x : pages)
    x.wait_begun();
  for (auto& x : pages) {
    x.end();
    CHECK(x.outcome().code == errc::none);
  }
  CHECK(read_now(*aut, forum).code == errc::none);
}

TEST_CASE("a page that takes long is told of, and holds up nobody but its source") {
  auto aut = make_reading_threads(impatient());
  page slow;
  slow.give(*aut, shop);
  auto told = slow.outcome();
  CHECK(told.code == errc::bad_page);
  CHECK(told.detail.find("limits.page_time (500 ms)") != std::string::npos);
  CHECK(told.detail.find("source shop") != std::string::npos);
  CHECK(read_now(*aut, shop).code == errc::bad_page);
  CHECK(read_now(*aut, forum).code == errc::none);
  slow.end();
  // The thread comes back when it likes: then the source is read again.
  auto until = std::chrono::steady_clock::now() + 60s;
  while (read_now(*aut, shop).code != errc::none)
    REQUIRE(std::chrono::steady_clock::now() < until);
}

TEST_CASE("pages that wait behind one that takes long are told with it, others take its place") {
  auto config = impatient();
  config.threads = 1;
  auto aut = make_reading_threads(config);
  page slow, same, other;
  slow.give(*aut, shop);
  same.give(*aut, shop);
  other.give(*aut, forum);
  CHECK(slow.outcome().code == errc::bad_page);
  CHECK(same.outcome().code == errc::bad_page);
  other.end();
  CHECK(other.outcome().code == errc::none);
}

TEST_CASE("a reading that throws is told of, and its thread goes on") {
  auto aut = make_reading_threads(patient());
  std::promise<error> told;
  aut->read(
      shop, [] { throw std::runtime_error("out of paper"); }, [&](error e) { told.set_value(std::move(e)); });
  auto outcome = told.get_future().get();
  CHECK(outcome.code == errc::crashed);
  CHECK(outcome.detail == "out of paper");
  CHECK(read_now(*aut, shop).code == errc::none);
}

TEST_CASE("above the limits pages are busy") {
  auto config = patient();
  config.threads = 1;
  config.waiting = 1;
  auto aut = make_reading_threads(config);
  page first, second;
  first.give(*aut, shop);
  first.wait_begun();
  second.give(*aut, shop);
  CHECK(read_now(*aut, shop).code == errc::busy);
  first.end();
  second.end();
  CHECK(second.outcome().code == errc::none);

  config = impatient();
  config.overdue = 2;
  aut = make_reading_threads(config);
  std::vector<page> slow(2);
  slow[0].give(*aut, shop);
  CHECK(slow[0].outcome().code == errc::bad_page);
  slow[1].give(*aut, forum);
  CHECK(slow[1].outcome().code == errc::bad_page);
  CHECK(read_now(*aut, source_id{"third"}).code == errc::busy);
}

TEST_CASE("an end waits for no page, and says what is left behind") {
  wait_for_stragglers(); // of the cases before
  page reading, overdue;
  {
    auto patient_one = make_reading_threads(patient());
    reading.give(*patient_one, shop);
    reading.wait_begun();
    auto aut = make_reading_threads(impatient());
    overdue.give(*aut, shop);
    CHECK(overdue.outcome().code == errc::bad_page);
  }
  CHECK(pages_left_behind() == 2);
  reading.end();
  overdue.end();
  wait_for_stragglers();
}
