#include "actors/policy/redaction.hpp"

#include <catch2/catch.hpp>
#include <rapidcheck.h>

using namespace vigie;

TEST_CASE("names of secrets") {
  for (auto name : {"api_key", "x-api-key", "X-Api-Key", "apiKey", "authorization", "Proxy-Authorization", "cookie",
                    "Set-Cookie", "sessionCookie", "password", "db.password", "secret", "client_secret", "token",
                    "bot_token", "access-token", "pwd", "X-Amz-Signature", "cf_clearance"})
    CHECK(is_secret_name(name));
  for (auto name : {"fencing_token", "token_count", "worker", "host", "key", "url", "author", "compass", "alert", "",
                    "signal", "tokens", "passed", "session_count"})
    CHECK_FALSE(is_secret_name(name));
}

TEST_CASE("secrets inside text are masked by their form") {
  redactor r;
  auto same = [&](std::string_view text) { return r.mask(text) == text; };
  CHECK(r.mask("GET https://bob:hunter2@shop.test/a?b=c") == "GET https://***@shop.test/a?b=c");
  CHECK(r.mask("postgres://vigie:p@ss@db/x") == "postgres://***@db/x");
  CHECK(r.mask("sent Bearer eyJhbGciOi.J9 ok") == "sent Bearer *** ok");
  CHECK(r.mask("Authorization: Basic dXNlcjpwYXNz\nnext: line") == "Authorization: ***\nnext: line");
  CHECK(r.mask("basic dXNlcjpwYXNz") == "basic ***");
  CHECK(r.mask("Cookie: a=b; c=d\r\nHost: x") == "Cookie: ***\r\nHost: x");
  CHECK(r.mask("/p?api_key=abc123&page=2#top") == "/p?api_key=***&page=2#top");
  CHECK(r.mask("/p?key=abc123&page=2") == "/p?key=***&page=2");
  CHECK(r.mask(R"({"password":"a\"b","user":"bob"})") == R"({"password":"***","user":"bob"})");
  CHECK(r.mask(R"({"token": 1234, "n": 5})") == R"({"token": ***, "n": 5})");
  CHECK(r.mask("x-api-key: vk_k_4f2a9c_abc") == "x-api-key: ***");
  CHECK(r.mask("key vk_k_4f2a9c_abc was refused") == "key vk_*** was refused");
  CHECK(r.mask("POST https://api.telegram.org/bot123456:AAE-x_y/sendMessage") ==
        "POST https://api.telegram.org/bot***/sendMessage");
  CHECK(r.mask("https://a.test/bot123456%3AAAE-x_y/getMe failed") == "https://a.test/bot***/getMe failed");
  CHECK(same("https://shop.test/search?q=phone&page=2"));
  CHECK(same("mail bob@shop.test at 10:30"));
  CHECK(same("a basic leather case, bearer of news"));
  CHECK(same("key=7 fencing_token=12"));
  CHECK(same("/bottles/7"));
  CHECK(same(""));
}

TEST_CASE("registered values are masked wherever they stand") {
  redactor r;
  REQUIRE(r.add_secret("hunter2-long"));
  REQUIRE(r.add_secret("hunter2"));
  REQUIRE_FALSE(r.add_secret("abc"));
  CHECK(r.mask("xhunter2-longx hunter2hunter2 abc") == "x***x ****** abc");
  CHECK(r.mask_field("note", "hunter2") == "***");
  CHECK(r.mask_field("api_key", "anything") == "***");
  CHECK(r.mask_field("api_key", "").empty());
  CHECK(r.mask_field("fencing_token", "12") == "12");
}

TEST_CASE("only the values, where the text shows how something is written") {
  redactor r;
  r.add_secret("hunter2-long");
  CHECK(r.mask_values("Write token = \"${NAME}\", not hunter2-long.") == "Write token = \"${NAME}\", not ***.");
}

TEST_CASE("properties of redaction") {
  auto word = rc::gen::container<std::string>(rc::gen::element('a', 'b', '*', '=', ':', '/', '@', ' '));
  REQUIRE(rc::check("no registered value is left, and twice is once", [&] {
    redactor r;
    std::vector<std::string> secrets;
    for (int i = *rc::gen::inRange(1, 4); i > 0; --i)
      if (auto s = *word; r.add_secret(s))
        secrets.push_back(s);
    std::string text = *word;
    for (int i = *rc::gen::inRange(0, 6); i > 0; --i)
      text += (secrets.empty() || *rc::gen::arbitrary<bool>() ? std::string{"token="} : secrets.back()) + *word;
    auto out = r.mask(text);
    for (const auto& s : secrets)
      RC_ASSERT(out.find(s) == std::string::npos);
    RC_ASSERT(r.mask(out) == out);
  }));
  REQUIRE(rc::check("a value under a secret name is not seen", [] {
    auto value = "zq" + *rc::gen::container<std::string>(rc::gen::inRange('a', 'z'));
    for (std::string form : {"token=", "password: ", "\"secret\":\"", "https://u:"}) {
      auto text = form + value + (form.back() == '"' ? "\"" : form.back() == ':' ? "@host" : "");
      RC_ASSERT(redactor{}.mask("a " + text + " b").find(value) == std::string::npos);
    }
  }));
  REQUIRE(rc::check("any bytes at all", [] {
    auto text = *rc::gen::arbitrary<std::string>();
    redactor r;
    auto out = r.mask(text);
    RC_ASSERT(r.mask(out) == out);
  }));
}

TEST_CASE("control bytes do not reach a terminal") {
  CHECK(strip_control("plain é text") == "plain é text");
  CHECK(strip_control("a\tb\r\nc") == "a b  c");
  CHECK(strip_control("\x1b[31mred\x1b[0m\x07") == "red");
  CHECK(strip_control("\x1b]0;title\x07rest") == "]0;titlerest");
  CHECK(strip_control("\x1b[12;") == "[12;");
  CHECK(strip_control("a\xC2\x9B"
                      "31mb\x7F") == "a31mb");
  CHECK(strip_control("abc\xE2\x80\xAE"
                      "fed\xE2\x81\xA6x") == "abcfedx");
  CHECK(strip_control("a\xFF"
                      "b\xC3") == "a\xEF\xBF\xBD"
                                  "b\xEF\xBF\xBD");
  CHECK(strip_control("\xED\xA0\x80\xC0\xAF") == "\xEF\xBF\xBD\xEF\xBF\xBD\xEF\xBF\xBD\xEF\xBF\xBD\xEF\xBF\xBD");
  CHECK(strip_control(std::string_view{"a\0b", 3}) == "ab");
}

TEST_CASE("clip counts code points") {
  CHECK(clip("héllo", 5) == "héllo");
  CHECK(clip("héllo!", 5) == "hé...");
  CHECK(clip("abcdef", 3) == "...");
  CHECK(clip("abcdef", 0).empty());
  CHECK(clip("", 0).empty());
}

TEST_CASE("properties of plain text") {
  auto bytes = rc::gen::container<std::string>(rc::gen::oneOf(
      rc::gen::arbitrary<char>(), rc::gen::element('\x1b', '[', '\xC2', '\x9B', '\xE2', '\x80', '\xAE', 'm')));
  REQUIRE(rc::check("valid UTF-8 without control bytes, and twice is once", [&] {
    auto out = strip_control(*bytes);
    for (size_t at = 0; at < out.size();) {
      auto length = utf8_length(out, at);
      RC_ASSERT(length > 0u);
      RC_ASSERT(static_cast<unsigned char>(out[at]) >= 0x20 && out[at] != 0x7F);
      at += length;
    }
    RC_ASSERT(strip_control(out) == out);
  }));
  REQUIRE(rc::check("a clipped text is never longer and stays valid", [&] {
    auto text = strip_control(*bytes);
    auto most = *rc::gen::inRange<size_t>(0, 20);
    auto out = clip(text, most);
    size_t points = 0;
    for (size_t at = 0; at < out.size(); ++points)
      at += utf8_length(out, at);
    RC_ASSERT(points <= most);
  }));
}
