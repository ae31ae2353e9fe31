#include <array>
#include <cstdlib>
#include <limits>

#include <catch2/catch.hpp>
#include <rapidcheck.h>

#include "actors/policy/ascii.hpp"
#include "actors/policy/decimal_text.hpp"
#include "actors/policy/money.hpp"
#include "actors/policy/price_marks.hpp"

using namespace vigie;

namespace {

std::string read(std::string_view text, price_unit unit = price_unit::major) {
  auto x = parse_price(text, unit);
  if (!x)
    return x.error().code == errc::bad_request ? "error" : "wrong error";
  return (x->lowest ? format_cents(*x->lowest) : "none") + (x->currency.empty() ? "" : " " + x->currency);
}

std::string grouped(cents x, std::string_view group, std::string_view decimal) {
  auto plain = format_cents(x);
  auto whole = plain.substr(0, plain.size() - 3);
  for (auto at = static_cast<int>(whole.size()) - 3; at > 0; at -= 3)
    whole.insert(static_cast<size_t>(at), group);
  return whole + std::string{decimal} + plain.substr(plain.size() - 2);
}

} // namespace

TEST_CASE("prices as pages print them") {
  auto [text, price] = GENERATE(table<std::string, std::string>({
      {"", "none"},
      {" \t", "none"},
      {"\u00a0", "none"},
      {"0", "0.00"},
      {"$49.95", "49.95 USD"},
      {"$1,199.99", "1199.99 USD"},
      {"142,99 €", "142.99 EUR"},
      {"142,99\u00a0€", "142.99 EUR"},
      {"1.199,99", "1199.99"},
      {"1 199,99", "1199.99"},
      {"1\u202f199,99 €", "1199.99 EUR"},
      {"1 234 567", "1234567.00"},
      {"$142.99,$239.00", "142.99 USD"},
      {"$239.00,$142.99", "142.99 USD"},
      {"$1,199.99,$2,000", "1199.99 USD"},
      {"EUR 12", "12.00 EUR"},
      {"12 EUR", "12.00 EUR"},
      {"12EUR", "12.00 EUR"},
      {"US$12.00", "12.00 USD"},
      {"12,50 - 18,00 €", "12.50 EUR"},
      {"12,50 – 18,00 €", "12.50 EUR"},
      {"12.50-18", "12.50"},
      {"10 to 20", "10.00"},
      {"10 à 20 €", "10.00 EUR"},
      {"from $12", "12.00 USD"},
      {"ab 12 €", "12.00 EUR"},
      {"£0.99", "0.99 GBP"},
      {"¥1,200", "1200.00 JPY"},
      {"R$ 1.234,56", "1234.56 BRL"},
      {"99,90 zł", "99.90 PLN"},
      {"1 299 kr", "1299.00"},
      {"kr. 99,50", "99.50"},
      {"$12.00 CAD", "12.00 CAD"},
      {"$12.00 USD", "12.00 USD"},
      {"C$12", "12.00 CAD"},
      {"CHF 1'199.-", "1199.00 CHF"},
      {"12,- €", "12.00 EUR"},
      {"\u20b91,19,999.50", "119999.50 INR"},
      {"1,199", "1199.00"},
      {"1.199", "1199.00"},
      {"0.999", "error"},
      {"1199.990", "1199.99"},
      {"1,199,999", "1199999.00"},
      {"12.5", "12.50"},
      {"12.345678", "12.35"},
      {"12.3449", "error"},
      {"12.3400", "12.34"},
      {"0.250 KWD", "0.25 KWD"},
      {"0.005", "error"},
      {"-5.00", "-5.00"},
      {"-$5.00", "-5.00 USD"},
      {"- 5.00", "5.00"},
      {"bis 10 €", "error"},
      {"~10 €", "10.00 EUR"},
      {"$80 (-20%)", "80.00 USD"},
      {"80 (20%)", "80.00"},
      {"2 x 5,00 €", "5.00 EUR"},
      {"$12.00 (3 left)", "12.00 USD"},
      {"Was $20, now $15", "15.00 USD"},
      {"12 euros", "12.00 EUR"},
      {"ARS 4.770", "4770.00 ARS"},
      {"92233720368547758.07", "92233720368547758.07"},
      {"free", "error"},
      {"$", "error"},
      {"N/A", "error"},
      {"12 18", "error"},
      {"3 items, 12.50", "error"},
      {"3.14.15", "error"},
      {"1,2,3", "error"},
      {"12 € / $13", "error"},
      {"12 € / 13 USD", "error"},
      {"10 - 20 30", "error"},
      {"20%", "error"},
      {"92233720368547758.08", "error"},
      {"99999999999999999999999999 €", "error"},
  }));
  CAPTURE(text);
  CHECK(read(text) == price);
}

TEST_CASE("prices in hundredths") {
  CHECK(read("1250", price_unit::minor) == "12.50");
  CHECK(read("$1,250", price_unit::minor) == "12.50 USD");
  CHECK(parse_decimal("1250", price_unit::minor) == 1250);
  CHECK(parse_decimal("1250.5", price_unit::minor) == 1251);
}

TEST_CASE("numbers of JSON") {
  auto [text, price] = GENERATE(table<std::string, std::string>({{"4770", "4770.00"},
                                                                 {"676.43", "676.43"},
                                                                 {"1199.990", "1199.99"},
                                                                 {"1.199", "1.20"},
                                                                 {"1.005", "1.01"},
                                                                 {"0.615", "0.62"},
                                                                 {"8.4949999999999999", "8.49"},
                                                                 {"-1.005", "-1.01"},
                                                                 {"1e3", "1000.00"},
                                                                 {"1.5E+2", "150.00"},
                                                                 {"1250e-2", "12.50"},
                                                                 {"4e-3", "0.00"},
                                                                 {"5e-3", "0.01"},
                                                                 {"0", "0.00"},
                                                                 {"-0", "0.00"},
                                                                 {"0e999999999999", "0.00"},
                                                                 {"1e-999999999999", "0.00"},
                                                                 {"92233720368547758.07", "92233720368547758.07"}}));
  CAPTURE(text);
  auto x = parse_decimal(text);
  REQUIRE(x);
  CHECK(format_cents(*x) == price);
}

TEST_CASE("numbers of JSON that are no price") {
  for (auto text : {"", "-", "x", "1x", ".5", "1e17", "1e999999999999", "92233720368547758.075", "92233720368547758.08",
                    "100000000000000000000"}) {
    CAPTURE(text);
    CHECK_FALSE(parse_decimal(text));
  }
}

TEST_CASE("hundredths as text") {
  CHECK(format_cents(0) == "0.00");
  CHECK(format_cents(5) == "0.05");
  CHECK(format_cents(-5) == "-0.05");
  CHECK(format_cents(-100) == "-1.00");
  CHECK(format_cents(std::numeric_limits<cents>::max()) == "92233720368547758.07");
  CHECK(format_cents(std::numeric_limits<cents>::min()) == "-92233720368547758.08");
}

TEST_CASE("a price that was written is read back") {
  REQUIRE(rc::check("plain", [](cents x) {
    RC_PRE(x != std::numeric_limits<cents>::min());
    RC_ASSERT(parse_decimal(format_cents(x)) == x);
    RC_ASSERT(parse_price(format_cents(x))->lowest == x);
  }));
  REQUIRE(rc::check("grouped", [] {
    auto x = *rc::gen::inRange<cents>(0, 1'000'000'000'000);
    for (auto [group, decimal] :
         {std::pair{",", "."}, {".", ","}, {" ", ","}, {"'", "."}, {"\u00a0", ","}, {"", ","}}) {
      auto text = grouped(x, group, decimal);
      RC_ASSERT(read(text) == format_cents(x));
      RC_ASSERT(read("$" + text) == format_cents(x) + " USD");
      RC_ASSERT(read(text + " €") == format_cents(x) + " EUR");
    }
  }));
  REQUIRE(rc::check("a range counts as its lowest, whatever the order", [] {
    auto a = *rc::gen::inRange<cents>(0, 10'000'000);
    auto b = *rc::gen::inRange<cents>(0, 10'000'000);
    RC_ASSERT(parse_price("$" + format_cents(a) + ",$" + format_cents(b))->lowest == std::min(a, b));
    RC_ASSERT(parse_price(format_cents(a) + " - " + format_cents(b) + " €")->lowest == std::min(a, b));
  }));
}

TEST_CASE("an amount in any country's form is read back") {
  struct form {
    std::string_view before, group, decimal, behind, currency;
  };
  static const std::vector<form> forms{
      {"", ".", ",", " €", "EUR"},        {"€ ", ".", ",", "", "EUR"},    {"", "\u202f", ",", "\u00a0€", "EUR"},
      {"€", ",", ".", "", "EUR"},         {"CHF ", "’", ".", "", "CHF"},  {"", " ", ",", " zł", "PLN"},
      {"", "\u00a0", ",", " Kč", "CZK"},  {"", ".", ",", " Ft", "HUF"},   {"", "\u00a0", ",", " kr", ""},
      {"kr ", ".", ",", "", ""},          {"£", ",", ".", "", "GBP"},     {"$", ",", ".", "", "USD"},
      {"US $", ",", ".", "", "USD"},      {"CA$", ",", ".", "", "CAD"},   {"", "\u00a0", ",", " $", "USD"},
      {"AU $", ",", ".", "", "AUD"},      {"R$ ", ".", ",", "", "BRL"},   {"S/ ", ",", ".", "", "PEN"},
      {"", "\u00a0", ",", " ₽", "RUB"}, {"", " ", ",", " грн.", "UAH"}, {"", ".", ",", " TL", "TRY"},
      {"₺", ".", ",", "", "TRY"},         {"₪", ",", ".", "", "ILS"},     {"AED ", ",", ".", "", "AED"},
      {"Rs. ", ",", ".", "", ""},         {"CN¥", ",", ".", "", "CNY"},   {"", ",", ".", "元", "CNY"},
      {"NT$", ",", ".", "", "TWD"},       {"", ",", ".", "円", "JPY"},    {"", ",", ".", "원", "KRW"},
      {"RM", ",", ".", "", "MYR"},        {"Rp ", ".", ",", "", "IDR"},   {"", ".", ",", " ₫", "VND"},
      {"₱", ",", ".", "", "PHP"},         {"R ", " ", ",", "", "ZAR"},    {"₦", ",", ".", "", "NGN"},
      {"", "'", ".", " CHF", "CHF"},      {"ab ", ".", ",", " €", "EUR"}, {"Preis: ", ".", ",", " EUR", "EUR"},
  };
  REQUIRE(rc::check("forms", [] {
    auto x = *rc::gen::inRange<cents>(1, 10'000'000'000);
    for (const auto& f : forms) {
      auto said = format_cents(x) + (f.currency.empty() ? "" : " " + std::string{f.currency});
      auto text = std::string{f.before} + grouped(x, f.group, f.decimal) + std::string{f.behind};
      RC_ASSERT(read(text) == said);
      RC_ASSERT(read("-20% " + text) == said);
      RC_ASSERT(read(text + " (-20 %)") == said);
      RC_ASSERT(read(text + ", 3 Stück") == said);
    }
  }));
}

TEST_CASE("an amount that is read stands in the text") {
  static const std::vector<std::string> pieces{
      "12",   "99",    "50",  "1.299", "12,50", "0,99",   "38",      "100",    "€",    "$",   "£",     "kr",
      "Kč",   "CHF",   "-",   "–",     " ",     " ",      " ",       " ",      ",",    ".",   ":",     "/",
      "%",    "x",     "+",   "(",     ")",     "*",      "ab",      "bis",    "Size", "kg",  "Stück", "mo",
      "save", "off",   "UVP", "¢",     "p",     "k",      ",-",      "€ ",     " €",   " - ", "30",    "Tage",
      "inkl", "netto", "for", "of",    "Pack",  "gratis", "Versand", "\u00a0", "'",    "AU",  "円"};
  auto digits_of = [](std::string_view text) {
    std::string out;
    std::copy_if(text.begin(), text.end(), std::back_inserter(out), [](char c) { return c >= '0' && c <= '9'; });
    return out;
  };
  REQUIRE(rc::check("any row of pieces", [&] {
    auto row = *rc::gen::container<std::vector<std::string>>(rc::gen::elementOf(pieces));
    std::string text;
    for (const auto& x : row)
      text += x;
    auto x = parse_price(text);
    if (!x || !x->lowest)
      return;
    // Its digits stand there one behind the other, the zeros at its ends left out, and what was rounded up.
    auto stands = [&](cents amount) {
      auto digits = digits_of(format_cents(amount));
      digits.erase(0, digits.find_first_not_of('0'));
      digits.erase(digits.find_last_not_of('0') + 1);
      return digits_of(text).find(digits) != std::string::npos;
    };
    auto amount = std::abs(*x->lowest);
    RC_ASSERT((stands(amount) || stands(amount - 1)));
    RC_ASSERT(*x->lowest >= 0 || text.find_first_of("-\xe2") != std::string::npos);
  }));
}

TEST_CASE("what is printed around a price changes nothing of it") {
  auto around = GENERATE(table<std::string, std::string>({{"Size 8 ", ""},
                                                          {"", " 3 Stück"},
                                                          {"", " (7,50 €/kg)"},
                                                          {"", " zzgl. 4,99 € Versand"},
                                                          {"UVP 99999999,99 € ", ""},
                                                          {"", " -20%"},
                                                          {"", " oder 0,50 €/Monat"},
                                                          {"Sie sparen 1,00 € ", ""},
                                                          {"", "*"}}));
  CAPTURE(around);
  REQUIRE(rc::check("a price among other things", [&] {
    auto x = *rc::gen::inRange<cents>(1, 10'000'000);
    auto text = std::get<0>(around) + grouped(x, ".", ",") + " €" + std::get<1>(around);
    RC_ASSERT(read(text) == format_cents(x) + " EUR");
  }));
}

TEST_CASE("elements around the parts of a price change nothing of it") {
  auto own = std::string{text_of(price_mark::own)}, part = std::string{text_of(price_mark::part)},
       raised = std::string{text_of(price_mark::raised)}, struck = std::string{text_of(price_mark::struck)};
  const std::vector<std::string> plain_marks{own, part};
  using form = std::array<std::string, 4>;
  static const std::vector<form> forms{{"", ".", ",", " €"},           {"€ ", ".", ",", ""},   {"$", ",", ".", ""},
                                       {"", " ", ",", " zł"},          {"CHF ", "'", ".", ""}, {"R$ ", ".", ",", ""},
                                       {"", "\u202f", ",", "\u00a0€"}, {"£", ",", ".", ""},    {"", ".", ",", " TL"}};
  auto price = [](cents x) {
    auto [front, group, decimal, behind] = *rc::gen::elementOf(forms);
    return front + grouped(x, group, decimal) + behind;
  };
  auto number = [](const std::string& said) { return said.substr(0, said.find(' ')); };
  REQUIRE(rc::check("anywhere but between two digits or letters", [&] {
    auto x = *rc::gen::inRange<cents>(1, 100'000'000);
    auto text = price(x);
    auto at = *rc::gen::inRange<size_t>(1, text.size());
    auto inside = [&](size_t i) {
      bool letters = is_letter(text[i - 1]) && (is_letter(text[i]) || static_cast<unsigned char>(text[i]) >= 0x80);
      return letters || (is_digit(text[i]) && is_digit(text[i - 1])) || (text[i] & 0xC0) == 0x80;
    };
    while (at < text.size() && inside(at))
      ++at;
    auto said = number(read(text.substr(0, at) + *rc::gen::elementOf(plain_marks) + text.substr(at)));
    bool behind_blank = at < text.size() && is_digit(text[at]) &&
                        blank_length(text.substr(at - 1)) + blank_length(text.substr(std::max<size_t>(at, 3) - 3)) > 0;
    RC_ASSERT((said == format_cents(x) || (behind_blank && said == "error"))); // "1 |299": or two
  }));
  REQUIRE(rc::check("its cents, a footnote, an old price", [&] {
    auto x = *rc::gen::inRange<cents>(100, 100'000'000);
    auto plain = format_cents(x), whole = plain.substr(0, plain.size() - 3), digits = plain.substr(plain.size() - 2);
    auto note = std::to_string(*rc::gen::inRange(1, 9));
    for (const auto& text :
         {"$" + whole + own + digits, whole + raised + digits + part + " €", whole + " €" + raised + digits,
          "$" + plain + raised + note, plain + " €" + raised + note, plain + raised + note + part + " €",
          struck + price(*rc::gen::inRange<cents>(1, 100'000'000)) + part + plain,
          plain + " €" + struck + price(*rc::gen::inRange<cents>(1, 100'000'000))}) {
      RC_LOG() << text << "\n";
      RC_ASSERT(number(read(text)) == plain);
    }
  }));
  REQUIRE(rc::check("two prices are two", [&] {
    auto x = *rc::gen::inRange<cents>(1, 1'000'000), y = *rc::gen::inRange<cents>(1, 1'000'000);
    auto text = price(x) + *rc::gen::elementOf(plain_marks) + price(y);
    RC_LOG() << text << "\n";
    auto said = number(read(text));
    RC_ASSERT((said == "error" || said == format_cents(std::min(x, y))));
  }));
  REQUIRE(rc::check("digits that other digits follow are no price of their own", [&] {
    auto front = std::to_string(*rc::gen::inRange(1, 1000)), back = std::to_string(*rc::gen::inRange(100, 100'000));
    RC_ASSERT(read(front + *rc::gen::elementOf(plain_marks) + back + " €") == "error");
    RC_ASSERT(read("$" + front + part + back.substr(0, 2)) == "error");
  }));
}

TEST_CASE("plain amounts are read at once, and as all others are") {
  CHECK(plain_amount("12", price_unit::major) == 1200);
  CHECK(plain_amount("12.5", price_unit::major) == 1250);
  CHECK(plain_amount("0012.05", price_unit::major) == 1205);
  CHECK(plain_amount("12", price_unit::minor) == 12);
  for (auto other : {"", "12.", ".5", "12.505", "12,5", "-1", "1e2", " 1", "1 ", "1234567890123456", "1.2.3"})
    CHECK_FALSE(plain_amount(other, price_unit::major));
  CHECK_FALSE(plain_amount("12.5", price_unit::minor));
  REQUIRE(rc::check("the same by the long way", [](bool minor) {
    auto unit = minor ? price_unit::minor : price_unit::major;
    auto text = std::to_string(*rc::gen::inRange<uint64_t>(0, 10'000'000'000'000'000)).substr(*rc::gen::inRange(0, 2));
    auto digits = *rc::gen::inRange(0, 4);
    if (digits > 0)
      text += "." + std::to_string(*rc::gen::inRange(1000, 2000)).substr(1, static_cast<size_t>(digits));
    if (!text.empty() && text[0] != '.')
      RC_ASSERT((parse_decimal(text, unit) == parse_decimal(text + "e0", unit)));
  }));
}

TEST_CASE("no bytes crash the reader") {
  REQUIRE(rc::check("any bytes", [](const std::string& text) {
    auto x = parse_price(text);
    RC_ASSERT(x.has_value() || x.error().code == errc::bad_request);
    (void)parse_decimal(text);
  }));
  REQUIRE(rc::check("bytes that look like prices", [] {
    static const std::string bytes = "0123456789.,' $-%eE+\xe2\x82\xac\xc2\xa0krUSD";
    auto text = *rc::gen::container<std::string>(rc::gen::elementOf(bytes));
    auto x = parse_price(text);
    RC_ASSERT(x.has_value() || x.error().code == errc::bad_request);
    if (x && x->lowest)
      RC_ASSERT(text.find_first_of("0123456789") != std::string::npos);
    (void)parse_decimal(text);
  }));
}
