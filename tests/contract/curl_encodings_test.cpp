// Packed bodies: what gzip, brotli and zstd made is unpacked; what unpacks to too much is refused, by the limit's name.
#include <catch2/catch.hpp>

#include <random>

#include "tests/support/http_calls.hpp"
#include "tests/support/nginx.hpp"

using namespace vigie;

namespace {

/// page.json in three packings; the same for 3 and 30 MiB of zeros; dense: 2 MiB that do not pack.
const scratch_folder& pages() {
  static const scratch_folder out;
  static const bool made = [] {
    std::string text;
    for (int i = 0; i < 500; ++i)
      text += "{\"id\": \"" + std::to_string(i * 7919 % 1000) + "\", \"title\": \"caf\xc3\xa9\"}\n";
    out.write("page", text);
    out.write("zeros", std::string(3 << 20, '\0'));
    out.write("flood", std::string(30 << 20, '\0'));
    std::string dense(2 << 20, '\0');
    std::mt19937_64 random{1};
    for (auto& c : dense)
      c = static_cast<char>(random());
    out.write("dense", dense);
    for (const auto* packer : {"gzip -9k ", "brotli -q 5 -k ", "zstd -q -k "})
      for (const auto* name : {"page", "zeros", "flood", "dense"})
        out.run(std::string{packer} + name);
    return true;
  }();
  static_cast<void>(made);
  return out;
}

std::string ending() {
  return GENERATE(as<std::string>{}, ".gz", ".br", ".zst");
}

} // namespace

TEST_CASE("bodies that real tools packed are unpacked, and their wire size is told") {
  nginx_server server{pages(), false};
  auto client = make_client();
  auto packed = ending();
  CAPTURE(packed);
  for (std::string name : {"page", "dense"}) {
    auto answer = fetch(*client, get(server.url("/" + name + packed)));
    REQUIRE(answer);
    CHECK(answer->body == pages().read(name));
    CHECK(answer->wire_bytes == pages().read(name + packed).size());
  }
  auto plain = fetch(*client, get(server.url("/page")));
  REQUIRE(plain);
  CHECK(plain->wire_bytes == plain->body.size());
}

TEST_CASE("a packed body has caps of its own, and the error says which it was") {
  nginx_server server{pages(), false};
  auto packed = ending();
  CAPTURE(packed);
  auto refused = [&](http_client& client, const std::string& name, uint64_t cap) {
    auto request = get(server.url("/" + name + packed));
    request.max_body_bytes = cap;
    auto answer = fetch(client, request);
    REQUIRE_FALSE(answer);
    CHECK(answer.error().code == errc::body_too_large);
    return answer.error().detail;
  };
  constexpr uint64_t plenty = 1 << 30;
  auto client = make_client();
  CHECK(refused(*client, "zeros", plenty) == "it unpacks to more than 100 times its size");

  auto config = loopback();
  config.max_unpack_ratio = 1000000;
  client = make_client(config);
  CHECK(refused(*client, "flood", plenty) == "more than 20971520 bytes after unpacking, the limit for packed bodies");
  CHECK(refused(*client, "zeros", 3145727) == "more than 3145727 bytes after unpacking");
  auto wire = pages().read("dense" + packed).size();
  CHECK(refused(*client, "dense", wire - 1) ==
        "it has " + std::to_string(wire) + " bytes, more than " + std::to_string(wire - 1) + ", before unpacking");
  // Exactly at the caps.
  auto request = get(server.url("/zeros" + packed));
  request.max_body_bytes = 3145728;
  CHECK(body_of(fetch(*client, request)) == pages().read("zeros"));
  // What is not packed has only the request's cap.
  request = get(server.url("/flood"));
  request.max_body_bytes = 31457280;
  CHECK(body_of(fetch(*client, request)).size() == 31457280);
}
