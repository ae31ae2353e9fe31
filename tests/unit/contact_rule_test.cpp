#include "actors/policy/contact_rule.hpp"

#include <catch2/catch.hpp>

using namespace vigie;

namespace {

source_spec asking(const char* url, bool enabled = true) {
  source_spec out;
  out.id = source_id{"market"};
  out.url = url;
  out.enabled = enabled;
  return out;
}

} // namespace

TEST_CASE("every host that is not loopback by its text has to be told a contact") {
  for (auto url : {"http://shop.example/", "https://10.1.2.3/", "http://loopback.example/",
                   "http://[::ffff:127.0.0.1]/", "http://a.localhost/", "http://[::2]/", "http://128.0.0.1/{query}"})
    CHECK(needs_contact(url));
  for (auto url : {"http://127.0.0.1:8080/x", "http://127.9.9.9/", "http://0x7f.1/?q={query}", "http://localhost/",
                   "http://LOCALHOST./", "http://[::1]/", "no URL"})
    CHECK_FALSE(needs_contact(url));
}

TEST_CASE("the source that needs a contact is named") {
  auto local = asking("http://127.0.0.1/");
  auto shop = asking("https://shop.example:8443/s?q={query}");
  CHECK(check_contact({local, shop}, true).code == errc::none);
  CHECK(check_contact({local, asking("https://shop.example/", false)}, false).code == errc::none);
  auto refused = check_contact({local, shop}, false);
  CHECK(refused.code == errc::bad_config);
  CHECK(refused.detail.find("market") != std::string::npos);
  CHECK(refused.detail.find("shop.example:8443") != std::string::npos);
  CHECK(refused.detail.find("[fetch] contact") != std::string::npos);
}

TEST_CASE("a product token is nobody else's name") {
  for (auto own : {"vigie", "acme-watch", "AcmeBot", "knowledge_bot", "hedge-watch", "chromatic", "operation-x", "a"})
    CHECK(foreign_name(own).empty());
  for (auto other :
       {"Mozilla",       "mozilla", "CHROME",        "Mobile-Safari", "Firefox",     "my_firefox",
        "Edge",          "Edg",     "Opera",         "opera-mini",    "Googlebot",   "googlebot-news",
        "AdsBot-Google", "bingbot", "YandexBot",     "GPTBot",        "ia_archiver", "Mediapartners-Google",
        "Applebot",      "Slurp",   "HeadlessChrome"})
    CHECK_FALSE(foreign_name(other).empty());
  CHECK(foreign_name("Mobile-Chrome") == "chrome");
}

TEST_CASE("headers by which one passes for somebody else") {
  for (auto bad : {"Sec-CH-UA", "sec-ch-ua-platform", "Sec-Fetch-Mode", "SEC-GPC", "User-Agent", "X-User-Agent",
                   "X-Original-User-Agent", "X-Client-Data", "Upgrade-Insecure-Requests", "X-Forwarded-For",
                   "Forwarded", "X-Real-IP", "Via"})
    CHECK(is_disguise(bad));
  for (auto good :
       {"Accept", "Accept-Language", "Authorization", "X-Api-Key", "Referer", "Section", "X-Requested-With"})
    CHECK_FALSE(is_disguise(good));
}

TEST_CASE("what goes in clear text, and which parameter is secret") {
  for (auto url : {"http://shop.example/?q={query}", "http://93.184.216.34/", "http://shop.example:8080/"})
    CHECK(goes_in_clear(url));
  for (auto url : {"https://shop.example/", "http://127.0.0.1:8080/", "http://localhost/", "http://10.1.2.3/",
                   "http://192.168.1.1/", "http://[fd00::1]/", "no URL"})
    CHECK_FALSE(goes_in_clear(url));
  CHECK(secret_parameter("http://shop.example/?q=x&api_key=abc&page={page}") == "api_key");
  CHECK(secret_parameter("http://shop.example/?access_token=abc#x") == "access_token");
  for (auto url : {"http://shop.example/api_key=abc", "http://shop.example/?q=token", "http://shop.example/?token=",
                   "http://shop.example/?token", "http://shop.example/?token={query}", "http://shop.example/?"})
    CHECK(secret_parameter(url).empty());
}
