#include "actors/policy/content_sanity.hpp"

#include <catch2/catch.hpp>
#include <rapidcheck.h>

using namespace vigie;

namespace {

const auto now = from_unix_ms(1800000000000);

item thing(std::string id, bool with_price = true) {
  item out;
  out.id.value = std::move(id);
  out.title = "thing";
  if (with_price)
    out.price = cents{100};
  return out;
}

errc code_after(sanity_rules rules, size_t priced, size_t unpriced, optional<duration> age = {}) {
  content_sanity x{std::move(rules)};
  for (size_t i = 0; i < priced; ++i)
    x.saw(thing(std::to_string(i)));
  for (size_t i = 0; i < unpriced; ++i)
    x.saw(thing(std::to_string(i), false));
  if (age)
    x.saw_date(now - *age);
  return x.verdict(now).code;
}

} // namespace

TEST_CASE("without rules everything is believed") {
  CHECK(code_after({}, 0, 0) == errc::none);
  CHECK(code_after({}, 0, 100, duration{1000000000000}) == errc::none);
}

TEST_CASE("too few items") {
  sanity_rules rules;
  rules.min_items = 3;
  CHECK(code_after(rules, 2, 0) == errc::suspicious_empty);
  CHECK(code_after(rules, 2, 1) == errc::none);
  content_sanity x{rules};
  CHECK(x.verdict(now).detail == "0 items, at least 3 are expected");
  x.saw_unchanged(3);
  CHECK(x.verdict(now).code == errc::none);
}

TEST_CASE("too many items without a required field") {
  sanity_rules rules;
  rules.required = {"title", "price"};
  CHECK(code_after(rules, 5, 0) == errc::none);
  CHECK(code_after(rules, 99, 1) == errc::suspicious_schema);
  rules.required_percent = 80;
  CHECK(code_after(rules, 8, 2) == errc::none);
  CHECK(code_after(rules, 79, 21) == errc::suspicious_schema);
  CHECK(code_after(rules, 0, 0) == errc::none);
  content_sanity x{rules};
  x.saw(thing("a"));
  x.saw(thing("b", false));
  x.saw_unchanged(98); // nothing is known of their fields
  CHECK(x.verdict(now).detail == "1 of 2 items have price, 80 % are expected");
}

TEST_CASE("entries that became no items count where id and title are required") {
  sanity_rules rules;
  content_sanity unruled{rules};
  unruled.saw(thing("a"));
  unruled.saw_left_out(50, 50);
  CHECK(unruled.verdict(now).code == errc::none);
  rules.required = {"id", "title", "price"};
  rules.required_percent = 80;
  content_sanity x{rules};
  for (int i = 0; i < 8; ++i)
    x.saw(thing(std::to_string(i)));
  x.saw_left_out(2, 0);
  CHECK(x.verdict(now).code == errc::none);
  x.saw_left_out(0, 2);
  CHECK(x.verdict(now).code == errc::none);
  x.saw_left_out(0, 1);
  CHECK(x.verdict(now).code == errc::suspicious_schema);
  CHECK(x.verdict(now).detail == "8 of 11 items have title, 80 % are expected");
  x.saw_left_out(1, 0);
  CHECK(x.verdict(now).detail == "8 of 11 items have id, 80 % are expected");
}

TEST_CASE("too many items with the id of another") {
  sanity_rules rules;
  auto verdict_of = [&](int first_ones, uint64_t same) {
    content_sanity x{rules};
    for (int i = 0; i < first_ones; ++i)
      x.saw(thing(std::to_string(i)));
    x.saw_same_ids(same);
    return x.verdict(now);
  };
  CHECK(verdict_of(5, 5).code == errc::none);
  CHECK(verdict_of(5, 6).code == errc::suspicious_schema);
  CHECK(verdict_of(5, 6).detail == "6 of 11 items have the id of another one on their page, 50 % at most are expected");
  CHECK(verdict_of(0, 0).code == errc::none);
  rules.same_id_percent = 0;
  CHECK(verdict_of(100, 1).code == errc::suspicious_schema);
  rules.same_id_percent = 100;
  CHECK(verdict_of(1, 1000).code == errc::none);
}

TEST_CASE("items that are too old") {
  sanity_rules rules;
  rules.max_age = std::chrono::hours{24};
  CHECK(code_after(rules, 1, 0, std::chrono::hours{24}) == errc::none);
  CHECK(code_after(rules, 1, 0, std::chrono::hours{24} + duration{1}) == errc::suspicious_stale);
  CHECK(code_after(rules, 1, 0, duration{-5000}) == errc::none); // their clock is ahead
  CHECK(code_after(rules, 1, 0) == errc::suspicious_stale);
  CHECK(code_after(rules, 0, 0) == errc::none);
  content_sanity x{rules};
  x.saw(thing("a"));
  CHECK(x.verdict(now).detail == "no item has a date that can be read");
  x.saw_date(now - std::chrono::hours{72});
  CHECK(x.verdict(now).detail ==
        "the newest item is of 2027-01-12T08:00:00.000Z, 3 days ago; at most 24 hours are expected");
  x.saw_date(now - std::chrono::hours{1});
  x.saw_date(now - std::chrono::hours{80});
  CHECK(x.verdict(now).code == errc::none);
}

TEST_CASE("fields") {
  item x;
  for (auto name : {"id", "title", "price", "currency", "brand", "size", "condition", "url", "photo", "colour", ""})
    CHECK_FALSE(has_field(x, name));
  x.brand = std::string{};
  CHECK_FALSE(has_field(x, "brand"));
  x = thing("1");
  x.currency = x.brand = x.size = x.condition = x.url = x.photo = std::string{"y"};
  for (auto name : {"id", "title", "price", "currency", "brand", "size", "condition", "url", "photo"})
    CHECK(has_field(x, name));
  CHECK_FALSE(has_field(x, "colour"));
}

TEST_CASE("rules that make no sense") {
  sanity_rules rules;
  CHECK(validate(rules).code == errc::none);
  rules.required = {"price", "colour"};
  CHECK(validate(rules).place == "sanity.required");
  rules = {};
  rules.required_percent = 101;
  CHECK(validate(rules).place == "sanity.required_percent");
  rules = {};
  rules.same_id_percent = 101;
  CHECK(validate(rules).place == "sanity.same_id_percent");
  rules = {};
  rules.max_age = duration{-1};
  CHECK(validate(rules).place == "sanity.max_age");
}

TEST_CASE("the share of items is judged exactly") {
  REQUIRE(rc::check("by whole items", [](uint8_t priced, uint8_t unpriced) {
    sanity_rules rules;
    rules.required = {"price"};
    rules.required_percent = *rc::gen::inRange(1u, 101u);
    double share = priced + unpriced == 0 ? 100 : 100.0 * priced / (priced + unpriced);
    auto expected = share < rules.required_percent ? errc::suspicious_schema : errc::none;
    RC_ASSERT(code_after(rules, priced, unpriced) == expected);
  }));
}
