#include <catch2/catch.hpp>
#include <rapidcheck/catch.h>

#include "actors/policy/near_names.hpp"

using namespace vigie;

namespace {

const std::vector<std::string> commands{"run",  "check",     "runs",     "top",     "set",
                                        "list", "log-level", "interval", "max_body"};

} // namespace

TEST_CASE("a slip of the finger has a name near") {
  CHECK(nearest("rnu", commands) == "run");
  CHECK(nearest("lsit", commands) == "list");
  CHECK(nearest("chekc", commands) == "check");
  CHECK(nearest("loglevel", commands) == "log-level");
  CHECK(nearest("interval_ms", commands) == "interval");
  CHECK(nearest("max_body_bytes", commands) == "max_body");
}

TEST_CASE("what is another word has none") {
  for (const auto* x : {"", "+", "1", "+1", "1.5", "-1", "zz", "7", "...", "delete", "hello"}) {
    INFO(x);
    CHECK(nearest(x, commands).empty());
  }
}

TEST_CASE("a name that is known is its own nearest, and two neighbours may have changed places") {
  rc::prop("any word", [] {
    auto word = *rc::gen::container<std::string>(rc::gen::inRange('a', 'z'));
    RC_PRE(word.size() >= 3u);
    std::vector<std::string> known{"unlike-all-others", word};
    RC_ASSERT(nearest(word, known) == word);
    auto at = *rc::gen::inRange<size_t>(0, word.size() - 1);
    auto slip = word;
    std::swap(slip[at], slip[at + 1]);
    RC_ASSERT(nearest(slip, known) == word);
  });
}
