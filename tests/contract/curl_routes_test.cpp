// What a request is sent over: loops, sockets, HTTP/2 over TLS, certificates and proxies of its own.
#include <filesystem>
#include <fstream>
#include <map>
#include <set>
#include <vector>

#include <sys/socket.h>
#include <unistd.h>

#include <catch2/catch.hpp>

#include "adapters/curl/socket_watch.hpp"
#include "tests/fakes/raw_http_server.hpp"
#include "tests/support/http_calls.hpp"
#include "tests/support/nginx.hpp"

using namespace vigie;
using fakes::raw_http_server;

namespace {

const scratch_folder& certificates() {
  static const scratch_folder out;
  static const bool made = (make_certificates(out), true);
  static_cast<void>(made);
  return out;
}

http_request with_ca(const std::string& url, const std::string& file) {
  auto out = get(url);
  out.ca_pem = certificates().read(file);
  REQUIRE_FALSE(out.ca_pem.empty());
  return out;
}

/// Of all epoll instances of this process (proc(5)).
size_t watched_descriptors() {
  size_t out = 0;
  for (const auto& x : std::filesystem::directory_iterator{"/proc/self/fdinfo"}) {
    std::ifstream in{x.path()};
    for (std::string line; std::getline(in, line);)
      out += line.starts_with("tfd:") ? 1 : 0;
  }
  return out;
}

http_request through(const std::string& proxy, const std::string& url) {
  auto out = get(url);
  out.proxy = proxy;
  return out;
}

} // namespace

TEST_CASE("each host has one loop, and the hosts are spread over all") {
  constexpr size_t hosts = 12;
  std::vector<std::unique_ptr<raw_http_server>> servers;
  for (size_t i = 1; i <= hosts; ++i)
    servers.push_back(std::make_unique<raw_http_server>("127.0.0." + std::to_string(i)));
  auto config = loopback({"127.0.0.0/8"});
  config.loops = 3;
  auto client = make_client(config);
  std::mutex mutex;
  std::map<int, std::set<std::thread::id>> threads;
  std::atomic<size_t> good{0};
  for (int round = 0; round < 4; ++round) {
    for (const auto& x : servers)
      client->fetch(get(x->url("/ok")), [&, port = x->port()](result<http_response> answer) {
        std::lock_guard guard{mutex};
        threads[port].insert(std::this_thread::get_id());
        good += answer && answer->body == "hello" ? 1 : 0;
      });
    wait_until([&] { return good == static_cast<size_t>(round + 1) * hosts; });
  }
  std::set<std::thread::id> all;
  for (const auto& [port, of_host] : threads) {
    CHECK(of_host.size() == 1);
    all.insert(of_host.begin(), of_host.end());
  }
  CHECK(all.size() == 3);
  for (const auto& x : servers)
    CHECK(x->connections() == 1);
}

TEST_CASE("a socket stays registered between requests, and is taken out when its server closes it") {
  int ends[2];
  REQUIRE(::socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, ends) == 0);
  socket_watch watch;
  int heard = 0;
  auto look = [&] { watch.wait(0, [&](int fd, uint32_t events) { heard += fd == ends[0] && events == EPOLLIN; }); };
  watch.opened(ends[0]);
  for (int request = 1; request <= 3; ++request) {
    watch.want(ends[0], EPOLLIN);
    REQUIRE(::write(ends[1], "x", 1) == 1);
    look();
    CHECK(heard == request);
    char byte = 0;
    REQUIRE(::read(ends[0], &byte, 1) == 1);
    watch.want(ends[0], 0);
    look();
  }
  CHECK(watch.changes() == 1);
  // The end of an idle one is met once, and never again.
  ::close(ends[1]);
  look();
  CHECK(watch.changes() == 2);
  look();
  CHECK(watch.changes() == 2);
  CHECK(heard == 3);
  // A successor with the same number starts anew.
  watch.closed(ends[0]);
  ::close(ends[0]);
  REQUIRE(::socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, ends) == 0);
  watch.opened(ends[0]);
  watch.want(ends[0], EPOLLIN);
  REQUIRE(::write(ends[1], "x", 1) == 1);
  look();
  CHECK(heard == 4);
  watch.closed(ends[0]);
  ::close(ends[0]);
  ::close(ends[1]);
}

TEST_CASE("the kernel goes on watching a connection that is kept") {
  raw_http_server server;
  auto client = make_client();
  auto before = watched_descriptors();
  for (int i = 0; i < 3; ++i) {
    REQUIRE(fetch(*client, get(server.url("/ok"))));
    CHECK(watched_descriptors() == before + 1);
  }
}

TEST_CASE("a request after the server closed the idle connection gets a new one") {
  auto server = std::make_unique<raw_http_server>();
  auto client = make_client();
  for (int i = 0; i < 2; ++i) {
    CHECK(fetch(*client, get(server->url("/ok"))));
    // Answered, and closed behind it.
    CHECK_FALSE(fetch(*client, get(server->url("/close"))));
  }
  CHECK(fetch(*client, get(server->url("/ok"))));
}

TEST_CASE("a request is asked for leave when its connection is there; without it the server sees none") {
  raw_http_server server;
  auto client = make_client();
  for (bool may : {true, true, false, true}) { // the second one on the first one's connection
    auto before = server.requests();
    int seen = -1;
    std::promise<result<http_response>> heard;
    client->fetch(
        get(server.url("/ok")), [&](result<http_response> x) { heard.set_value(std::move(x)); },
        [&, may] {
          seen = server.requests();
          return may;
        });
    auto future = heard.get_future();
    auto answer = outcome(future);
    CHECK(seen == before);
    CHECK(server.requests() == before + (may ? 1 : 0));
    if (may)
      CHECK(body_of(answer) == "hello");
    else
      CHECK(answer.error().code == errc::cancelled);
  }
  // Who finds nobody there has not left.
  std::atomic<int> left{0};
  std::promise<result<http_response>> heard;
  client->fetch(
      get("http://127.0.0.1:1/"), [&](result<http_response> x) { heard.set_value(std::move(x)); },
      [&] {
        ++left;
        return true;
      });
  auto future = heard.get_future();
  CHECK(outcome(future).error().code == errc::network);
  CHECK(left == 0);
}

TEST_CASE("HTTP/2 over TLS: requests share one connection") {
  nginx_server server{certificates(), true};
  auto client = make_client();
  std::vector<std::future<result<http_response>>> all;
  for (int i = 0; i < 8; ++i)
    all.push_back(start(*client, with_ca(server.url("/who"), "ca.pem")));
  std::set<std::string> said;
  for (auto& x : all) {
    said.insert(body_of(outcome(x)));
  }
  said.insert(body_of(fetch(*client, with_ca(server.url("/who"), "ca.pem"))));
  REQUIRE(said.size() == 1);
  CHECK(said.begin()->rfind("HTTP/2.0 ", 0) == 0);
}

TEST_CASE("a connection made under one request's certificates serves no other") {
  nginx_server server{certificates(), true};
  auto client = make_client();
  auto url = server.url("/who");
  auto refused = [&](http_request request) {
    auto own = !request.ca_pem.empty();
    auto answer = fetch(*client, std::move(request));
    REQUIRE_FALSE(answer);
    CHECK(answer.error().code == errc::bad_certificate);
    CHECK(answer.error().place == http_client::never_connected);
    CHECK(answer.error().detail.rfind("TLS: the certificate is not accepted (", 0) == 0);
    CHECK(answer.error().detail.find(own ? "by the configured ca_file" : "no ca_file is configured") !=
          std::string::npos);
  };
  auto first = body_of(fetch(*client, with_ca(url, "ca.pem")));
  refused(get(url));
  refused(with_ca(url, "other.pem"));
  refused(get(url));
  // The first one is still open, and serves its like.
  CHECK(body_of(fetch(*client, with_ca(url, "ca.pem"))) == first);
  auto broken = get(url);
  broken.ca_pem = "no certificate";
  auto answer = fetch(*client, broken);
  REQUIRE_FALSE(answer);
  CHECK(answer.error().code == errc::bad_certificate);
}

TEST_CASE("a certificate is for its name") {
  nginx_server server{certificates(), true};
  raw_http_server proxy;
  auto port = std::to_string(server.port());
  auto client = make_client();
  CHECK(fetch(*client, with_ca("https://localhost:" + port + "/who", "ca.pem")));
  // The proxy leads to the same server, whatever the name.
  auto request = with_ca("https://elsewhere.invalid:" + port + "/who", "ca.pem");
  request.proxy = proxy.url("");
  auto answer = fetch(*client, request);
  REQUIRE_FALSE(answer);
  CHECK(answer.error().code == errc::bad_certificate);
  CHECK(answer.error().detail.find("certificate") != std::string::npos);
}

TEST_CASE("a proxy of the request's own: the guard is asked for its address, and it finds the site") {
  raw_http_server proxy;
  raw_http_server other;
  auto port = std::to_string(proxy.port());
  auto client = make_client(loopback({"127.0.0.1:" + port}));
  auto answer = fetch(*client, through(proxy.url(""), "http://site.invalid/echo"));
  REQUIRE(answer);
  CHECK(answer->body.rfind("GET http://site.invalid/echo HTTP/1.1\r\n", 0) == 0);
  CHECK(answer->body.find("Host: site.invalid\r\n") != std::string::npos);
  CHECK(answer->peer_address == "127.0.0.1");

  auto blocked = fetch(*client, through(other.url("/"), "http://site.invalid/ok"));
  REQUIRE_FALSE(blocked);
  CHECK(blocked.error().code == errc::blocked_address);
  CHECK(blocked.error().detail ==
        "the proxy: 127.0.0.1 port " + std::to_string(other.port()) + " (loopback) is not in allow_private");
  CHECK(other.connections() == 0);

  // Without one, the same client goes to the site itself, over a connection of its own.
  auto direct = fetch(*client, get(proxy.url("/echo")));
  REQUIRE(direct);
  CHECK(direct->body.rfind("GET /echo HTTP/1.1\r\n", 0) == 0);
  CHECK(proxy.connections() == 2);
}

TEST_CASE("a proxy has no user name, no other scheme and nothing behind it; the secret is not said") {
  raw_http_server site;
  auto client = make_client();
  for (std::string proxy : {"http://me:sesame@127.0.0.1:3128", "http://me@127.0.0.1:3128", "https://127.0.0.1:3128",
                            "socks5://127.0.0.1:1080", "http://127.0.0.1:3128/path", "127.0.0.1:3128", "nonsense"}) {
    CAPTURE(proxy);
    auto answer = fetch(*client, through(proxy, site.url("/ok")));
    REQUIRE_FALSE(answer);
    CHECK(answer.error().code == errc::bad_request);
    CHECK(answer.error().detail.rfind("the proxy: ", 0) == 0);
    CHECK(answer.error().detail.find("sesame") == std::string::npos);
  }
  CHECK(site.connections() == 0);
}

TEST_CASE("https goes through a proxy end to end") {
  nginx_server server{certificates(), true};
  raw_http_server proxy;
  auto client = make_client(loopback({"127.0.0.1:" + std::to_string(proxy.port())}));
  auto request = with_ca("https://localhost:" + std::to_string(server.port()) + "/who", "ca.pem");
  request.proxy = proxy.url("");
  auto answer = fetch(*client, request);
  REQUIRE(answer);
  CHECK(answer->status == 200);
  CHECK(answer->body.rfind("HTTP/2.0 ", 0) == 0);
  CHECK_FALSE(answer->headers.contains("x-proxy"));
  CHECK(proxy.connections() == 1);
  // The same site without the proxy is not allowed here, and its tunnel is not used for it.
  request.proxy.clear();
  CHECK(fetch(*client, request).error().code == errc::blocked_address);
}
