// A loop that was held up (its process was stopped, a callback took long) looks late at its sockets and at its clock:
// what a site has said meanwhile is an answer, whatever the time-out says by now.
#include <atomic>
#include <future>
#include <vector>

#include <catch2/catch.hpp>

#include "adapters/curl/curl_loop.hpp"
#include "tests/fakes/raw_http_server.hpp"
#include "tests/support/http_calls.hpp"

using namespace vigie;
using namespace std::chrono_literals;
using fakes::raw_http_server;

namespace {

using clock_type = std::chrono::steady_clock;

/// Holds the one loop of a client up, in the callback of a request of its own, from its making until `go_on`.
class hold_up {
public:
  hold_up(http_client& client, const std::string& url) {
    client.fetch(get(url), [began = began_, go = go_](result<http_response>) {
      began->set_value();
      go->get_future().wait();
    });
    REQUIRE(began_->get_future().wait_for(http_patience) == std::future_status::ready);
  }
  ~hold_up() { go_on(); }

  void go_on() {
    if (!std::exchange(gone_on_, true))
      go_->set_value();
  }

private:
  std::shared_ptr<std::promise<void>> began_ = std::make_shared<std::promise<void>>();
  std::shared_ptr<std::promise<void>> go_ = std::make_shared<std::promise<void>>();
  bool gone_on_ = false;
};

curl_http_config one_loop() {
  auto out = loopback();
  out.loops = 1;
  return out;
}

bool is_ready(const std::future<result<http_response>>& x) {
  return x.wait_for(0s) == std::future_status::ready;
}

/// What comes of requests that are all under way when the loop is held up until the time-out of each has passed; what
/// the server holds back it says meanwhile.
std::vector<result<http_response>> held_up_over(const std::vector<std::string>& paths, duration& timeout) {
  // A time-out that passes before the loop is held up shows nothing: once more, with more time.
  for (timeout = 300ms;; timeout *= 2) {
    REQUIRE(timeout < http_patience);
    raw_http_server server;
    auto client = make_client(one_loop());
    std::vector<std::future<result<http_response>>> all;
    for (const auto& path : paths) {
      auto request = get(server.url(path));
      request.timeout = timeout;
      all.push_back(start(*client, request));
    }
    wait_until([&] { return server.requests() == static_cast<int>(paths.size()); });
    hold_up held{*client, server.url("/empty")};
    if (std::any_of(all.begin(), all.end(), is_ready))
      continue;
    server.let_go();
    wait_until([&] { return server.answers() == server.requests(); });
    auto passed = clock_type::now() + timeout + 500ms;
    wait_until([&] { return clock_type::now() > passed; });
    held.go_on();
    std::vector<result<http_response>> out;
    for (auto& x : all)
      out.push_back(outcome(x));
    return out;
  }
}

} // namespace

TEST_CASE("an answer that came while the loop was held up beyond the time-out is an answer") {
  duration timeout;
  auto all = held_up_over({"/held/status/403", "/held/status/429", "/held/ok"}, timeout);
  for (const auto& x : all)
    REQUIRE(x);
  CHECK(all[0]->status == 403);
  CHECK(all[1]->status == 429);
  CHECK(all[2]->body == "hello");
}

TEST_CASE("a page of which a part came while the loop was held up is read to its end") {
  // More than a socket holds: the server can send the rest only when the loop reads again.
  constexpr size_t bytes = 9 << 20;
  for (duration timeout{300};; timeout *= 2) {
    REQUIRE(timeout < http_patience);
    raw_http_server server;
    auto client = make_client(one_loop());
    auto request = get(server.url("/held/bytes/" + std::to_string(bytes)));
    request.timeout = timeout;
    auto page = start(*client, request);
    wait_until([&] { return server.requests() == 1; });
    hold_up held{*client, server.url("/empty")};
    if (is_ready(page))
      continue;
    server.let_go();
    auto passed = clock_type::now() + timeout + 500ms;
    wait_until([&] { return clock_type::now() > passed; });
    held.go_on();
    CHECK(body_of(outcome(page)).size() == bytes);
    break;
  }
}

TEST_CASE("a request without an answer ends with its time-out, however late the loop looks") {
  duration timeout;
  auto all = held_up_over({"/held/status/403", "/silent"}, timeout);
  CHECK(all[0]);
  REQUIRE_FALSE(all[1]);
  CHECK(all[1].error() ==
        error{errc::timed_out, "no complete answer within " + std::to_string(timeout.count()) + " ms", {}});
}

TEST_CASE("a request that was sent while its time-out passed still has a moment for its answer") {
  raw_http_server server;
  auto client = make_client(one_loop());
  auto request = get(server.url("/status/403"));
  request.timeout = 200ms;
  std::promise<result<http_response>> heard;
  client->fetch(
      request, [&](result<http_response> x) { heard.set_value(std::move(x)); },
      [by = clock_type::now() + 1s] {
        while (clock_type::now() < by) {
        }
        return true;
      });
  auto future = heard.get_future();
  auto answer = outcome(future);
  REQUIRE(answer);
  CHECK(answer->status == 403);
  CHECK(server.requests() == 1);
}

TEST_CASE("what came while the loop was held up is heard before anything more is sent") {
  raw_http_server server;
  auto client = make_client(one_loop());
  std::atomic<bool> heard{false};
  client->fetch(get(server.url("/held/status/403")), [&](result<http_response> x) { heard = x && x->status == 403; });
  wait_until([&] { return server.requests() == 1; });
  hold_up held{*client, server.url("/ok")}; // on a second connection, which is kept for the next request
  std::promise<bool> knew;
  client->fetch(
      get(server.url("/ok")), [](const result<http_response>&) {},
      [&] {
        knew.set_value(heard);
        return true;
      });
  server.let_go();
  wait_until([&] { return server.answers() == server.requests(); });
  auto late = clock_type::now() + 2 * held_up_from;
  wait_until([&] { return clock_type::now() > late; });
  held.go_on();
  auto future = knew.get_future();
  REQUIRE(future.wait_for(http_patience) == std::future_status::ready);
  CHECK(future.get());
  CHECK(server.connections() == 2);
}

TEST_CASE("a request that waits for a connection of its host waits within its own time-out") {
  raw_http_server server;
  auto config = one_loop();
  config.max_connections_per_host = 1;
  auto client = make_client(config);
  auto request = get(server.url("/silent"));
  auto first = start(*client, request);
  wait_until([&] { return server.requests() == 1; });
  request.timeout = 200ms;
  auto second = start(*client, request);
  auto answer = outcome(second);
  CHECK_FALSE(is_ready(first));
  REQUIRE_FALSE(answer);
  CHECK(answer.error() == error{errc::timed_out, "no connection within 200 ms", "connect"});
  CHECK(server.requests() == 1);
}

TEST_CASE("a request whose kept connection breaks under it is not sent a second time") {
  for (bool with_leave : {false, true}) {
    raw_http_server server;
    auto client = make_client(one_loop());
    REQUIRE(fetch(*client, get(server.url("/ok"))));
    int asked = 0;
    std::promise<result<http_response>> heard;
    // On the connection of the first one, which the server closes when it has read the request.
    client->fetch(
        get(server.url("/close")), [&](result<http_response> x) { heard.set_value(std::move(x)); },
        with_leave ? http_client::departure{[&] { return ++asked > 0; }} : http_client::departure{});
    auto future = heard.get_future();
    auto answer = outcome(future);
    REQUIRE_FALSE(answer);
    CHECK(answer.error() == error{errc::network, "closed without an answer", {}});
    CHECK(server.requests() == 2);
    CHECK(asked == (with_leave ? 1 : 0));
  }
}
