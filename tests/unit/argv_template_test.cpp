#include "actors/policy/argv_template.hpp"

#include <catch2/catch.hpp>
#include <rapidcheck.h>

using namespace vigie;

namespace {

using argv = std::vector<std::string>;

errc problem_of(const argv& words, const std::map<std::string, std::string>& values) {
  auto out = fill_argv(words, values);
  return out ? errc::none : out.error().code;
}

} // namespace

TEST_CASE("a value is one element, or a part of one") {
  REQUIRE(*fill_argv({"echo", "{a}", "x={b}.txt"}, {{"a", "two words; $(rm)"}, {"b", "c"}}) ==
          argv{"echo", "two words; $(rm)", "x=c.txt"});
  REQUIRE(*fill_argv({"echo", "{a}{a}"}, {{"a", ""}}) == argv{"echo", ""});
  REQUIRE(*fill_argv({"echo", "{a}"}, {{"a", "{b}"}}) == argv{"echo", "{b}"}); // values are not templates
  REQUIRE(*fill_argv({"awk", "{ print }", "{}", "{X}"}, {}) == argv{"awk", "{ print }", "{}", "{X}"});
  REQUIRE(*fill_argv({"awk", "{{a}}"}, {{"a", "1"}}) == argv{"awk", "{1}"});
}

TEST_CASE("values and placeholders must be the same set") {
  REQUIRE(problem_of({"echo", "{a}"}, {}) == errc::bad_request);
  REQUIRE(problem_of({"echo"}, {{"a", "1"}}) == errc::bad_request);
}

TEST_CASE("a value never becomes an option") {
  REQUIRE(problem_of({"git", "clone", "{url}"}, {{"url", "--upload-pack=x"}}) == errc::bad_request);
  REQUIRE(problem_of({"git", "clone", "{a}{b}"}, {{"a", ""}, {"b", "-x"}}) == errc::bad_request);
  REQUIRE(problem_of({"git", "{a}", "--", "x"}, {{"a", "-x"}}) == errc::bad_request);
  REQUIRE(problem_of({"git", "{a}", "{b}"}, {{"a", "--"}, {"b", "-x"}}) == errc::bad_request);
  REQUIRE(*fill_argv({"git", "clone", "--", "{url}"}, {{"url", "-x"}}) == argv{"git", "clone", "--", "-x"});
}

TEST_CASE("values are bounded and have no NUL") {
  REQUIRE(problem_of({"echo", "{a}"}, {{"a", std::string(4096, 'x')}}) == errc::none);
  REQUIRE(problem_of({"echo", "{a}"}, {{"a", std::string(4097, 'x')}}) == errc::bad_request);
  REQUIRE(problem_of({"echo", "{a}"}, {{"a", std::string(1, '\0')}}) == errc::bad_request);
}

TEST_CASE("the program is fixed") {
  REQUIRE(validate_argv({"echo", "{a}"}).code == errc::none);
  REQUIRE(validate_argv({}).code == errc::bad_config);
  REQUIRE(validate_argv({""}).code == errc::bad_config);
  REQUIRE(validate_argv({"{a}"}).code == errc::bad_config);
  REQUIRE(validate_argv({"/bin/{a}"}).code == errc::bad_config);
}

TEST_CASE("whatever the value, the number of elements is the template's") {
  REQUIRE(rc::check("no value adds or removes an element", [](const std::string& value) {
    auto out = fill_argv({"p", "{a}", "k={a}", "--", "{a}"}, {{"a", value}});
    if (out)
      RC_ASSERT(*out == (argv{"p", value, "k=" + value, "--", value}));
    else
      RC_ASSERT(value.starts_with('-') || value.find('\0') != value.npos);
  }));
}
