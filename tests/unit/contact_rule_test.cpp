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
