#include <catch2/catch.hpp>
#include <rapidcheck.h>
#include <rapidcheck/catch.h>

#include "actors/policy/address_base.hpp"

using namespace vigie;

namespace {

std::string meaning(const std::string& reference, const std::string& page) {
  auto base = parse_address(page, nullptr);
  auto out = parse_address(reference, base ? &*base : nullptr);
  return out ? to_string(*out) : std::string{};
}

const std::vector<std::string> pieces{"a",        "b.example", "/",
                                      "/",        "\\",        "..",
                                      ".",        "%2e",       "?",
                                      "#",        " ",         "\t",
                                      "http:",    "https:",    "//",
                                      ":",        "@",         ":80",
                                      ":8080",    "é",         "日本",
                                      "%",        "<",         "\"",
                                      "'",        "`",         "{",
                                      "|",        "^",         "[::1]",
                                      "127.1",    "x=1",       "&",
                                      "./",       "../",       "mailto:",
                                      "1.2.3.4.", "-",         "https://shop.example/",
                                      "/i/"};

std::string reference_of(const std::vector<uint8_t>& picks) {
  std::string out;
  for (auto p : picks)
    out += pieces[p % pieces.size()];
  return out;
}

} // namespace

TEST_CASE("a base within another one, and one that is none") {
  address_base page{"https://shop.example/a/b"};
  CHECK(page.within("c/").absolute("d") == "https://shop.example/a/c/d");
  CHECK(page.within("/c").within("e/").absolute("d") == "https://shop.example/e/d");
  CHECK(page.within("//cdn.example").absolute("d") == "https://cdn.example/d");
  CHECK(page.within("").absolute("d") == "https://shop.example/a/d");
  CHECK(page.within("?x").absolute("#d") == "https://shop.example/a/b?x#d");
  CHECK(page.within("mailto:a@b.example").absolute("d") == "https://shop.example/a/d");
  CHECK(page.within("http://[").absolute("d") == "https://shop.example/a/d");
  CHECK(address_base{}.within("c/").absolute("d") == "d");
  CHECK(address_base{}.within("http://b.example/c/").absolute("d") == "http://b.example/c/d");
  CHECK(address_base{"page.html"}.absolute("d") == "d");
  CHECK(address_base{}.absolute("HTTP://B.example") == "http://b.example/");
}

TEST_CASE("what is absolute once stays as it is, and the quick way and the parser say the same") {
  CHECK(rc::check("any reference", [](std::vector<uint8_t> picks, std::vector<uint8_t> page_picks, bool known) {
    auto page = known ? "https://shop.example/a/b?c#d" : reference_of(page_picks);
    auto reference = reference_of(picks);
    auto meant = meaning(reference, page);
    auto absolute = address_base{page}.absolute(reference);
    RC_ASSERT(absolute == (meant.empty() ? reference : meant));
    RC_ASSERT(meaning(meant, page) == meant || meant.empty());
    RC_ASSERT(meaning(meant, "") == meant);
    if (meant.empty())
      return;
    for (unsigned char c : meant)
      RC_ASSERT(c > 0x20 && c < 0x7F && c != '<');
    auto behind_host = meant.substr(meant.find('/', meant.find("//") + 2));
    RC_ASSERT(behind_host.find('"') == behind_host.npos); // a host may have it
    auto path = behind_host.substr(0, behind_host.find_first_of("?#")) + "/";
    RC_ASSERT(path.find("/../") == path.npos && path.find("/./") == path.npos);
  }));
}

TEST_CASE("the quick way and the parser say the same of all short references") {
  const std::string page = "https://shop.example/a/b?c#d";
  const std::vector<std::string> few{"a", "/", ".", "..", "?", "%2e", ":", "https://b.example", "#", "\\"};
  std::vector<std::string> all{""};
  for (size_t from = 0, length = 0; length < 4; ++length)
    for (auto end = all.size(); from < end; ++from)
      for (const auto& x : few)
        all.push_back(all[from] + x);
  address_base base{page};
  for (const auto& reference : all) {
    auto meant = meaning(reference, page);
    if (base.absolute(reference) != (meant.empty() ? reference : meant))
      FAIL_CHECK(reference);
  }
}
