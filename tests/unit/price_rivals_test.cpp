// Several amounts of one currency: words that vigie does not know never make one of them the price.
#include <algorithm>

#include <catch2/catch.hpp>
#include <rapidcheck.h>

#include "actors/policy/currency_marks.hpp"
#include "actors/policy/price_words.hpp"
#include "tests/unit/price_texts.hpp"

using namespace vigie;

namespace {

/// A word of some language that no list has.
std::string unknown_word() {
  static const std::vector<std::string> syllables{"ba",  "cho", "dri", "fel", "gu",  "hom", "ku", "lan", "mo", "nir",
                                                  "ppo", "qua", "rst", "sky", "tef", "vil", "wo", "zü",  "жа", "λο"};
  std::string out;
  do {
    out.clear();
    for (auto left = *rc::gen::inRange(2, 5); left > 0; --left)
      out += *rc::gen::elementOf(syllables);
  } while (role_of(out) != word_role::unknown || currency_word(out));
  return out;
}

std::string amount() {
  return format_cents(*rc::gen::inRange<cents>(1, 1'000'000)) + *rc::gen::element<std::string>(" €", " EUR", "€");
}

std::string separator() {
  return *rc::gen::element<std::string>(" ", ", ", "; ", " / ", " - ", ": ", " (", "\n");
}

} // namespace

TEST_CASE("a word that is not known beside one of two amounts leaves no price") {
  REQUIRE(rc::check("in any order", [] {
    auto one = amount(), other = amount();
    RC_PRE(price_read(one) != price_read(other));
    std::vector<std::string> pieces{one, other, unknown_word()};
    if (*rc::gen::arbitrary<bool>())
      pieces.push_back(*rc::gen::element<std::string>("ab", "nur", "Preis", "UVP", "statt", "zzgl.", "inkl. MwSt."));
    for (size_t i = pieces.size(); i > 1; --i)
      std::swap(pieces[i - 1], pieces[*rc::gen::inRange<size_t>(0, i)]);
    auto text = pieces[0];
    for (size_t i = 1; i < pieces.size(); ++i)
      text += separator() + pieces[i];
    RC_LOG(text);
    RC_ASSERT(price_read(text) == "none");
  }));
}

TEST_CASE("no amount that a word beside it leaves open takes the place of another") {
  static const std::vector<std::string> bases{"12,50 €",
                                              "ab 12,50 €",
                                              "Preis: 12,50 €",
                                              "12,50 € VB",
                                              "Größe 38 12,50 €",
                                              "statt 19,99 € nur 12,50 €",
                                              "12,50 € (1 kg = 25,00 €)",
                                              "12,50 € zzgl. 4,99 € Versand",
                                              "UVP 99,00 € 12,50 €",
                                              "12,50 € - 18,00 €",
                                              "-20% 12,50 €",
                                              "6er Pack 12,50 €",
                                              "12,50 € oder 1,10 €/Monat",
                                              "12€50"};
  REQUIRE(rc::check("behind it or in front", [] {
    auto base = *rc::gen::elementOf(bases);
    REQUIRE(price_read(base) == "12.50 EUR");
    auto added = amount();
    auto word = unknown_word();
    auto more = *rc::gen::arbitrary<bool>() ? word + " " + added : added + " " + word;
    auto text = *rc::gen::arbitrary<bool>() ? base + separator() + more : more + separator() + base;
    RC_LOG(text);
    auto read = price_read(text);
    RC_ASSERT((read == "none" || read == "12.50 EUR"));
  }));
}

TEST_CASE("what is named as no price is none, whatever it costs, on either side of the price") {
  auto aside = GENERATE(as<std::string>{}, "Versand: ", "zzgl. Pfand ", "Anzahlung ", "Nachnahme ", "Gutschein ", "+ ",
                        "acompte ", "caparra ", "zaliczka ", "fee ", "insurance ", "Frete ", "kargo ");
  REQUIRE(rc::check("two amounts", [&] {
    auto price = *rc::gen::inRange<cents>(1, 1'000'000), other = *rc::gen::inRange<cents>(1, 1'000'000);
    auto said = format_cents(price) + " EUR";
    RC_ASSERT(price_read(format_cents(price) + " €, " + aside + format_cents(other) + " €") == said);
    RC_ASSERT((aside == "+ " || price_read(aside + format_cents(other) + " €, " + format_cents(price) + " €") == said));
  }));
}

TEST_CASE("an old price is none, and never below the price") {
  auto old = GENERATE(as<std::string>{}, "UVP ", "statt ", "was ", "RRP ", "antes ", "vorher ", "zamiast ", "MSRP: ");
  REQUIRE(rc::check("two amounts", [&] {
    auto price = *rc::gen::inRange<cents>(1, 1'000'000), other = *rc::gen::inRange<cents>(1, 1'000'000);
    auto said = price <= other ? format_cents(price) + " EUR" : "none";
    RC_ASSERT(price_read(format_cents(price) + " € (" + old + format_cents(other) + " €)") == said);
    RC_ASSERT(price_read(old + format_cents(other) + " €, " + format_cents(price) + " €") == said);
  }));
}

TEST_CASE("a price with tax is little above the one without") {
  auto net = GENERATE(as<std::string>{}, " netto", " HT", " excl. VAT", " bez DPH");
  REQUIRE(rc::check("two amounts", [&] {
    auto without = *rc::gen::inRange<cents>(1'000, 1'000'000);
    auto percent = *rc::gen::inRange<cents>(1, 200);
    auto with = without + without * percent / 100;
    auto read = price_read(format_cents(without) + " €" + net + ", " + format_cents(with) + " €");
    RC_ASSERT(read == (percent <= 33 ? format_cents(with) + " EUR" : "none"));
  }));
}
