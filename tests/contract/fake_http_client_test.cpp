#include <catch2/catch.hpp>

#include "tests/fakes/fake_http_client.hpp"

using namespace vigie;
using fakes::fake_http_client;

namespace {

std::string word(const result<http_response>& x) {
  return x ? std::to_string(x->status) + " " + x->body : std::string{to_string(x.error().code)};
}

void ask(http_client& client, const std::string& url, std::vector<std::string>& heard) {
  http_request request;
  request.url = url;
  request.max_body_bytes = 10;
  client.fetch(request, [&heard](result<http_response> x) { heard.push_back(word(x)); });
}

} // namespace

TEST_CASE("the scripted client answers by its newest rule") {
  std::vector<std::string> heard;
  fake_http_client client;
  client.on("shop", 200, "old").on("shop", 200, "new").on_error("/gone", errc::timed_out).once("shop", 503, "once");
  for (auto url : {"http://shop/", "http://shop/", "http://shop/gone", "http://other/"})
    ask(client, url, heard);
  client.on("other", 200, "more than ten");
  ask(client, "http://other/", heard);
  CHECK(heard == std::vector<std::string>{"503 once", "200 new", "timed_out", "network", "body_too_large"});
  CHECK(client.request_count() == 5);
  CHECK(client.request_count("shop") == 3);
  CHECK(client.requests()[2].url == "http://shop/gone");
}

TEST_CASE("held and silent requests wait, and the end answers them") {
  std::vector<std::string> heard;
  {
    fake_http_client client;
    client.on("a", 200, "a").on_silence("/never");
    client.hold();
    for (auto url : {"http://a/1", "http://a/2", "http://a/never", "http://a/3"})
      ask(client, url, heard);
    CHECK(heard.empty());
    CHECK(client.waiting() == 4);
    CHECK(client.release(1) == 1);
    CHECK(heard.size() == 1);
    client.unhold();
    CHECK(heard.size() == 3);
    client.hold();
    ask(client, "http://a/4", heard);
    CHECK(client.waiting() == 2);
  }
  CHECK(heard == std::vector<std::string>{"200 a", "200 a", "200 a", "cancelled", "cancelled"});
}
