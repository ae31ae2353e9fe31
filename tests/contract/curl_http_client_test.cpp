#include <atomic>
#include <cstdlib>
#include <future>

#include <catch2/catch.hpp>

#include "adapters/curl/http_call.hpp"
#include "tests/fakes/raw_http_server.hpp"
#include "tests/support/http_calls.hpp"

using namespace vigie;
using namespace std::chrono_literals;
using fakes::raw_http_server;

TEST_CASE("answers of every kind are successes") {
  raw_http_server server;
  auto client = make_client();
  auto [path, status, body] = GENERATE(table<std::string, int, std::string>({{"/ok", 200, "hello"},
                                                                             {"/empty", 200, ""},
                                                                             {"/status/404", 404, "why"},
                                                                             {"/status/403", 403, "why"},
                                                                             {"/status/503", 503, "why"},
                                                                             {"/chunked", 200, "one two"},
                                                                             {"/gzip", 200, "packed page"},
                                                                             {"/interim", 200, "late"},
                                                                             {"/redirect", 302, ""}}));
  CAPTURE(path);
  auto answer = fetch(*client, get(server.url(path)));
  REQUIRE(answer);
  CHECK(answer->status == status);
  CHECK(answer->body == body);
  CHECK(answer->peer_address == "127.0.0.1");
  CHECK(server.requests() == 1);
}

TEST_CASE("headers of the answer have lower-case names, the last of equal ones, and none of interim answers") {
  raw_http_server server;
  auto client = make_client();
  auto answer = fetch(*client, get(server.url("/ok")));
  REQUIRE(answer);
  CHECK(answer->headers.value("content-length") == "5");
  CHECK(answer->headers.value("x-thing") == "A");
  CHECK(answer->headers.value("x-twice") == "2");
  CHECK(fetch(*client, get(server.url("/redirect")))->headers["location"] == "/ok");
  CHECK_FALSE(fetch(*client, get(server.url("/interim")))->headers.contains("x-early"));
}

TEST_CASE("requests are sent as asked, and with nothing else") {
  raw_http_server server;
  auto client = make_client();
  auto sent = fetch(*client, get(server.url("/echo#part")))->body;
  CHECK(sent.find("GET /echo HTTP/1.1\r\n") == 0);
  CHECK(sent.find("User-Agent: test-agent/1\r\n") != std::string::npos);
  CHECK(sent.find("gzip") != std::string::npos);
  CHECK(sent.find("Cookie") == std::string::npos);

  http_request post{"POST", server.url("/echo"), {{"Content-Type", "application/json"}, {"X-Empty", ""}}, "{\"a\":1}"};
  sent = fetch(*client, post)->body;
  CHECK(sent.find("POST /echo HTTP/1.1\r\n") == 0);
  CHECK(sent.find("Content-Type: application/json\r\n") != std::string::npos);
  CHECK(sent.find("Content-Length: 7\r\n") != std::string::npos);
  CHECK(sent.find("X-Empty:") != std::string::npos);
  CHECK(sent.find("Expect") == std::string::npos);
  CHECK(sent.substr(sent.size() - 7) == post.body);

  sent = fetch(*client, {"DELETE", server.url("/echo"), {}, ""})->body;
  CHECK(sent.find("DELETE /echo HTTP/1.1\r\n") == 0);
  sent = fetch(*client, {"PUT", server.url("/echo"), {}, "x"})->body;
  CHECK(sent.find("PUT /echo HTTP/1.1\r\n") == 0);
  CHECK(sent.find("Content-Type") == std::string::npos);
  // Twice on one handle: nothing is left over from the request before.
  sent = fetch(*client, get(server.url("/echo")))->body;
  CHECK(sent.find("GET /echo HTTP/1.1\r\n") == 0);
  CHECK(sent.find("Content-Length") == std::string::npos);
  auto head = fetch(*client, {"HEAD", server.url("/empty"), {}, ""});
  REQUIRE(head);
  CHECK(head->status == 200);
}

TEST_CASE("connections are kept for reading, and new for everything else") {
  raw_http_server server;
  auto client = make_client();
  for (int i = 0; i < 3; ++i)
    CHECK(fetch(*client, get(server.url("/ok"))));
  CHECK(server.connections() == 1);
  for (int i = 0; i < 2; ++i)
    CHECK(fetch(*client, {"POST", server.url("/ok"), {}, "x"}));
  CHECK(server.connections() == 3);
}

TEST_CASE("broken answers are errors") {
  raw_http_server server;
  auto client = make_client();
  auto [path, detail] =
      GENERATE(table<std::string, std::string>({{"/close", "closed without an answer"},
                                                {"/cut", "closed after 100 of 200 bytes"},
                                                {"/cut-chunked", "closed after 3 bytes, before the end of the body"},
                                                {"/garbage", ""},
                                                {"/headers", "the answer has more than 65536 bytes of headers"}}));
  CAPTURE(path);
  auto answer = fetch(*client, get(server.url(path)));
  REQUIRE_FALSE(answer);
  CHECK(answer.error().code == errc::network);
  CHECK(answer.error().place.empty());
  CHECK_FALSE(answer.error().detail.empty());
  if (!detail.empty())
    CHECK(answer.error().detail == detail);
  // The client goes on.
  CHECK(fetch(*client, get(server.url("/ok"))));
}

TEST_CASE("a server that does not answer, and one that is not there") {
  auto client = make_client();
  std::string gone;
  {
    raw_http_server server;
    gone = server.url("/ok");
    auto request = get(server.url("/silent"));
    request.timeout = 200ms;
    auto answer = fetch(*client, request);
    REQUIRE_FALSE(answer);
    CHECK(answer.error().code == errc::timed_out);
    CHECK(answer.error().place.empty());
  }
  auto answer = fetch(*client, get(gone));
  REQUIRE_FALSE(answer);
  CHECK(answer.error().code == errc::network);
  CHECK(answer.error().place == "connect");
  // No TLS at the other end: the hello is never answered.
  raw_http_server plain;
  auto request = get("https" + plain.url("/ok").substr(4));
  request.timeout = 200ms;
  answer = fetch(*client, request);
  REQUIRE_FALSE(answer);
  CHECK(answer.error().code == errc::timed_out);
  CHECK(answer.error().place == "connect");
  CHECK(plain.requests() == 0);
}

TEST_CASE("bodies are capped while they are received, unpacked") {
  raw_http_server server;
  auto client = make_client();
  auto with_cap = [&](const std::string& path, uint64_t cap) {
    auto request = get(server.url(path));
    request.max_body_bytes = cap;
    return fetch(*client, request);
  };
  CHECK(with_cap("/bytes/100000", 100000)->body.size() == 100000);
  CHECK(with_cap("/bytes/100001", 100000).error().code == errc::body_too_large);
  CHECK(with_cap("/bytes/11000000", 10 << 20).error().code == errc::body_too_large);
  CHECK(with_cap("/bomb", 100000)->body.size() == 100000);
  CHECK(with_cap("/bomb", 99999).error().code == errc::body_too_large);
  CHECK(with_cap("/empty", 0)->body.empty());
  CHECK(with_cap("/ok", 0).error().code == errc::body_too_large);
}

TEST_CASE("where the head suffices, nothing that becomes of the body is an error") {
  raw_http_server server;
  auto client = make_client();
  auto answer = [&](const std::string& path, bool suffices) {
    auto request = get(server.url(path));
    request.max_body_bytes = 100;
    request.head_suffices = suffices;
    return fetch(*client, request);
  };
  for (std::string path : {"/bytes/11000000", "/bomb", "/cut", "/cut-chunked", "/bad-gzip"}) {
    CAPTURE(path);
    CHECK_FALSE(answer(path, false));
    auto x = answer(path, true);
    REQUIRE(x);
    CHECK(x->status == 200);
    CHECK(x->body.size() <= 100);
  }
  for (std::string path : {"/close", "/garbage", "/headers"})
    CHECK_FALSE(answer(path, true)); // no head, nothing to go by
}

TEST_CASE("many at once") {
  raw_http_server server;
  auto config = loopback();
  config.max_connections_per_host = 10;
  auto client = make_client(config);
  std::vector<std::future<result<http_response>>> all;
  for (int i = 0; i < 100; ++i)
    all.push_back(start(*client, get(server.url("/bytes/" + std::to_string(i)))));
  for (size_t i = 0; i < all.size(); ++i) {
    auto answer = outcome(all[i]);
    REQUIRE(answer);
    CHECK(answer->body.size() == i);
  }
  CHECK(server.requests() == 100);
  CHECK(server.connections() <= 10);
}

TEST_CASE("above the limit requests are refused at once, and below it taken again") {
  raw_http_server server;
  auto config = loopback();
  config.max_in_flight = 2;
  auto client = make_client(config);
  auto silent = get(server.url("/silent"));
  silent.timeout = 500ms;
  auto first = start(*client, silent);
  auto second = start(*client, silent);
  auto third = start(*client, get(server.url("/ok")));
  REQUIRE(third.wait_for(0s) == std::future_status::ready);
  CHECK(third.get().error().code == errc::busy);
  CHECK(outcome(first).error().code == errc::timed_out);
  CHECK(outcome(second).error().code == errc::timed_out);
  CHECK(fetch(*client, get(server.url("/ok"))));
}

TEST_CASE("addresses that are not listed see no connection") {
  raw_http_server allowed;
  raw_http_server other{"127.0.0.2"};
  auto port = std::to_string(allowed.port());
  auto client = make_client(loopback({"127.0.0.1:" + port}));
  auto refused = [&](const std::string& url) {
    auto answer = fetch(*client, get(url));
    REQUIRE_FALSE(answer);
    CHECK(answer.error().code == errc::blocked_address);
    CHECK(answer.error().place == "connect");
    return answer.error().detail;
  };
  CHECK(refused(other.url("/ok")) ==
        "127.0.0.2 port " + std::to_string(other.port()) + " (loopback) is not in allow_private");
  auto other_port = ":" + std::to_string(other.port());
  for (auto host : {"127.2", "0x7f.0.0.2", "0177.0.0.2", "2130706434", "[::ffff:127.0.0.2]"})
    refused("http://" + std::string{host} + other_port + "/ok");
  refused("http://127.0.0.1" + other_port + "/ok");
  refused("http://[::1]:" + port + "/ok");
  refused("http://0.0.0.0:" + port + "/ok");
  CHECK(other.connections() == 0);
  // Other spellings of a listed address, and its name.
  for (auto host : {"127.0.0.1", "127.1", "0x7f.1", "localhost"})
    CHECK(fetch(*client, get("http://" + std::string{host} + ":" + port + "/ok")));
  CHECK(fetch(*make_client(curl_http_config{}), get(allowed.url("/ok"))).error().code == errc::blocked_address);
}

TEST_CASE("the environment names no proxy") {
  raw_http_server server;
  raw_http_server proxy;
  auto proxy_url = proxy.url("");
  for (auto name : {"http_proxy", "all_proxy", "ALL_PROXY"})
    ::setenv(name, proxy_url.c_str(), 1);
  auto answer = fetch(*make_client(), get(server.url("/ok")));
  auto called = http_call(get(server.url("/ok")));
  for (auto name : {"http_proxy", "all_proxy", "ALL_PROXY"})
    ::unsetenv(name);
  CHECK(answer);
  CHECK(called);
  CHECK(server.requests() == 2);
  CHECK(proxy.connections() == 0);
}

TEST_CASE("the end of the client answers everybody, once") {
  raw_http_server server;
  constexpr int count = 50;
  std::vector<std::atomic<int>> called(count);
  std::atomic<int> cancelled{0};
  auto config = loopback();
  config.max_connections_per_host = 20;
  auto client = make_client(config);
  for (int i = 0; i < count; ++i)
    client->fetch(get(server.url("/silent")), [&, i](result<http_response> x) {
      ++called[static_cast<size_t>(i)];
      cancelled += !x && x.error().code == errc::cancelled ? 1 : 0;
    });
  wait_until([&] { return server.requests() == 20; });
  client.reset();
  CHECK(cancelled == count);
  for (const auto& x : called)
    CHECK(x == 1);
  // At once after the start as well.
  client = make_client();
  auto last = start(*client, get(server.url("/silent")));
  client.reset();
  CHECK(outcome(last).error().code == errc::cancelled);
}

TEST_CASE("a callback may fetch again") {
  raw_http_server server;
  auto config = loopback();
  config.max_in_flight = 1;
  auto client = make_client(config);
  std::promise<int> ended;
  std::function<void(int)> next = [&](int n) {
    client->fetch(get(server.url("/ok")), [&, n](result<http_response> x) {
      if (x && n < 5)
        next(n + 1);
      else
        ended.set_value(x ? n : -1);
    });
  };
  next(1);
  auto future = ended.get_future();
  REQUIRE(future.wait_for(http_patience) == std::future_status::ready);
  CHECK(future.get() == 5);
}

TEST_CASE("requests that cannot be sent are refused at once") {
  auto client = make_client();
  auto refused = [&](http_request request) {
    auto future = start(*client, request);
    REQUIRE(future.wait_for(0s) == std::future_status::ready);
    auto problem = future.get().error();
    CHECK(problem.code == errc::bad_request);
    CHECK(http_call(request).error() == problem);
    return problem.detail;
  };
  for (auto url :
       {"", "ftp://127.0.0.1/", "file:///etc/passwd", "http://user:word@127.0.0.1/", "gopher://a/", "http://a b/"})
    refused(get(url));
  refused({"GE T", "http://127.0.0.1/", {}, ""});
  refused({"GET", "http://127.0.0.1/", {{"X-A", "v\r\nX-B: w"}}, ""});
  refused({"GET", "http://127.0.0.1/", {{"X-A: v\r\nX-B", "w"}}, ""});
  refused({"GET", "http://127.0.0.1/", {{"Host", "other"}}, ""});
  refused({"POST", "http://127.0.0.1/", {{"content-length", "1"}}, "xyz"});
  auto detail = refused({"GET", "http://127.0.0.1/", {{"X-Key", "secret\n"}}, ""});
  CHECK(detail.find("secret") == std::string::npos);
  detail = refused({"GET", "http://127.0.0.1/", {{"Idempotency-Key", std::string(1 << 20, 'k')}}, ""});
  CHECK(detail.find("bytes; at most 262144 are sent") != std::string::npos);
  refused(get("http://127.0.0.1/" + std::string(1 << 20, 'u')));
}

TEST_CASE("a call that is waited for") {
  std::string gone;
  {
    raw_http_server server{"127.0.0.2"};
    gone = server.url("/ok");
    auto answer = http_call(get(gone));
    REQUIRE(answer);
    CHECK(answer->body == "hello");
    CHECK(answer->peer_address == "127.0.0.2");
    CHECK(http_call(get(server.url("/status/500")))->status == 500);
    CHECK(http_call(get(server.url("/cut"))).error().detail == "closed after 100 of 200 bytes");
    auto request = get(server.url("/silent"));
    request.timeout = 100ms;
    CHECK(http_call(request).error().code == errc::timed_out);
  }
  CHECK(http_call(get(gone)).error().code == errc::network);
  CHECK(http_call(get(gone)).error().place == "connect");
}
