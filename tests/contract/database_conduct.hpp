// What every implementation of the database port must do with what is known of other people's servers. To be called
// inside a TEST_CASE; the sections are Catch's.
#pragma once

#include "tests/contract/database_home.hpp"

namespace vigie::testing {

inline host_state state_of(std::string gate) {
  return {host_key{std::move(gate)},
          after(60000),
          duration{259200000},
          1.5,
          3,
          after(-7),
          duration{12345},
          20791,
          4711,
          {17, 18},
          {after(-9), after(-7)},
          5};
}

inline stored_robots robots_of(std::string authority) {
  robots_copy copy;
  copy.standing = robots_standing::rules;
  copy.has_body = true;
  using namespace std::string_literals;
  copy.body = "User-agent: *\r\nDisallow: /caf\xe9\x00 \xff\n"s;
  copy.settled = noon;
  copy.next_fetch = after(86400000);
  copy.status = 200;
  return {std::move(authority), copy};
}

inline constexpr std::chrono::hours an_hour{1};
inline const wall_time full_hour = from_unix_ms(1764763200000 / 86400000 * 86400000); ///< it is a full day

inline conduct_row row_of(std::string host, wall_time hour, uint64_t n = 1) {
  return {host_key{std::move(host)},
          hour,
          100 * n,
          n,
          2 * n,
          1000 * n,
          3 * n,
          4 * n,
          5 * n,
          6 * n,
          7 * n,
          duration{8 * static_cast<int64_t>(n)},
          "v" + std::to_string(n),
          "vigie/" + std::to_string(n)};
}

inline void check_gates_and_robots(const make_database_home& make) {
  auto home = make();
  database_caller db{home->open()};

  SECTION("gates are replaced one by one and outlive the process") {
    auto a = state_of("a.test"), b = state_of("b.test"), plain = host_state{host_key{"c.test"}};
    db.must(&database::add_conduct, std::vector<conduct_row>{}, std::vector<host_state>{b, a, plain});
    a.pace = 4;
    a.held_until = after(1);
    a.acknowledged = {17, (uint64_t{1} << 63) + 1};
    a.failed = {after(-3)};
    a.backed_off = 0;
    db.must(&database::add_conduct, std::vector<conduct_row>{}, std::vector<host_state>{a});
    db.must(&database::add_conduct, std::vector<conduct_row>{}, std::vector<host_state>{});
    database_caller again{home->open()};
    CHECK(again.must(&database::load_host_states) == std::vector<host_state>{a, b, plain});
  }
  SECTION("gates of which nothing is young are forgotten") {
    auto held = host_state{host_key{"held"}}, struck = held, asked = held, idle = held;
    struck.gate = host_key{"struck"};
    asked.gate = host_key{"asked"};
    idle.gate = host_key{"idle"};
    held.held_until = struck.last_strike = noon;
    asked.day = std::chrono::floor<std::chrono::days>(noon).time_since_epoch().count();
    db.must(&database::add_conduct, std::vector<conduct_row>{}, std::vector<host_state>{held, struck, asked, idle});
    CHECK(db.must(&database::prune_host_states, noon) == 1);
    CHECK(db.must(&database::load_host_states) == std::vector<host_state>{asked, held, struck});
    CHECK(db.must(&database::prune_host_states, noon + std::chrono::hours{24}) == 3);
    CHECK(db.must(&database::load_host_states).empty());
  }
  SECTION("a robots.txt comes back octet by octet, is replaced, and goes when nothing is known any more") {
    auto a = robots_of("https://a.test"), b = robots_of("http://b.test:8080");
    db.must(&database::put_robots, a);
    db.must(&database::put_robots, robots_of("http://b.test:8080"));
    b.copy = {robots_standing::unreachable, true, "old", noon, after(5), after(-9), 7, 0, errc::deadline_exceeded};
    db.must(&database::put_robots, b);
    database_caller again{home->open()};
    CHECK(again.must(&database::load_robots) == std::vector<stored_robots>{b, a});
    again.must(&database::put_robots, stored_robots{a.authority, {}});
    again.must(&database::put_robots, stored_robots{"http://never.test", {}});
    CHECK(again.must(&database::load_robots) == std::vector<stored_robots>{b});
  }
}

inline void check_conduct_ledger(const make_database_home& make) {
  auto home = make();
  database_caller db{home->open()};
  auto put = [&](std::vector<conduct_row> rows) {
    db.must(&database::add_conduct, std::move(rows), std::vector<host_state>{});
  };
  auto get = [&](const std::string& host, wall_time since = {}, duration step = an_hour) {
    return db.must(&database::list_conduct, get_conduct{host_key{host}, since, step});
  };

  SECTION("what is added to an hour is summed, and the newest text that says something stays") {
    put({row_of("a", full_hour), row_of("b", full_hour)});
    put({row_of("a", full_hour, 2), row_of("a", full_hour + an_hour)});
    auto silent = row_of("a", full_hour);
    silent.robots_version = silent.user_agent = "";
    put({silent});
    auto sum = row_of("a", full_hour, 4);
    sum.robots_version = "v2";
    sum.user_agent = "vigie/2";
    home->open();
    db = database_caller{home->open()};
    CHECK(get("a") == std::vector<conduct_row>{sum, row_of("a", full_hour + an_hour)});
    CHECK(get("b") == std::vector<conduct_row>{row_of("b", full_hour)});
    CHECK(get("c").empty());
  }
  SECTION("all hosts, one after the other; since; and longer stretches") {
    auto next_day = full_hour + 24 * an_hour;
    put({row_of("b", full_hour), row_of("a", full_hour + an_hour), row_of("a", full_hour + 23 * an_hour, 2),
         row_of("a", next_day, 3)});
    CHECK(get("").size() == 4);
    CHECK(get("")[0].host == host_key{"a"});
    CHECK(get("")[3].host == host_key{"b"});
    CHECK(get("a", next_day + std::chrono::minutes{59}).size() == 1); // a part of the hour is since then
    CHECK(get("a", next_day + an_hour).empty());
    auto days = get("a", {}, 24 * an_hour);
    REQUIRE(days.size() == 2);
    auto first = row_of("a", full_hour, 3);
    first.robots_version = "v2";
    first.user_agent = "vigie/2";
    CHECK(days[0] == first);
    CHECK(days[1] == row_of("a", next_day, 3));
    auto whole = get("", {}, duration{0});
    REQUIRE(whole.size() == 2);
    CHECK(whole[0].requests == 600);
    CHECK(whole[0].hour == full_hour + an_hour);
    CHECK(whole[1] == row_of("b", full_hour));
  }
  SECTION("more than the limit is refused, not cut") {
    put({row_of("a", full_hour), row_of("a", full_hour + an_hour), row_of("b", full_hour)});
    get_conduct which{host_key{}, {}, an_hour, 3};
    CHECK(db.must(&database::list_conduct, which).size() == 3);
    which.limit = 2;
    CHECK(db.code(&database::list_conduct, which) == errc::bad_request);
    which.step = duration{0};
    CHECK(db.must(&database::list_conduct, which).size() == 2);
  }
  SECTION("the oldest hours are forgotten, a batch at a time") {
    for (int i = 0; i < 5; ++i)
      put({row_of("a", full_hour + i * an_hour), row_of("b", full_hour + i * an_hour)});
    auto before = full_hour + 3 * an_hour; // the third hour ends then
    CHECK(db.must(&database::prune_conduct, before, 3u) == 3);
    CHECK(get("a").size() == 3);
    CHECK(get("b").size() == 4);
    CHECK(db.must(&database::prune_conduct, before, 3u) == 1);
    CHECK(db.must(&database::prune_conduct, before, 3u) == 0);
    CHECK(get("a").front().hour == full_hour + 2 * an_hour);
    CHECK(get("b").front().hour == full_hour + 2 * an_hour);
  }
}

} // namespace vigie::testing
