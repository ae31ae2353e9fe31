// Packed bodies: what gzip, brotli and zstd made is unpacked; what unpacks to too much is refused, by the limit's name.
#include <catch2/catch.hpp>

#include <random>

#include "tests/fakes/raw_http_server.hpp"
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

namespace {

std::string hex(std::string_view bytes) {
  constexpr auto digits = "0123456789abcdef";
  std::string out;
  for (unsigned char c : bytes)
    out += {digits[c >> 4], digits[c & 15]};
  return out;
}

/// A small page, packed.
std::string small(const std::string& packer, const std::string& file) {
  const scratch_folder folder;
  folder.write("small", "{\"items\": [{\"id\": \"1\", \"price\": \"1,250.00\"}]}");
  folder.run(packer + " -k small");
  return folder.read(file);
}

std::string head(int status, const std::string& headers) {
  return "HTTP/1.1 " + std::to_string(status) + " Text\r\n" + headers + "\r\n";
}

struct raw_site {
  fakes::raw_http_server server;
  std::unique_ptr<http_client> client = make_client();

  result<http_response> hear(const std::string& bytes, const std::string& method = "GET") {
    auto request = get(server.url("/last/" + hex(bytes)));
    request.method = method;
    return fetch(*client, request);
  }
};

} // namespace

TEST_CASE("a page whose packing does not end is no page, however its end was announced") {
  auto [coding, packer, file] = GENERATE(table<std::string, std::string, std::string>(
      {{"gzip", "gzip", "small.gz"}, {"br", "brotli", "small.br"}, {"zstd", "zstd -q", "small.zst"}}));
  CAPTURE(coding);
  raw_site site;
  auto whole = small(packer, file);
  auto said = "Content-Encoding: " + coding + "\r\n";
  CHECK(body_of(site.hear(head(200, said) + whole)).find("1,250.00") != std::string::npos);
  auto cut = whole.substr(0, whole.size() - 3);
  auto size = std::to_string(cut.size());
  std::string chunk_size{"0123456789abcdef"[cut.size() / 16], "0123456789abcdef"[cut.size() % 16]};
  for (const auto& answer :
       {head(200, said) + cut, head(200, said + "Content-Length: " + size + "\r\n") + cut,
        head(200, said + "Transfer-Encoding: chunked\r\n") + chunk_size + "\r\n" + cut + "\r\n0\r\n\r\n"}) {
    auto heard = site.hear(answer);
    REQUIRE_FALSE(heard);
    CHECK(heard.error().code == errc::bad_page);
    CHECK(heard.error().detail.find(" data was cut after " + size + " bytes") != std::string::npos);
  }
  // Cut by the connection: that is the network's trouble, and worth a repetition.
  auto heard = site.hear(head(200, said + "Content-Length: 500\r\n") + cut);
  REQUIRE_FALSE(heard);
  CHECK(heard.error().code == errc::network);
}

TEST_CASE("packings that are wrong, unknown, or come in several headers") {
  raw_site site;
  auto gzip = small("gzip", "small.gz");
  auto refused = [&](const std::string& headers, const std::string& body) {
    auto heard = site.hear(head(200, headers) + body);
    REQUIRE_FALSE(heard);
    CHECK(heard.error().code == errc::bad_page);
    return heard.error().detail;
  };
  CHECK(refused("Content-Encoding: gzip\r\n", "not packed at all") ==
        "the body cannot be unpacked: it is no gzip data, as its Content-Encoding says");
  CHECK(refused("Content-Encoding: gzip\r\n", gzip + "more").find("bytes follow the end of its gzip data") !=
        std::string::npos);
  CHECK(refused("Content-Encoding: exi\r\n", "x").find("packed as \"exi\"") != std::string::npos);
  CHECK(refused("Content-Encoding: gzip\r\nContent-Length: 0\r\n", "").find("cut after 0 bytes") != std::string::npos);
  CHECK(refused("Transfer-Encoding: gzip, chunked\r\n", "0\r\n\r\n").find("Transfer-Encoding") != std::string::npos);
  CHECK(body_of(site.hear(head(200, "Content-Encoding: identity\r\ncontent-encoding: X-GZIP\r\n") + gzip))
            .find("1,250.00") != std::string::npos);
  CHECK(body_of(site.hear(head(200, "Content-Encoding: gzip\r\n") + gzip + gzip)).size() == 90);
}

TEST_CASE("an answer that is no page stands, whatever is the matter with its body") {
  raw_site site;
  auto gzip = small("gzip", "small.gz");
  auto announced = "Content-Length: 99\r\n";
  for (const auto& answer :
       {head(429, "Retry-After: 30\r\nContent-Encoding: gzip\r\n") + "not packed",
        head(429, "Retry-After: 30\r\nContent-Encoding: gzip\r\n") + gzip.substr(0, 20),
        head(429, "Retry-After: 30\r\nContent-Encoding: unheard\r\n") + "x",
        head(429, "Retry-After: 30\r\nContent-Length: 999999999999\r\n") + "x",
        head(429, std::string{"Retry-After: 30\r\n"} + announced) + "cut",
        head(429, "Retry-After: 30\r\nTransfer-Encoding: chunked\r\n") + "3\r\none\r\nno size\r\n"}) {
    auto heard = site.hear(answer);
    REQUIRE(heard);
    CHECK(heard->status == 429);
    CHECK(heard->headers.value("retry-after") == "30");
  }
  auto moved = site.hear(head(302, "Location: /ok\r\nContent-Encoding: gzip\r\n") + "moved");
  REQUIRE(moved);
  CHECK(moved->headers.value("location") == "/ok");
  CHECK(body_of(site.hear(head(403, "Content-Encoding: gzip\r\n") + gzip)).find("1,250.00") != std::string::npos);

  // One that goes on for ever, and one that falls silent.
  auto request = get(site.server.url("/last/" + hex(head(403, "") + std::string(2000, 'x'))));
  request.max_body_bytes = 1000;
  auto heard = fetch(*site.client, request);
  REQUIRE(heard);
  CHECK(heard->status == 403);
  CHECK(heard->body.size() <= 1000);
  request = get(site.server.url("/say/" + hex(head(503, "Retry-After: 7\r\nContent-Length: 10\r\n") + "x")));
  request.timeout = std::chrono::milliseconds{300};
  heard = fetch(*site.client, request);
  REQUIRE(heard);
  CHECK(heard->headers.value("retry-after") == "7");
}

TEST_CASE("an answer without a body has no packing, and a trailer is no header") {
  raw_site site;
  auto packed = "Content-Encoding: gzip\r\n";
  CHECK(site.hear(head(204, packed))->status == 204);
  CHECK(site.hear(head(304, packed))->status == 304);
  CHECK(site.hear(head(200, std::string{packed} + "Content-Length: 80\r\n"), "HEAD")->status == 200);
  auto heard = site.hear(head(200, "Transfer-Encoding: chunked\r\nETag: a\r\n") +
                         "2\r\nok\r\n0\r\nETag: b\r\nContent-Encoding: gzip\r\nSet-Cookie: c\r\n\r\n");
  CHECK(body_of(heard) == "ok");
  CHECK(heard->headers.value("etag") == "a");
  CHECK_FALSE(heard->headers.contains("set-cookie"));
}
