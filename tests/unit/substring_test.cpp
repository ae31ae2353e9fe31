#include "actors/policy/substring.hpp"

#include <catch2/catch.hpp>
#include <rapidcheck.h>

#include <algorithm>
#include <string>
#include <vector>

using namespace vigie;

namespace {

/// Few letters, so that parts are found, nearly found and not found.
std::string letters(size_t most) {
  auto size = *rc::gen::inRange<size_t>(0, most + 1);
  return *rc::gen::container<std::string>(size, rc::gen::element('a', 'b', '\xc3'));
}

} // namespace

TEST_CASE("contains says what find says") {
  rc::check([] {
    auto text = letters(100);
    auto part = letters(8);
    RC_CLASSIFY(text.find(part) != std::string::npos, "found");
    // A copy with nothing behind it: the sanitizer sees a byte read beyond.
    std::vector<char> exact(text.begin(), text.end());
    RC_ASSERT(contains({exact.data(), exact.size()}, part) == (text.find(part) != std::string::npos));
    RC_ASSERT(find_part({exact.data(), exact.size()}, part) == text.find(part));
  });
}

TEST_CASE("contains at every place of texts of every length") {
  for (size_t size = 1; size < 70; ++size)
    for (size_t length = 1; length <= std::min<size_t>(size, 20); ++length)
      for (size_t at = 0; at + length <= size; ++at) {
        std::vector<char> text(size, 'x');
        std::fill_n(text.begin() + static_cast<ptrdiff_t>(at), length, 'y');
        std::string part(length, 'y');
        CHECK(contains({text.data(), text.size()}, part));
        CHECK_FALSE(contains({text.data(), text.size()}, part + "y"));
        CHECK_FALSE(contains({text.data(), text.size()}, "z" + part));
      }
  CHECK(contains("", ""));
  CHECK(contains("abc", ""));
  CHECK_FALSE(contains("", "a"));
}
