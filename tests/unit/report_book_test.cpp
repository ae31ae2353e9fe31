#include "actors/policy/report_book.hpp"

#include <catch2/catch.hpp>
#include <rapidcheck/catch.h>

#include <algorithm>
#include <deque>
#include <set>

#include "actors/policy/worker_words.hpp"

using namespace vigie;
using namespace std::chrono_literals;

namespace {

const mono_time t0{std::chrono::hours{1}};
const host_key site{"site.test"};

permit_release release(uint64_t id, answer_kind kind, optional<duration> wanted = {}) {
  permit_release out{id, site, false, {}};
  out.report.kind = kind;
  out.report.retry_after = wanted;
  return out;
}

} // namespace

TEST_CASE("a release is said until it is heard, once at a time, a Retry-After as of now") {
  report_book book;
  book.keep(release(1, answer_kind::rate_limited, 60s), t0);
  REQUIRE(book.take_due(t0).size() == 1);
  CHECK(book.take_due(t0 + 10s).empty()); // it is being told
  book.not_heard(1, t0 + 10s);
  CHECK(book.take_due(t0 + 10s).empty());
  // Before a permit is asked for, main hears whatever it has not heard, however late the next try would be.
  CHECK(book.take_due(t0 + 10s, true).size() == 1);
  CHECK(book.take_due(t0 + 10s, true).empty());
  book.not_heard(1, t0 + 10s);
  auto again = book.take_due(t0 + 11s);
  REQUIRE(again.size() == 1);
  CHECK(*again[0].report.retry_after == 49s);
  CHECK(again[0].report.took == 11s);
  CHECK(again[0].age == 11s);
  book.nobody_tells();
  CHECK(book.take_due(t0 + 70s).at(0).report.retry_after == optional<duration>{0s});
  CHECK(book.permits() == std::vector<uint64_t>{1});
  book.heard(1);
  CHECK(book.size() == 0);
}

TEST_CASE(
    "releases are kept for a time, one that holds a host for longer as long as that; what is dropped is counted") {
  report_book book{{10, 60s, 1s}};
  book.keep(release(1, answer_kind::page), t0);
  book.keep(release(2, answer_kind::rate_limited, 100s), t0);
  CHECK(book.take_due(t0 + 61s).size() == 1);
  CHECK(book.take_dropped() == 1);
  CHECK(book.take_dropped() == 0);
  book.nobody_tells();
  CHECK(book.take_due(t0 + 101s).empty());
  CHECK(book.take_dropped() == 1);
}

TEST_CASE("above the bound goes what matters least, then what is oldest") {
  report_book book{{3, 1h, 1s}};
  book.keep(release(1, answer_kind::rate_limited), t0);
  book.keep(release(2, answer_kind::page), t0 + 1s);
  book.keep(release(3, answer_kind::none_asked), t0 + 2s);
  book.keep(release(4, answer_kind::page), t0 + 3s);
  CHECK(book.permits() == std::vector<uint64_t>{1, 2, 4});
  book.keep(release(5, answer_kind::page), t0 + 4s);
  CHECK(book.permits() == std::vector<uint64_t>{1, 4, 5});
  CHECK(book.take_dropped() == 2);
  CHECK(validate(report_book_config{0}).code == errc::bad_config);
}

TEST_CASE("what a worker does not name is over only once main's answer to its word before has overtaken it") {
  const worker_id fr{"worker-fr"}, us{"worker-us"};
  worker_words words;
  permits_held first{{}, {}, 7, false}, next{{}, {}, 7, true};
  CHECK(words.hear(fr, first, 10).over == 0);
  // Given up to 10: maybe by an earlier process. 11 to 15: given since, perhaps on its way still.
  auto second = words.hear(fr, next, 15);
  CHECK(second.over == 10);
  CHECK(second.used == 10);
  auto third = words.hear(fr, next, 15);
  CHECK(third.over == 15);
  CHECK(third.used == 10); // of the others this process knows that they were not used
  CHECK(words.hear(us, next, 20).over == 0);
  // The answer did not come: whatever was given since may still come.
  CHECK(words.hear(fr, first, 30).over == 0);
  // Another process, whatever it says.
  permits_held other{{}, {}, 8, true};
  CHECK(words.hear(fr, other, 40).over == 0);
  auto last = words.hear(fr, other, 50);
  CHECK(last.over == 40);
  CHECK(last.used == 40);
}

TEST_CASE("a permit that is on its way, or in use, is never taken for over, however messages are delayed") {
  // Both ways keep their order; each is a queue that may be cut (what is in it is lost, and told to nobody).
  rc::prop("over links that break", [] {
    struct message {
      bool word_answer = false;
      uint64_t permit = 0;
    };
    const worker_id fr{"worker-fr"};
    worker_words words;
    std::deque<message> to_worker;
    std::deque<permits_held> to_main;
    std::set<uint64_t> in_use;
    uint64_t newest = 0;
    bool word_out = false, answered = false;
    for (auto i = *rc::gen::inRange(1, 200); i > 0; --i) {
      switch (*rc::gen::inRange(0, 7)) {
      case 0:
        to_worker.push_back({false, ++newest});
        break;
      case 1:
        if (word_out)
          break;
        to_main.push_back({{}, {}, 7, answered});
        for (auto id : in_use)
          to_main.back().unreported.push_back(id);
        word_out = true;
        break;
      case 2:
      case 3:
        if (!to_worker.empty()) {
          auto x = to_worker.front();
          to_worker.pop_front();
          if (x.word_answer) {
            word_out = false;
            answered = true;
          } else {
            in_use.insert(x.permit);
          }
        }
        break;
      case 4:
      case 5:
        if (!to_main.empty()) {
          auto said = to_main.front();
          to_main.pop_front();
          auto meaning = words.hear(fr, said, newest);
          std::set<uint64_t> named{said.unreported.begin(), said.unreported.end()};
          for (const auto& x : to_worker)
            RC_ASSERT(x.word_answer || x.permit > meaning.over);
          for (auto id : in_use)
            RC_ASSERT(id > meaning.over || named.contains(id));
          to_worker.push_back({true, 0});
        }
        break;
      default:
        if (*rc::gen::inRange(0, 4) == 0) {
          // The link breaks. What has reached the worker's side stays, as does what has not left it; of a word that
          // was between them the answer is known not to come.
          to_worker.resize(*rc::gen::inRange<size_t>(0, to_worker.size() + 1));
          to_main.erase(to_main.begin(),
                        to_main.begin() + *rc::gen::inRange<std::ptrdiff_t>(0, std::ssize(to_main) + 1));
          auto answer = std::any_of(to_worker.begin(), to_worker.end(), [](const auto& x) { return x.word_answer; });
          if (word_out && !answer && to_main.empty())
            word_out = answered = false;
        } else if (!in_use.empty()) {
          in_use.erase(in_use.begin());
        }
      }
    }
  });
}
