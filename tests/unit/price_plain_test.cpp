#include <catch2/catch.hpp>
#include <rapidcheck.h>

#include "actors/policy/decimal_text.hpp"
#include "actors/policy/money.hpp"
#include "actors/policy/price_marks.hpp"
#include "actors/policy/price_plain.hpp"
#include "actors/policy/unicode.hpp"

using namespace vigie;

TEST_CASE("plain prices are read at once, and as all others are") {
  auto at_once = [](std::string_view text) {
    auto x = read_plain_price(text, price_unit::major);
    return x ? format_cents(x->amount) + std::string{x->currency} : "";
  };
  CHECK(at_once("126,50 €") == "126.50EUR");
  CHECK(at_once("126,50\u00a0€") == "126.50EUR");
  CHECK(at_once("$12.99") == "12.99USD");
  CHECK(at_once("£ 7") == "7.00GBP");
  CHECK(at_once("7.5") == "7.50");
  CHECK(at_once("0 €") == "0.00EUR");
  for (auto other : {"", "€", "1.250 €", "1 250,00 €", "-5 €", "5 € 3", "5 €/kg", "US$5", "5 €€", "€5 €", "5,", "kr 5"})
    CHECK(at_once(other).empty());
  // The same by the long way.
  const std::vector<std::string> numbers{"0",
                                         "7",
                                         "05",
                                         "1250",
                                         "7.5",
                                         "7,5",
                                         "0,05",
                                         "12.50",
                                         "12,50",
                                         "7,",
                                         ".5",
                                         "1.250",
                                         "1 250",
                                         "7.50.1",
                                         "1,2,3",
                                         "0000,00",
                                         "99999999999999",
                                         "123456789012345,67",
                                         "1234567890123456"};
  const std::vector<std::string> sides{"", " ", "€", "$", "£", "kr", "-", "€€", "p", "EUR"};
  const std::vector<std::string> blanks{"", " ", "\u00a0", " \u00a0"};
  size_t read = 0;
  for (auto unit : {price_unit::major, price_unit::minor})
    for (const auto& number : numbers)
      for (const auto& front : sides)
        for (const auto& behind : sides)
          for (const auto& blank : blanks) {
            auto text = front + (front.empty() ? "" : blank) + number + (behind.empty() ? "" : blank) + behind;
            auto x = read_plain_price(text, unit);
            if (!x)
              continue;
            ++read;
            INFO(text);
            CHECK(parse_price(text, unit) == price_text{x->amount, std::string{x->currency}});
          }
  CHECK(read > 400);
}

TEST_CASE("a price's text in the few characters that tokens are made of") {
  auto [text, plain] = GENERATE(table<std::string, std::string>({
      {"", ""},
      {"$1,199.99 (-20 %)", "$1,199.99 (-20 %)"},
      {"12\t50\n", "12 50 "},
      {"１２，５０ €", "12,50 €"},
      {"١٢٫٥٠", "12.50"},
      {"۱۲۳ १२३ ১২৩ ๑๒๓", "123 123 123 123"},
      {"1\u202f250\u2009€\u3000x", "1\u00a0250\u00a0€ x"},
      {"10–20 −5 〜 1`000’5", "10-20 -5 ~ 1'000'5"},
      {"\u200e12\u00ad,\ufeff50", "12,50"},
      {"19⁹⁹ €", "19.99 €"},
      {"1.199⁹⁹", "1.199,99"},
      {"19,⁹⁹ 20.⁵⁰", "19,99 20.50"},
      {"12² m³ ⁹⁹ 19⁹ 19⁹⁹⁹", "12 m  19 19999"},
      {"19⁹⁹20⁵⁰", "19.9920.50"},
      {"12·50", "12.50"},
      {"١٢·٥٠", "12.50"},
      {"·5 5· a·5 5·a", "·5 5· a·5 5·a"},
      {"5⁹⁹·5", "5.99.5"},
      {"\xff 5\xe2\x82", "\uFFFD 5\uFFFD\uFFFD"},
  }));
  CHECK(plain_price_text(text).text == plain);
}

TEST_CASE("where elements begin and end in a price's text") {
  std::string part{text_of(price_mark::part)}, own{text_of(price_mark::own)}, up{text_of(price_mark::raised)},
      old{text_of(price_mark::struck)};
  // The text with a bar where a part begins, a plus where an element of its own does, and what is struck out.
  auto [text, plain] = GENERATE_COPY(table<std::string, std::string>({
      {"39" + own + "99 €", "39+99 €"},
      {"39" + part + "99 €", "39|99 €"},
      {"$" + own + "39" + own + "," + part + "99", "$+39,99"},
      {"39" + up + "99" + part + " €", "39.99 €"},
      {"1.299" + up + "99" + part + " €", "1.299,99 €"},
      {"39 " + up + "99" + part + " €", "39.99  €"},
      {"39 €" + up + "99", "39.99 €"},
      {"39," + up + "99 €", "39,99 €"},
      {"39" + up + "9" + up + "9", "39.99"},
      {"39" + up + ",99 €", "39,99 €"},
      {"39" + up + "995", "39+995"},
      {"39" + up + "²", "39"},
      {"19,99 €" + up + "2", "19,99 €"},
      {"19,99 €" + up + "2)" + part + " x", "19,99 € x"},
      {"19,99" + up + "12" + part + " €", "19,99 €"},
      {"1,79" + up + "9" + part + " €", "1,79|9 €"},
      {"12,5" + up + "9", "12,5|9"},
      {"4.50 $" + up + "2", "4.50|2 $"},
      {up + "$" + part + "39" + up + "99", "$|39.99"},
      {up + "39 €", "39 €"},
      {"€" + up + "39" + part + ",99", "€+39,99"},
      {"12 €/m" + up + "2", "12 €/m"},
      {"39" + up + "1" + part + "99", "39|99"},
      {old + "59 €" + part + "39 €", " * |39 €/ 59 €"},
      {old + "5" + old + "9" + part + " 39" + old + "x", "  *  39 * / 5 9 x"},
      {"ab" + own + "12 €", "ab+12 €"},
  }));
  auto read = plain_price_text(text);
  std::replace(read.text.begin(), read.text.end(), struck_out[0], '*');
  for (auto i = read.seams.rbegin(); i != read.seams.rend(); ++i)
    read.text.insert(i->at, i->own ? "+" : "|");
  CHECK(read.text + (read.struck.empty() ? "" : "/" + read.struck) == plain);
}

TEST_CASE("what is plain stays so") {
  CHECK(rc::check([](const std::string& bytes, std::vector<uint16_t> points) {
    auto text = bytes;
    for (char32_t x : points)
      append_utf8(text, x >= 0xD800 && x < 0xE000 ? U'5' : x);
    auto once = plain_price_text(text).text;
    RC_ASSERT(plain_price_text(once).text == once);
  }));
}
