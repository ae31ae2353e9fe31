// What clients without a key may try: requests without end, requests that two readers read in two ways, and pages in a
// browser that call this machine by a name of their own.
#include <catch2/catch.hpp>
#include <rapidcheck.h>

#include <functional>
#include <mutex>
#include <string>
#include <thread>
#include <vector>

#include "adapters/crypto/secrets.hpp"
#include "adapters/http_api/api.hpp"
#include "adapters/http_api/known_hosts.hpp"
#include "adapters/http_api/request_reader.hpp"
#include "adapters/http_api/server.hpp"
#include "adapters/http_api/wire_format.hpp"
#include "adapters/json/json_reader.hpp"
#include "tests/fakes/fake_api_backend.hpp"
#include "tests/support/raw_client.hpp"

using namespace vigie;
using namespace vigie::test;
using namespace std::chrono_literals;

namespace {

constexpr size_t max_header = 2000, max_body = 5000;

http_server_config small_limits() {
  http_server_config out;
  out.max_header_bytes = max_header;
  out.max_body_bytes = max_body;
  return out;
}

const std::string chunked = "POST /x HTTP/1.1\r\nHost: h\r\nTransfer-Encoding: chunked\r\n\r\n";

struct endless {
  const char* what;
  std::string first;
  std::string again;
  int status;
};

std::vector<endless> all_endless() {
  return {{"request line", "GET /", "a", 431},
          {"header's name", "GET / HTTP/1.1\r\n", "a", 431},
          {"header's value", "GET / HTTP/1.1\r\nx: ", "a", 431},
          {"headers", "GET / HTTP/1.1\r\nHost: h\r\n", "x: y\r\n", 431},
          {"chunk's digits", chunked, "0", 413},
          {"chunk's extension", chunked + "5;a=", "x", 413},
          {"chunk's extensions", chunked + "5", ";a=b", 413},
          {"chunk's quoted extension", chunked + "5;a=\"", "x", 413},
          {"last chunk's extension", chunked + "0;a=", "x", 413},
          {"trailer's line", chunked + "0\r\nx: ", "y", 413},
          {"trailers", chunked + "0\r\n", "x: y\r\n", 413},
          {"chunks of a byte", chunked, "1\r\nx\r\n", 413},
          {"chunks of a byte with extensions", chunked, "1;extension=of-a-certain-length\r\nx\r\n", 413},
          {"body", "POST /x HTTP/1.1\r\nHost: h\r\nContent-Length: 5001\r\n\r\n", "x", 413}};
}

/// Feeds a reader as a connection does, `step` bytes at a time, until it is refused: how much it was given, and held at
/// the most.
struct feeding {
  size_t given = 0;
  size_t held = 0;
  read_fault fault;
};

feeding feed(const endless& x, size_t step, size_t most) {
  auto limits = small_limits();
  request_reader aut{limits};
  feeding out;
  std::string stream = x.first, unread;
  while (out.fault.status == 0 && out.given < most) {
    while (stream.size() < step)
      stream += x.again;
    unread += stream.substr(0, step);
    stream.erase(0, step);
    out.given += step;
    for (size_t n = 1; n > 0 && !unread.empty() && out.fault.status == 0; unread.erase(0, n)) {
      REQUIRE_FALSE(aut.whole());
      n = aut.put(unread, out.fault);
    }
    out.held = std::max(out.held, aut.held_bytes() + unread.size());
  }
  return out;
}

} // namespace

TEST_CASE("no part of a request is without end") {
  for (const auto& x : all_endless())
    for (size_t step : {1, 7, 500, 4096}) {
      CAPTURE(x.what, step);
      auto got = feed(x, step, 200000);
      CHECK(got.fault.status == x.status);
      // Headers once, what is between the chunks once; or a body and what is around its bytes.
      CHECK(got.given <= 2 * max_header + 9 * max_body + 2 * step);
      CHECK(got.held <= 2 * max_header + max_body + step);
    }
}

TEST_CASE("the server refuses it, and what comes with it is no other request") {
  for (const auto& x : all_endless()) {
    CAPTURE(x.what);
    std::atomic<int> served{0};
    auto server = serve_http(small_limits(), [&](served_request, http_server::responder respond) {
      ++served;
      respond({});
    });
    REQUIRE(server);
    raw_client client{(*server)->port()};
    std::string bytes = x.first;
    while (bytes.size() < 100000)
      bytes += x.again;
    client.send(bytes);
    CHECK(client.read_answer().status == x.status);
    CHECK(client.is_closed());
    CHECK(served == 0);
  }
}

TEST_CASE("many headers are refused, as many as there may be are taken") {
  auto ask = [](size_t fields) {
    auto server = serve_http({}, [](served_request, http_server::responder respond) { respond({}); });
    REQUIRE(server);
    std::string more;
    for (size_t i = 2; i < fields; ++i) // besides Host and Connection
      more += "x" + std::to_string(i) + ": y\r\n";
    raw_client client{(*server)->port()};
    return client.ask(request_text("GET", "/", "Connection: close\r\n" + more)).status;
  };
  CHECK(ask(128) == 200);
  CHECK(ask(129) == 431);
}

TEST_CASE("what is received and not understood yet counts over all connections") {
  http_server_config config;
  config.max_buffered_bytes = 30000;
  auto server = serve_http(config, [](served_request, http_server::responder respond) { respond({}); });
  REQUIRE(server);
  auto port = (*server)->port();
  // Each is under its own limit: headers, a chunk's extension, trailers.
  auto filler = std::string(12000, 'x');
  std::vector<std::string> parts{"GET / HTTP/1.1\r\nx: " + filler, chunked + "5;a=" + filler,
                                 chunked + "0\r\nx: " + filler};
  std::vector<raw_client> clients;
  int refused = 0;
  for (int i = 0; i < 6; ++i) {
    clients.emplace_back(port);
    clients.back().send(parts[static_cast<size_t>(i) % parts.size()]);
    if (i >= 2) // two have room
      refused += clients.back().read_answer(false, 10s).status == 503 ? 1 : 0;
  }
  CHECK(refused >= 3);
  raw_client small{port};
  CHECK(small.ask(request_text("GET", "/")).status == 200);
}

TEST_CASE("trailers never become headers") {
  std::mutex guard;
  served_request seen;
  auto server = serve_http({}, [&](served_request request, http_server::responder respond) {
    std::lock_guard lock{guard};
    seen = std::move(request);
    respond({});
  });
  REQUIRE(server);
  raw_client client{(*server)->port()};
  auto got =
      client.ask(chunked + "3\r\nabc\r\n0\r\nx-api-key: stolen\r\nHost: other\r\nContent-Type: text/plain\r\n\r\n");
  CHECK(got.status == 200);
  std::lock_guard lock{guard};
  CHECK(seen.body == "abc");
  CHECK(seen.headers == std::map<std::string, std::string>{{"host", "h"}, {"transfer-encoding", "chunked"}});
}

TEST_CASE("what could be read in two ways is refused") {
  auto server = serve_http({}, [](served_request, http_server::responder respond) { respond({}); });
  REQUIRE(server);
  for (const auto* bytes :
       {"GET / HTTP/1.1\r\nHost: a\r\nHost: b\r\n\r\n", "GET / HTTP/1.1\r\nHost: a\r\nhost: a\r\n\r\n",
        "GET / HTTP/1.1\r\nHost: a\r\nX: 1\r\n folded\r\n\r\n", "GET / HTTP/1.1\r\nHost: a\r\nX: 1\r\n\tfolded\r\n\r\n",
        "GET / HTTP/1.1\r\n Host: a\r\n\r\n", "GET / HTTP/1.1\r\nHost : a\r\n\r\n",
        "POST / HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: gzip\r\n\r\n",
        "POST / HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked, gzip\r\n\r\n",
        "POST / HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: xchunked\r\n\r\n",
        "POST / HTTP/1.0\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n",
        "POST / HTTP/1.1\r\nHost: a\r\nContent-Length: 1\r\nContent-Length: 2\r\n\r\nab",
        "POST / HTTP/1.1\r\nHost: a\r\nContent-Length: +1\r\n\r\na"}) {
    CAPTURE(bytes);
    raw_client client{(*server)->port()};
    CHECK(client.ask(bytes).status == 400);
    CHECK(client.is_closed());
  }
  // A header that comes in pieces, and one that only looks folded, are neither.
  raw_client pieces{(*server)->port()};
  for (char c : std::string{"GET / HTTP/1.1\r\nHost: a\r\nX:  1 \r\n\r\n"})
    pieces.send({&c, 1});
  CHECK(pieces.read_answer().status == 200);
}

TEST_CASE("an encoded slash is a character of its segment") {
  auto segments = [](std::string_view target) { return parse_target(target)->segments; };
  CHECK(segments("/a%2Fb/c") == std::vector<std::string>{"a/b", "c"});
  CHECK(parse_target("/a%2fb/c")->path == "/a%2Fb/c");
  CHECK(segments("/") == std::vector<std::string>{""});
  CHECK(segments("http://h/a//b?x=/y") == std::vector<std::string>{"a", "", "b"});
  REQUIRE(rc::check("segments come back as they were", [&] {
    auto all = *rc::gen::nonEmpty(
        rc::gen::container<std::vector<std::string>>(rc::gen::container<std::string>(rc::gen::inRange<char>(32, 126))));
    std::string target;
    for (const auto& segment : all) {
      target += '/';
      for (unsigned char c : segment) {
        char hex[4];
        std::snprintf(hex, sizeof hex, "%%%02x", c);
        target += hex;
      }
    }
    RC_ASSERT(segments(target) == all);
  }));
}

namespace {

struct api_fixture {
  explicit api_fixture(std::vector<std::string> hosts = {}) {
    api_config config;
    config.serves_main = true;
    config.hosts = std::move(hosts);
    auto made = serve_http({}, make_api(config, backend, keys));
    REQUIRE(made);
    server = std::move(*made);
  }

  raw_answer ask(const std::string& method, const std::string& target, const std::string& headers = {},
                 const std::string& body = {}) {
    raw_client client{server->port()};
    return client.ask(request_text(method, target, "x-api-key: " + key.text + "\r\n" + headers, body));
  }
  int status_as(const std::string& host, const std::string& target = "/livez") {
    raw_client client{server->port()};
    return client.ask("GET " + target + " HTTP/1.1\r\nHost: " + host + "\r\n\r\n").status;
  }

  fake_api_backend backend;
  new_api_key key = make_api_key();
  std::shared_ptr<key_ring> keys =
      std::make_shared<key_ring>(std::vector{api_key_row{key.id, key.hash, "admin", "", {}}});
  std::unique_ptr<http_server> server;
};

std::string detail_of(const raw_answer& got) {
  auto doc = parse_json(got.body);
  REQUIRE(doc);
  return std::string{*doc->root().find("detail")->as_string()};
}

} // namespace

TEST_CASE("a route is found by segments: what is encoded into one is no way to another") {
  api_fixture f;
  CHECK(f.ask("POST", "/api/v1/workers/a%2Fb/drain").status == 200);
  CHECK(f.backend.last_call() == "set_draining a/b true");
  CHECK(f.ask("GET", "/api/v1%2Fruns").status == 404);
  CHECK(f.ask("GET", "/api/v1/alerts%2F1").status == 404);
}

TEST_CASE("the API answers to names of loopback and to those of its configuration") {
  api_fixture plain, named{{"Vigie.example", "::2"}};
  for (const auto* good : {"localhost", "localhost:3000", "LOCALHOST", "localhost.", "127.0.0.1", "127.0.0.1:3000",
                           "127.9.9.9:1", "[::1]", "[::1]:3000", "[0:0:0:0:0:0:0:1]"}) {
    CAPTURE(good);
    CHECK(plain.status_as(good) == 200);
    CHECK(named.status_as(good) == 200);
  }
  for (const auto* bad : {"evil.example", "evil.example:3000", "localhost.evil.example", "127.0.0.1.evil.example",
                          "10.0.0.1", "[::2]", "", "[", "[::1", "[::1]x", "localhost:x@evil.example", "user@localhost",
                          ":3000", "1", "2130706433", "vigie.example"}) {
    CAPTURE(bad);
    CHECK(plain.status_as(bad) == 421);
    CHECK(plain.status_as(bad, "/api/v1/runs") == 421); // before any key is looked at
  }
  for (const auto* good : {"vigie.example", "vigie.example:443", "VIGIE.example.", "[::2]:3000"})
    CHECK(named.status_as(good) == 200);
  CHECK(named.status_as("www.vigie.example") == 421);
  // Of the absolute form, the target's own authority counts.
  CHECK(plain.status_as("localhost", "http://evil.example/livez") == 421);
  CHECK(plain.status_as("evil.example", "http://localhost:3000/livez") == 200);

  raw_client client{plain.server->port()};
  auto got = client.ask("GET /livez HTTP/1.1\r\nHost: evil.example\r\n\r\n");
  CHECK(detail_of(got).find("[api] hosts") != std::string::npos);
  CHECK(detail_of(got).find("evil.example") != std::string::npos);
  raw_client old{plain.server->port()};
  CHECK(old.ask("GET /livez HTTP/1.0\r\n\r\n").status == 200); // no browser of today
}

TEST_CASE("a change that is not answered in time says that it may still happen") {
  api_fixture f;
  error late{errc::deadline_exceeded, "no answer in time", ""};
  f.backend.ticket = tl::unexpected<error>(late);
  f.backend.retried = tl::unexpected<error>(late);
  f.backend.order = tl::unexpected<error>(late);
  f.backend.runs = tl::unexpected<error>(late);
  auto got = f.ask("POST", "/api/v1/alerts/run-once");
  CHECK(got.status == 504);
  CHECK(detail_of(got).find("may still begin") != std::string::npos);
  CHECK(detail_of(got).find("/api/v1/runs") != std::string::npos);
  got = f.ask("POST", "/api/v1/alerts/run-once", "Idempotency-Key: k\r\n");
  CHECK(detail_of(got).find("same Idempotency-Key") != std::string::npos);
  for (const auto& [method, path, body] : std::vector<std::tuple<std::string, std::string, std::string>>{
           {"POST", "/api/v1/outbox/retry", R"({"ids":[1]})"},
           {"POST", "/api/v1/workers/w/drain", ""},
           {"POST", "/api/v1/workers/w/unban", ""},
           {"PUT", "/api/v1/log-level", R"({"level":"info"})"}}) {
    CAPTURE(path);
    got = f.ask(method, path, {}, body);
    CHECK(got.status == 504);
    CHECK(detail_of(got).find("may still be carried out") != std::string::npos);
  }
  got = f.ask("GET", "/api/v1/runs");
  CHECK(got.status == 504);
  CHECK(detail_of(got) == "no answer in time"); // looking changes nothing
  f.backend.order = fail(errc::not_found, "no such thing");
  CHECK(detail_of(f.ask("POST", "/api/v1/workers/w/drain")) == "no such thing");

  f.backend.outcome = fail(errc::worker_silent, "w did not answer in time");
  got = f.ask("POST", "/api/v1/worker/main/execute", {}, R"({"type":"scrape","payload":{"url":"http://a.example/"}})");
  CHECK(got.status == 504);
  CHECK(got.body.find("may still be carried out") != std::string::npos);
}
