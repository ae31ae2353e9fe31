// Calling an HTTP client and waiting for what it says, for its tests.
#pragma once

#include <chrono>
#include <future>
#include <memory>
#include <string>
#include <thread>
#include <vector>

#include <catch2/catch.hpp>

#include "adapters/curl/curl_http_client.hpp"

namespace vigie {

constexpr std::chrono::seconds http_patience{30};

inline curl_http_config loopback(const std::vector<std::string>& allowed = {"127.0.0.1"}) {
  curl_http_config out;
  out.guard = *address_guard::parse(allowed);
  out.user_agent = "test-agent/1";
  return out;
}

inline std::unique_ptr<http_client> make_client(curl_http_config config = loopback()) {
  auto out = make_curl_http_client(std::move(config));
  REQUIRE(out);
  return std::move(*out);
}

inline http_request get(std::string url) {
  http_request out;
  out.url = std::move(url);
  return out;
}

inline std::future<result<http_response>> start(http_client& client, http_request request) {
  auto promise = std::make_shared<std::promise<result<http_response>>>();
  auto out = promise->get_future();
  client.fetch(std::move(request), [promise](result<http_response> x) { promise->set_value(std::move(x)); });
  return out;
}

inline result<http_response> outcome(std::future<result<http_response>>& x) {
  REQUIRE(x.wait_for(http_patience) == std::future_status::ready);
  return x.get();
}

inline result<http_response> fetch(http_client& client, http_request request) {
  auto future = start(client, std::move(request));
  return outcome(future);
}

inline std::string body_of(const result<http_response>& x) {
  if (!x)
    FAIL(x.error().detail);
  return x->body;
}

template <class F>
void wait_until(F condition) {
  auto deadline = std::chrono::steady_clock::now() + http_patience;
  while (!condition()) {
    REQUIRE(std::chrono::steady_clock::now() < deadline);
    std::this_thread::sleep_for(std::chrono::milliseconds{1});
  }
}

} // namespace vigie
