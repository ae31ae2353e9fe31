#include "actors/policy/unicode.hpp"

#include <catch2/catch.hpp>
#include <rapidcheck.h>

using namespace vigie;

namespace {

using list = std::vector<std::string>;

list words_of(std::string_view text) {
  auto folded = case_fold(text);
  list out;
  for (auto w : words(folded))
    out.emplace_back(w);
  return out;
}

/// Any bytes, well-formed text frequent among them.
std::string any_bytes() {
  auto bytes = *rc::gen::container<std::string>(rc::gen::arbitrary<char>());
  auto points = *rc::gen::container<std::vector<uint32_t>>(rc::gen::inRange<uint32_t>(1, 0x110000));
  std::string out;
  for (auto c : points)
    if (c < 0xD800 || c > 0xDFFF)
      append_utf8(out, c);
  return *rc::gen::arbitrary<bool>() ? out + bytes : bytes + out;
}

} // namespace

TEST_CASE("folding is full case folding") {
  REQUIRE(case_fold("ABCxyz-09'") == "abcxyz-09'");
  REQUIRE(case_fold("Straße") == "strasse");
  REQUIRE(case_fold("STRASSE") == "strasse");
  REQUIRE(case_fold("\u0130") == "i\u0307");
  REQUIRE(case_fold("\u0131") == "\u0131");
  REQUIRE(case_fold("ÉTUI") == "étui");
  REQUIRE(case_fold("\uFB03") == "ffi");
  REQUIRE(case_fold("ΣΊΣΥΦΟΣ") == case_fold("Σίσυφος"));
  REQUIRE(case_fold("\u0100\u0101\u0102") == "\u0101\u0101\u0103");
  REQUIRE(case_fold("\U00010400") == "\U00010428");
  REQUIRE(case_fold("\u13F8") == "\u13F0");
  REQUIRE(case_fold("a\u00A0b") == "a b");
}

TEST_CASE("accents are stripped, letters stay") {
  REQUIRE(strip_accents("étui") == "etui");
  REQUIRE(strip_accents("e\u0301tui") == "etui");
  REQUIRE(strip_accents(case_fold("\u0130")) == "i");
  REQUIRE(strip_accents("ø") == "ø");
  REQUIRE(strip_accents("\u212B") == "A");
  REQUIRE(strip_accents("각") == "\u1100\u1161\u11A8");
  REQUIRE(strip_accents("가") == "\u1100\u1161");
  REQUIRE(strip_accents("\uF900") == "\u8C48");
  REQUIRE(strip_accents("\U0002FA1D") == "\U0002A600");
}

TEST_CASE("words are runs of letters, digits, hyphens and apostrophes") {
  REQUIRE(words_of("") == list{});
  REQUIRE(words_of("  ,;!") == list{});
  REQUIRE(words_of("iPhone 15 Pro") == list{"iphone", "15", "pro"});
  REQUIRE(words_of("iPhone\u00A015") == list{"iphone", "15"});
  REQUIRE(words_of("15-pro d'or") == list{"15-pro", "d'or"});
  REQUIRE(words_of("d\u2019or") == list{"d", "or"});
  REQUIRE(words_of("a_b") == list{"a", "b"});
  REQUIRE(words_of("\u0130stanbul") == list{"i", "stanbul"});
  REQUIRE(words_of("cafe\u0301s") == list{"cafe", "s"});
  REQUIRE(words_of("\u0663\u2167\u2460") == list{"\u0663"}); // a digit, a letter-number, another number
  REQUIRE(words_of("日本 テレビ") == list{"日本", "テレビ"});
}

TEST_CASE("invalid bytes separate") {
  REQUIRE(words_of("ab\xFF"
                   "cd") == list{"ab", "cd"});
  REQUIRE(words_of("ab\xC3") == list{"ab"});
  REQUIRE(words_of("\xC0\x80"
                   "a\xED\xA0\x80z") == list{"a", "z"});
  REQUIRE(words_of("\xF4\x90\x80\x80") == list{});
}

TEST_CASE("blanks at the ends are left out") {
  REQUIRE(trim_blanks(" \t\u00A0 a b \u00A0\n") == "a b");
  REQUIRE(trim_blanks("\u00A0 ").empty());
  REQUIRE(trim_blanks("à") == "à"); // its last byte is that of a no-break space
}

TEST_CASE("properties of folding") {
  REQUIRE(rc::check("folding what is folded changes nothing", [] {
    auto once = case_fold(any_bytes());
    RC_ASSERT(case_fold(once) == once);
  }));
  REQUIRE(rc::check("stripping what is stripped changes nothing", [] {
    auto once = strip_accents(case_fold(any_bytes()));
    RC_ASSERT(strip_accents(once) == once);
  }));
  REQUIRE(rc::check("any bytes give well-formed text", [] {
    auto text = strip_accents(case_fold(any_bytes()));
    for (std::string_view rest = text; !rest.empty();) {
      auto before = rest;
      std::string again;
      append_utf8(again, take_code_point(rest));
      RC_ASSERT(before.starts_with(again));
    }
  }));
  REQUIRE(rc::check("words cover exactly the word characters", [] {
    auto text = case_fold(any_bytes());
    size_t expected = 0, covered = 0;
    for (std::string_view rest = text; !rest.empty();) {
      auto before = rest.size();
      if (is_word_character(take_code_point(rest)))
        expected += before - rest.size();
    }
    for (auto w : words(text))
      covered += w.size();
    RC_ASSERT(covered == expected);
  }));
}
