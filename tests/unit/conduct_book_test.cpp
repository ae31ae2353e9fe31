#include "actors/policy/conduct_book.hpp"

#include <catch2/catch.hpp>
#include <rapidcheck/catch.h>

#include "actors/policy/conduct_rows.hpp"

using namespace vigie;

namespace {

const worker_id fr{"worker-fr"}, us{"worker-us"};
const host_key shop{"shop.example"};
constexpr duration hour{3600000};
const mono_time begin{};
const wall_time noon = from_unix_ms(1'800'000'000'000); // a full hour

fetch_report report(answer_kind kind, int32_t status = 200, uint64_t bytes = 0) {
  fetch_report out;
  out.kind = kind;
  out.status = status;
  out.bytes = bytes;
  out.user_agent = "vigie/1 (+https://example.org)";
  return out;
}

void back(conduct_book& book, uint64_t id, const worker_id& by, fetch_report what, wall_time today = noon) {
  book.came_back(by, {id, shop, false, {}, {}, std::move(what)}, today);
}

conduct_row total(const std::vector<conduct_row>& rows) {
  conduct_row out;
  for (const auto& x : rows)
    add(out, x);
  return out;
}

} // namespace

TEST_CASE("a request counts in the hour in which its permit was given, when it is back") {
  conduct_book book{{}};
  book.given(1, {fr, shop, false, true, duration{70}, "v1"}, begin, noon + hour - duration{1});
  CHECK(book.take(10, begin).empty());
  back(book, 1, us, report(answer_kind::page)); // not its own
  CHECK(book.out() == 1);
  back(book, 1, fr, report(answer_kind::unchanged, 304, 12), noon + 2 * hour);
  back(book, 1, fr, report(answer_kind::page)); // back already
  auto rows = book.take(10, begin);
  REQUIRE(rows.size() == 1);
  conduct_row wanted{shop, noon};
  wanted.requests = wanted.retries = wanted.unchanged = 1;
  wanted.bytes = 12;
  wanted.waited = duration{70};
  wanted.robots_version = "v1";
  wanted.user_agent = "vigie/1 (+https://example.org)";
  CHECK(rows[0] == wanted);
}

TEST_CASE("what each kind of answer counts as") {
  struct row {
    answer_kind kind;
    int32_t status;
    uint64_t conduct_row::*counter;
  };
  for (const auto& x : std::vector<row>{{answer_kind::page, 200, nullptr},
                                        {answer_kind::unchanged, 304, &conduct_row::unchanged},
                                        {answer_kind::redirect, 301, nullptr},
                                        {answer_kind::unauthorized, 401, nullptr},
                                        {answer_kind::refused, 403, &conduct_row::refused},
                                        {answer_kind::rate_limited, 429, &conduct_row::rate_limited},
                                        {answer_kind::gone, 404, nullptr},
                                        {answer_kind::transient, 503, &conduct_row::failed},
                                        {answer_kind::transient, 0, &conduct_row::failed},
                                        {answer_kind::server_error, 500, &conduct_row::failed},
                                        {answer_kind::rejected, 418, nullptr},
                                        {answer_kind::unusable, 200, nullptr},
                                        {answer_kind::unusable, 0, &conduct_row::failed}}) {
    INFO(static_cast<int>(x.kind) << " " << x.status);
    conduct_book book{{}};
    book.given(1, {fr, shop}, begin, noon);
    back(book, 1, fr, report(x.kind, x.status));
    auto row = total(book.take_all());
    CHECK(row.requests == 1);
    CHECK(row.unchanged + row.refused + row.rate_limited + row.failed == (x.counter == nullptr ? 0 : 1));
    if (x.counter != nullptr)
      CHECK(row.*x.counter == 1);
  }
}

TEST_CASE("permits that are back unused count for nothing; those that never come back as failed") {
  conduct_book_config config;
  conduct_book book{config};
  for (uint64_t id : {1, 2, 3, 4, 5})
    book.given(id, {id == 2 || id == 5 ? us : fr, shop}, begin, noon);
  back(book, 1, fr, report(answer_kind::none_asked, 0));
  book.lapsed(2); // its word may come late
  CHECK(book.take(10, begin).empty());
  book.over(us, 4, 4, {2});
  book.over(us, 4, 4, {});
  CHECK(total(book.take(10, begin)).failed == 1);
  book.stored();
  book.over(us, 5, 4, {}); // its own process knows that it was not used
  CHECK(book.take(10, begin).empty());
  CHECK(book.take(10, begin + config.silence - duration{1}).empty());
  CHECK(total(book.take(10, begin + config.silence)).failed == 2);
  book.stored();
  back(book, 3, fr, report(answer_kind::page)); // much too late: it is counted already
  CHECK(book.take_all().empty());
}

TEST_CASE("a book that ends leaves what is out to the next one, unless it must be over or ends, too") {
  conduct_book book{{}}, next{{}, 100};
  for (uint64_t id : {1, 2, 3})
    book.given(id, {id == 3 ? us : fr, shop}, begin, noon);
  book.lapsed(1);
  CHECK(total(book.take_all({us})).failed == 2); // us ends with it
  back(next, 2, fr, report(answer_kind::rate_limited, 429));
  CHECK(total(next.take_all()).rate_limited == 1);
}

TEST_CASE("permits of an earlier book count when they are back; unknown ones of this book do not") {
  conduct_book book{{}, 100};
  permit_release late{99, shop, false, {}, robots_report{}, report(answer_kind::page, 200, 5)};
  book.came_back(fr, late, noon + duration{1});
  late.id = 100;
  book.came_back(fr, late, noon);
  late.id = 98;
  late.report.kind = answer_kind::none_asked;
  book.came_back(fr, late, noon);
  auto rows = book.take_all();
  REQUIRE(rows.size() == 1);
  CHECK(rows[0].hour == noon);
  CHECK(rows[0].requests == 1);
  CHECK(rows[0].robots_requests == 1);
  CHECK(rows[0].bytes == 5);
}

TEST_CASE("rows that could not be stored are taken again, with what has come since") {
  conduct_book book{{}};
  auto ask = [&](uint64_t id, std::string version) {
    book.given(id, {fr, shop, false, false, duration{0}, std::move(version)}, begin, noon);
    back(book, id, fr, report(answer_kind::page));
  };
  ask(1, "old");
  CHECK(book.take(10, begin).size() == 1);
  ask(2, "new");
  CHECK(book.take(10, begin).empty()); // one batch at a time
  book.not_stored();
  auto again = book.take(10, begin);
  REQUIRE(again.size() == 1);
  CHECK(again[0].requests == 2);
  CHECK(again[0].robots_version == "new");
  book.stored();
  CHECK(book.take(10, begin).empty());
}

TEST_CASE("rows are bounded while the store is away; what is left out is said") {
  conduct_book_config config;
  config.max_rows = 2;
  conduct_book book{config};
  for (const auto* host : {"a", "b", "c", "a"})
    book.denied(host_key{host}, noon);
  CHECK(book.rows() == 2);
  CHECK(book.uncounted() == 1);
  CHECK(total(book.take_all()).robots_denied == 3);
  config.max_rows = 0;
  CHECK(validate(config).code == errc::bad_config);
}

TEST_CASE("the sums are those of what happened, whatever the store does") {
  rc::prop("over permits, losses and failures of the store", [] {
    conduct_book book{{}};
    std::map<uint64_t, std::pair<worker_id, wall_time>> out;
    std::map<wall_time, conduct_row> wanted, stored;
    std::vector<conduct_row> taken;
    auto keep = [&](const std::vector<conduct_row>& rows) {
      for (const auto& x : rows)
        if (auto [i, fresh] = stored.try_emplace(x.hour, x); !fresh)
          add(i->second, x);
    };
    auto count = [&](wall_time at, uint64_t bytes, bool failed) {
      auto& row = wanted.try_emplace(hour_of(at), conduct_row{shop, hour_of(at)}).first->second;
      ++row.requests;
      row.bytes += bytes;
      row.failed += failed;
    };
    uint64_t last = 0;
    auto now = noon;
    for (auto i = *rc::gen::inRange(1, 60); i > 0; --i) {
      auto who = *rc::gen::element(fr, us);
      switch (*rc::gen::inRange(0, 7)) {
      case 0:
      case 1:
        book.given(++last, {who, shop}, begin, now);
        out.emplace(last, std::pair{who, now});
        break;
      case 2:
      case 3: {
        auto id = *rc::gen::inRange<uint64_t>(0, last + 2);
        auto bytes = *rc::gen::inRange<uint64_t>(0, 1000);
        auto used = *rc::gen::arbitrary<bool>();
        back(book, id, who, report(used ? answer_kind::page : answer_kind::none_asked, 200, bytes), now);
        if (auto x = out.find(id); x != out.end() && x->second.first == who) {
          if (used)
            count(x->second.second, bytes, false);
          out.erase(x);
        }
        break;
      }
      case 4: {
        auto upto = *rc::gen::inRange<uint64_t>(0, last + 2);
        auto used = *rc::gen::inRange<uint64_t>(0, upto + 1);
        book.over(who, upto, used, {});
        std::erase_if(out, [&](const auto& x) {
          auto over = x.second.first == who && x.first <= upto;
          if (over && x.first <= used)
            count(x.second.second, 0, true);
          return over;
        });
        break;
      }
      case 5:
        if (taken.empty())
          taken = book.take(*rc::gen::inRange<size_t>(1, 3), begin);
        now += duration{*rc::gen::inRange(0, 2 * 3600 * 1000)};
        break;
      default:
        if (!taken.empty() && *rc::gen::arbitrary<bool>()) {
          keep(taken);
          book.stored();
        } else {
          book.not_stored();
        }
        taken.clear();
      }
    }
    book.not_stored();
    for (const auto& [id, x] : out) {
      book.lapsed(id);
      count(x.second, 0, true);
    }
    keep(book.take_all());
    RC_ASSERT(stored.size() == wanted.size());
    for (const auto& [hour, row] : wanted) {
      RC_ASSERT(stored.at(hour).requests == row.requests);
      RC_ASSERT(stored.at(hour).bytes == row.bytes);
      RC_ASSERT(stored.at(hour).failed == row.failed);
    }
  });
}

TEST_CASE("rows of one stretch are folded to one, and the sums stay") {
  rc::prop("over hours and stretches", [] {
    std::map<std::pair<host_key, wall_time>, conduct_row> all;
    uint64_t requests = 0;
    for (auto i = *rc::gen::inRange(0, 50); i > 0; --i) {
      host_key host{std::string(1, *rc::gen::inRange('a', 'd'))};
      auto at = hour_of(from_unix_ms(*rc::gen::inRange<int64_t>(-400'000'000, 400'000'000)));
      auto& row = all.try_emplace({host, at}, conduct_row{host, at}).first->second;
      ++row.requests;
      ++requests;
    }
    get_conduct which;
    which.step = *rc::gen::element(duration{0}, hour, 24 * hour);
    conduct_fold fold{which};
    for (const auto& [key, row] : all)
      RC_ASSERT(fold.take(row));
    auto rows = std::move(fold).rows();
    RC_ASSERT(rows.has_value());
    RC_ASSERT(total(*rows).requests == requests);
    for (size_t i = 1; i < rows->size(); ++i)
      RC_ASSERT(std::pair((*rows)[i - 1].host, (*rows)[i - 1].hour) < std::pair((*rows)[i].host, (*rows)[i].hour));
    if (which.step > duration{0})
      for (const auto& row : *rows)
        RC_ASSERT(to_unix_ms(row.hour) % which.step.count() == 0);
  });
}
