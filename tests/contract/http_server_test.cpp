#include <catch2/catch.hpp>
#include <rapidcheck.h>

#include <fcntl.h>
#include <sys/resource.h>

#include <atomic>
#include <condition_variable>
#include <cstdio>
#include <fstream>
#include <mutex>
#include <random>
#include <thread>
#include <vector>

#include "adapters/http_api/server.hpp"
#include "adapters/http_api/wire_format.hpp"
#include "adapters/json/json_reader.hpp"
#include "tests/support/raw_client.hpp"

using namespace vigie;
using namespace vigie::test;
using namespace std::chrono_literals;

namespace {

served_response text(std::string body) {
  served_response out;
  out.content_type = "text/plain";
  out.body = std::move(body);
  return out;
}

/// Answers what it was asked.
void echo(served_request request, http_server::responder respond) {
  respond(text(request.method + " " + request.path + " " + request.body));
}

std::unique_ptr<http_server> serve(http_server_config config, http_server::handler handler = echo) {
  auto server = serve_http(std::move(config), std::move(handler));
  REQUIRE(server);
  return std::move(*server);
}

std::unique_ptr<http_server> serve(http_server::handler handler = echo) {
  return serve(http_server_config{}, std::move(handler));
}

template <class F>
bool eventually(F&& f) {
  auto end = std::chrono::steady_clock::now() + 30s;
  while (!f()) {
    if (std::chrono::steady_clock::now() > end)
      return false;
    std::this_thread::sleep_for(5ms);
  }
  return true;
}

/// No byte of any connection with this port is under way or waits to be read.
bool everything_is_read(uint16_t port) {
  std::ifstream table{"/proc/net/tcp"};
  std::string line;
  std::getline(table, line); // the heading
  while (std::getline(table, line)) {
    unsigned number, local, remote, state, unsent, unread;
    if (std::sscanf(line.c_str(), " %u: %*8X:%X %*8X:%X %X %X:%X", &number, &local, &remote, &state, &unsent,
                    &unread) == 6 &&
        (local == port || remote == port) && unsent + unread > 0)
      return false;
  }
  return true;
}

/// Both ends of every connection are in this process.
void raise_descriptor_limit() {
  rlimit x{};
  REQUIRE(::getrlimit(RLIMIT_NOFILE, &x) == 0);
  x.rlim_cur = std::min<rlim_t>(x.rlim_max, 20000);
  REQUIRE(::setrlimit(RLIMIT_NOFILE, &x) == 0);
}

/// Keeps requests until the test answers them.
class parking_lot {
public:
  http_server::handler handler() {
    return [this](served_request, http_server::responder r) {
      std::lock_guard lock{guard_};
      parked_.push_back(std::move(r));
    };
  }
  size_t size() {
    std::lock_guard lock{guard_};
    return parked_.size();
  }
  std::vector<http_server::responder> take() {
    std::lock_guard lock{guard_};
    return std::exchange(parked_, {});
  }

private:
  std::mutex guard_;
  std::vector<http_server::responder> parked_;
};

void require_problem(const raw_answer& got, int status) {
  CAPTURE(got.body);
  REQUIRE(got.status == status);
  REQUIRE(got.headers.at("content-type") == "application/problem+json");
  auto doc = parse_json(got.body);
  REQUIRE(doc);
  for (auto name : {"type", "title", "status", "detail", "instance", "request_id"})
    REQUIRE(doc->root().find(name));
  REQUIRE(doc->root().find("status")->as_int() == status);
  REQUIRE(doc->root().find("request_id")->as_string() == got.headers.at("x-request-id"));
}

} // namespace

TEST_CASE("a request is answered, on a connection that stays") {
  auto server = serve();
  raw_client client{server->port()};
  for (int i = 0; i < 100; ++i) {
    auto got = client.ask(request_text("POST", "/a%20b/%C3%A9t%C3%A9?x=1", {}, "body " + std::to_string(i)));
    REQUIRE(got.status == 200);
    REQUIRE(got.body == "POST /a b/\xC3\xA9t\xC3\xA9 body " + std::to_string(i));
    REQUIRE(got.headers.at("x-request-id").size() == 16);
    REQUIRE(got.headers.count("date") == 1);
  }
}

TEST_CASE("the handler sees query, headers, peer and the client's request id") {
  std::mutex guard;
  served_request seen;
  auto server = serve([&](served_request request, http_server::responder respond) {
    std::lock_guard lock{guard};
    seen = request;
    respond(text("ok"));
  });
  raw_client client{server->port()};
  auto got =
      client.ask(request_text("GET", "/p?a=1&b=x%20y+z&a=2&c", "X-Request-Id: abc-1\r\nX-Two: 1\r\nx-two: 2\r\n"));
  REQUIRE(got.headers.at("x-request-id") == "abc-1");
  std::lock_guard lock{guard};
  REQUIRE(seen.query == std::map<std::string, std::string>{{"a", "2"}, {"b", "x y z"}, {"c", ""}});
  REQUIRE(seen.header("x-two") == "1, 2");
  REQUIRE(seen.peer.starts_with("127.0.0.1:"));
  REQUIRE(seen.request_id == "abc-1");
}

TEST_CASE("pipelined requests are answered in their order, whatever order the handler has") {
  parking_lot lot;
  auto server = serve([&](served_request request, http_server::responder respond) {
    std::thread{[path = request.path, respond] {
      if (path == "/0")
        std::this_thread::sleep_for(30ms); // the first is the slowest
      respond(text(path));
    }}.detach();
  });
  raw_client client{server->port()};
  std::string all;
  for (int i = 0; i < 50; ++i)
    all += request_text("GET", "/" + std::to_string(i));
  client.send(all);
  for (int i = 0; i < 50; ++i)
    REQUIRE(client.read_answer().body == "/" + std::to_string(i));
}

TEST_CASE("HEAD gets the headers of GET and no body") {
  auto server = serve([](served_request, http_server::responder respond) { respond(text("12345")); });
  raw_client client{server->port()};
  auto got = client.ask(request_text("HEAD", "/"), true);
  REQUIRE(got.status == 200);
  REQUIRE(got.headers.at("content-length") == "5");
  REQUIRE(client.ask(request_text("GET", "/")).body == "12345");
}

TEST_CASE("HTTP/1.0 and Connection: close end the connection after the answer") {
  auto server = serve();
  raw_client old{server->port()};
  REQUIRE(old.ask("GET /x HTTP/1.0\r\n\r\n").status == 200);
  REQUIRE(old.is_closed());
  raw_client closing{server->port()};
  auto got = closing.ask(request_text("GET", "/x", "Connection: close\r\n"));
  REQUIRE(got.headers.at("connection") == "close");
  REQUIRE(closing.is_closed());
}

TEST_CASE("chunked bodies and Expect: 100-continue are understood") {
  auto server = serve();
  raw_client client{server->port()};
  auto got =
      client.ask("POST /c HTTP/1.1\r\nHost: h\r\nTransfer-Encoding: chunked\r\n\r\n3\r\nabc\r\n2\r\nde\r\n0\r\n\r\n");
  REQUIRE(got.body == "POST /c abcde");
  REQUIRE(client.ask("POST /e HTTP/1.1\r\nHost: h\r\nContent-Length: 3\r\nExpect: 100-continue\r\n\r\n").status == 100);
  REQUIRE(client.ask("xyz").body == "POST /e xyz");
}

TEST_CASE("what is not HTTP is answered 400 and the connection closed") {
  auto server = serve();
  auto bad = std::vector<std::string>{
      "hello\r\n\r\n",
      "GET / HTTP/9.9\r\nHost: h\r\n\r\n",
      "GET / HTTP/1.1\r\n\r\n",                                   // no Host
      "GET /%zz HTTP/1.1\r\nHost: h\r\n\r\n",                     //
      "GET /%00 HTTP/1.1\r\nHost: h\r\n\r\n",                     //
      "GET nowhere HTTP/1.1\r\nHost: h\r\n\r\n",                  //
      "GET / HTTP/1.1\r\nHost: h\r\nno colon here\r\n\r\n",       //
      "POST / HTTP/1.1\r\nHost: h\r\nContent-Length: -1\r\n\r\n", //
      "POST / HTTP/1.1\r\nHost: h\r\nContent-Length: 3\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n",
      "POST / HTTP/1.1\r\nHost: h\r\nTransfer-Encoding: chunked\r\n\r\nzz\r\n",
  };
  for (const auto& bytes : bad) {
    CAPTURE(bytes);
    raw_client client{server->port()};
    require_problem(client.ask(bytes), 400);
    REQUIRE(client.is_closed());
  }
  raw_client cut{server->port()};
  cut.send("POST / HTTP/1.1\r\nHost: h\r\nContent-Length: 10\r\n\r\nabc");
  cut.finish_sending();
  require_problem(cut.read_answer(), 400);
}

TEST_CASE("bodies and headers above the limits are refused") {
  http_server_config config;
  config.max_body_bytes = 1000;
  config.max_header_bytes = 2000;
  auto server = serve(config);
  raw_client exact{server->port()};
  REQUIRE(exact.ask(request_text("POST", "/", {}, std::string(1000, 'x'))).status == 200);
  raw_client declared{server->port()};
  require_problem(declared.ask("POST / HTTP/1.1\r\nHost: h\r\nContent-Length: 1001\r\n\r\n"), 413);
  raw_client uploading{server->port()}; // the whole body is on its way: the answer must survive that
  require_problem(uploading.ask(request_text("POST", "/", {}, std::string(300000, 'x'))), 413);
  raw_client chunked{server->port()};
  auto chunk = "400\r\n" + std::string(1024, 'y') + "\r\n";
  require_problem(chunked.ask("POST / HTTP/1.1\r\nHost: h\r\nTransfer-Encoding: chunked\r\n\r\n" + chunk), 413);
  raw_client headers{server->port()};
  require_problem(headers.ask(request_text("GET", "/", "X-Long: " + std::string(3000, 'h') + "\r\n")), 431);
  raw_client target{server->port()};
  require_problem(target.ask(request_text("GET", "/" + std::string(3000, 't'))), 431);
}

TEST_CASE("large bodies are bounded over all connections") {
  http_server_config config;
  config.max_buffered_bytes = 100000;
  auto server = serve(config);
  raw_client first{server->port()};
  first.send("POST / HTTP/1.1\r\nHost: h\r\nContent-Length: 90001\r\n\r\n" + std::string(90000, 'a'));
  // While it is still growing, another body could take the room that it needs.
  REQUIRE(eventually([&] { return everything_is_read(server->port()); }));
  raw_client refused{server->port()};
  require_problem(refused.ask(request_text("POST", "/", {}, std::string(50000, 'b'))), 503);
  raw_client second{server->port()};
  REQUIRE(second.ask(request_text("POST", "/", {}, std::string(2000, 'b'))).status == 200); // small ones always pass
  REQUIRE(first.ask("a").status == 200);
  REQUIRE(second.ask(request_text("POST", "/", {}, std::string(50000, 'b'))).status == 200);
}

TEST_CASE("more requests outstanding than allowed are answered 429 with Retry-After") {
  parking_lot lot;
  http_server_config config;
  config.max_pending = 2;
  auto server = serve(config, lot.handler());
  raw_client a{server->port()}, b{server->port()}, c{server->port()};
  a.send(request_text("GET", "/a"));
  b.send(request_text("GET", "/b"));
  REQUIRE(eventually([&] { return lot.size() == 2; }));
  auto refused = c.ask(request_text("GET", "/c"));
  require_problem(refused, 429);
  REQUIRE(refused.headers.at("retry-after") == "1");
  for (auto& respond : lot.take())
    respond(text("done"));
  REQUIRE(a.read_answer().body == "done");
  REQUIRE(b.read_answer().body == "done");
  c.send(request_text("GET", "/c")); // the same connection is of use again
  REQUIRE(eventually([&] { return lot.size() == 1; }));
  lot.take().front()(text("now"));
  REQUIRE(c.read_answer().body == "now");
}

TEST_CASE("a connection above the limit is answered 503; a place that gets free is used") {
  http_server_config config;
  config.max_connections = 3;
  auto server = serve(config);
  std::vector<raw_client> held;
  for (int i = 0; i < 3; ++i) {
    held.emplace_back(server->port());
    REQUIRE(held.back().ask(request_text("GET", "/")).status == 200);
  }
  raw_client extra{server->port()};
  auto refused = extra.read_answer();
  require_problem(refused, 503);
  REQUIRE(refused.headers.at("retry-after") == "1");
  REQUIRE(extra.is_closed());
  held.pop_back();
  REQUIRE(eventually([&] {
    raw_client again{server->port()};
    return again.ask(request_text("GET", "/")).status == 200;
  }));
}

TEST_CASE("a slow request is ended with 408 and an idle connection without a word") {
  http_server_config config;
  config.read_timeout = 300ms;
  auto server = serve(config);
  raw_client idle{server->port()};
  raw_client loris{server->port()};
  std::string_view drip = "GET / HTTP/1.1\r\nHost: h\r\nX-Drip: ddddddddddddddddddddddddddddddddddddddddddddddddddddd";
  size_t sent = 0;
  while (sent < drip.size() && loris.send(drip.substr(sent, 1))) { // each byte comes in time, the request does not
    ++sent;
    std::this_thread::sleep_for(10ms);
  }
  require_problem(loris.read_answer(), 408);
  REQUIRE(loris.is_closed());
  REQUIRE(idle.is_closed());
  raw_client next{server->port()};
  REQUIRE(next.ask(request_text("GET", "/")).status == 200);
}

TEST_CASE("an answer may take longer than the read time-out; a client that takes none is let go") {
  http_server_config config;
  config.read_timeout = 100ms;
  auto server = serve(config, [](served_request request, http_server::responder respond) {
    auto out = text(request.path == "/big" ? std::string(64 << 20, 'b') : "late");
    if (request.path == "/late")
      out.delay = 400ms;
    respond(std::move(out));
  });
  raw_client late{server->port()};
  REQUIRE(late.ask(request_text("GET", "/late")).body == "late");
  raw_client stuck{server->port()};
  stuck.send(request_text("GET", "/big"));
  std::this_thread::sleep_for(500ms); // reads nothing for longer than it may
  REQUIRE_FALSE(stuck.read_answer().whole);
}

TEST_CASE("answers can be made to go wrong") {
  http_server_config config;
  config.max_pending = 2;
  auto server = serve(config, [](served_request request, http_server::responder respond) {
    auto out = text("0123456789");
    if (request.path == "/cut")
      out.truncate_at = 4;
    if (request.path == "/close")
      out.close_unanswered = true;
    respond(std::move(out));
  });
  raw_client cut{server->port()};
  auto got = cut.ask(request_text("GET", "/cut"));
  REQUIRE(got.headers.at("content-length") == "10");
  REQUIRE(got.body == "0123");
  REQUIRE_FALSE(got.whole);
  // More of them than may wait for their answer at the same time: none is left counted, and none is counted twice.
  for (int i = 0; i < 5; ++i) {
    raw_client closed{server->port()};
    closed.send(request_text("GET", "/close"));
    REQUIRE(closed.is_closed());
  }
  raw_client after{server->port()};
  REQUIRE(after.ask(request_text("GET", "/")).status == 200);
}

TEST_CASE("a responder that is dropped, and a handler that throws, are answered 500") {
  auto server = serve([](served_request request, http_server::responder) {
    if (request.path == "/throw")
      throw std::runtime_error{"in the handler"};
  });
  raw_client client{server->port()};
  require_problem(client.ask(request_text("GET", "/drop")), 500);
  require_problem(client.ask(request_text("GET", "/throw")), 500);
}

TEST_CASE("a header value cannot start a header of its own") {
  auto server = serve([](served_request, http_server::responder respond) {
    auto out = text("x");
    out.headers["Location"] = "/a\r\nX-Evil: 1";
    respond(std::move(out));
  });
  raw_client client{server->port()};
  auto got = client.ask(request_text("GET", "/"));
  REQUIRE(got.headers.count("x-evil") == 0);
  REQUIRE(got.headers.at("location") == "/aX-Evil: 1");
}

TEST_CASE("a responder may outlive its client and its server") {
  parking_lot lot;
  auto server = serve(lot.handler());
  {
    raw_client gone{server->port()};
    gone.send(request_text("GET", "/"));
    REQUIRE(eventually([&] { return lot.size() == 1; }));
  }
  raw_client waiting{server->port()};
  waiting.send(request_text("GET", "/"));
  REQUIRE(eventually([&] { return lot.size() == 2; }));
  auto parked = lot.take();
  parked[0](text("to nobody"));
  server.reset();
  parked[1](text("too late"));
  REQUIRE(waiting.is_closed());
}

TEST_CASE("drain lets answers under way finish and takes no more clients") {
  parking_lot lot;
  auto server = serve(lot.handler());
  auto port = server->port();
  raw_client idle{port}, busy{port};
  busy.send(request_text("GET", "/"));
  REQUIRE(eventually([&] { return lot.size() == 1; }));
  std::atomic<bool> drained{false};
  std::thread drainer{[&] {
    server->drain(30s);
    drained = true;
  }};
  REQUIRE(idle.is_closed());
  REQUIRE_FALSE(drained);
  lot.take().front()(text("done"));
  auto got = busy.read_answer();
  REQUIRE(got.body == "done");
  REQUIRE(got.headers.at("connection") == "close");
  drainer.join();
  REQUIRE_FALSE(raw_client{port}.connected());
}

TEST_CASE("drain gives up at its deadline") {
  parking_lot lot;
  auto server = serve(lot.handler());
  raw_client busy{server->port()};
  busy.send(request_text("GET", "/"));
  REQUIRE(eventually([&] { return lot.size() == 1; }));
  server->drain(50ms);
  REQUIRE(busy.is_closed());
}

TEST_CASE("a port that is taken is a conflict, and a name is not an address") {
  auto server = serve();
  http_server_config config;
  config.port = server->port();
  auto second = serve_http(config, echo);
  REQUIRE_FALSE(second);
  REQUIRE(second.error().code == errc::conflict);
  config.address = "not an address";
  REQUIRE(serve_http(config, echo).error().code == errc::bad_config);
}

TEST_CASE("a port is taken before anybody is served there, and who came early is served then") {
  auto server = listen_http({});
  REQUIRE(server);
  http_server_config same;
  same.port = (*server)->port();
  REQUIRE(listen_http(same).error().code == errc::conflict);
  raw_client early{(*server)->port()};
  early.send(request_text("GET", "/early"));
  (*server)->serve(echo);
  REQUIRE(early.read_answer().status == 200);
  auto unserved = listen_http({});
  REQUIRE(unserved);
  (*unserved)->drain(50ms); // ends, too
}

TEST_CASE("two thousand connections are served together") {
  raise_descriptor_limit();
  http_server_config config;
  config.max_connections = 3000;
  auto server = serve(config);
  std::vector<raw_client> clients;
  for (int i = 0; i < 2000; ++i) {
    clients.emplace_back(server->port());
    REQUIRE(clients.back().connected());
  }
  for (auto& c : clients)
    REQUIRE(c.send(request_text("GET", "/x")));
  for (auto& c : clients)
    REQUIRE(c.read_answer().status == 200);
}

TEST_CASE("ten thousand connections at once leave the server standing") {
  raise_descriptor_limit();
  auto server = serve();
  std::vector<raw_client> clients;
  clients.reserve(10000);
  for (int i = 0; i < 10000; ++i)
    clients.emplace_back(server->port());
  clients.clear();
  REQUIRE(eventually([&] {
    raw_client c{server->port()};
    return c.ask(request_text("GET", "/")).status == 200;
  }));
}

TEST_CASE("without descriptors the server waits and goes on") {
  auto server = serve();
  raw_client early{server->port()};
  REQUIRE(early.ask(request_text("GET", "/")).status == 200);
  rlimit before{};
  REQUIRE(::getrlimit(RLIMIT_NOFILE, &before) == 0);
  auto lowest = ::open("/dev/null", O_RDONLY | O_CLOEXEC);
  ::close(lowest);
  auto tight = before;
  tight.rlim_cur = static_cast<rlim_t>(lowest) + 1; // one more: the client's
  REQUIRE(::setrlimit(RLIMIT_NOFILE, &tight) == 0);
  raw_client late{server->port()}; // the server has no descriptor for its end
  auto at_limit = ::dup(lowest) < 0 && errno == EMFILE;
  late.send(request_text("GET", "/"));
  auto early_status = early.ask(request_text("GET", "/")).status;
  auto late_status = late.read_answer(false, 250ms).status;
  REQUIRE(::setrlimit(RLIMIT_NOFILE, &before) == 0);
  REQUIRE(at_limit);
  REQUIRE(early_status == 200);
  REQUIRE(late_status == 0);
  REQUIRE(late.read_answer().status == 200);
}

TEST_CASE("random bytes never take the server down") {
  http_server_config config;
  config.read_timeout = 200ms;
  auto server = serve(config);
  std::mt19937_64 random{Catch::rngSeed() + 1};
  auto seeds =
      std::vector<std::string>{request_text("GET", "/a?b=c"), request_text("POST", "/x", {}, "0123456789"),
                               "POST / HTTP/1.1\r\nHost: h\r\nTransfer-Encoding: chunked\r\n\r\n3\r\nabc\r\n0\r\n\r\n"};
  for (int i = 0; i < 500; ++i) {
    auto bytes = i % 4 ? seeds[random() % seeds.size()] : std::string(random() % 600, ' ');
    for (auto flips = i % 4 ? 1 + random() % 6 : bytes.size(); flips > 0 && !bytes.empty(); --flips)
      bytes[random() % bytes.size()] = static_cast<char>(random());
    raw_client client{server->port()};
    client.send(bytes);
    client.finish_sending();
    if (i % 8 == 0)
      client.read_answer();
  }
  raw_client after{server->port()};
  REQUIRE(after.ask(request_text("GET", "/")).status == 200);
}

TEST_CASE("a path that was percent-encoded comes back as it was") {
  REQUIRE(rc::check("parse_target undoes percent-encoding", [] {
    auto raw = *rc::gen::container<std::string>(rc::gen::inRange<char>(32, 126));
    std::string encoded = "/";
    for (unsigned char c : raw) {
      char hex[4];
      std::snprintf(hex, sizeof hex, "%%%02x", c);
      encoded += hex;
    }
    auto target = parse_target(encoded + "?q=" + encoded.substr(1));
    RC_ASSERT(target.has_value());
    RC_ASSERT(target->segments == std::vector<std::string>{raw});
    RC_ASSERT(target->query.at("q") == raw);
  }));
}
