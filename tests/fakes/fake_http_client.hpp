// The http_client port with scripted answers.
#pragma once

#include <deque>
#include <functional>
#include <mutex>
#include <string>
#include <string_view>
#include <vector>

#include "adapters/ports/http_client.hpp"

namespace vigie::fakes {

/// Answers by the first-found rule whose text is part of the URL, newest rule first. Without a rule: errc::network.
/// Callbacks run inside fetch, or, while held, inside release. Thread-safe; callbacks run without the lock.
class fake_http_client : public http_client {
public:
  using answer = std::function<result<http_response>(const http_request&)>;

  ~fake_http_client() override; ///< whoever still waits gets errc::cancelled

  using http_client::fetch;
  void fetch(http_request request, callback done, departure leave) override;

  fake_http_client& on(std::string url_part, int32_t status, std::string body, header_fields headers = {});
  fake_http_client& on_error(std::string url_part, errc code, std::string detail = {});
  fake_http_client& on_call(std::string url_part, answer by);
  /// Never answers (until the end of the fake).
  fake_http_client& on_silence(std::string url_part);
  /// The same as on, for one request only; several of one text are used in the order given, before any other rule.
  fake_http_client& once(std::string url_part, int32_t status, std::string body, header_fields headers = {});
  fake_http_client& once_error(std::string url_part, errc code, std::string detail = {});
  void forget_rules();

  /// From now on answers wait for release.
  void hold();
  /// From now on requests find no connection, until `connect`: none of them leaves.
  void hold_connections();
  /// Those that wait for a connection have one, and so have later ones.
  void connect();
  /// Answers the oldest waiting ones, at most `count`; says how many. New requests are still held.
  size_t release(size_t count = SIZE_MAX);
  /// Ends hold and answers whoever waits.
  void unhold();
  /// Callbacks that have not been called, silenced ones included.
  size_t waiting() const;

  std::vector<http_request> requests() const;
  size_t request_count(std::string_view url_part = {}) const;

private:
  struct rule {
    std::string url_part;
    answer by; ///< empty = silence
  };
  struct waiter {
    callback done;
    result<http_response> what;
  };

  answer find_answer(const std::string& url);

  struct arrival {
    http_request request;
    callback done;
    departure leave;
  };

  void arrive(arrival x);

  mutable std::mutex mutex_;
  std::vector<rule> rules_;
  std::deque<rule> once_;
  std::vector<http_request> requests_;
  std::deque<waiter> held_;
  std::vector<callback> silenced_;
  bool holding_ = false;
  bool connecting_ = false;
  std::vector<arrival> unconnected_;
};

} // namespace vigie::fakes
