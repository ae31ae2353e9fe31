#include "tests/fakes/fake_http_client.hpp"

#include <algorithm>

namespace vigie::fakes {

namespace {

fake_http_client::answer status_answer(int32_t status, std::string body, header_fields headers) {
  http_response out;
  out.status = status;
  out.body = std::move(body);
  out.headers = std::move(headers);
  out.peer_address = "127.0.0.1";
  return [out](const http_request&) -> result<http_response> { return out; };
}

fake_http_client::answer error_answer(errc code, std::string detail) {
  return [code, detail](const http_request&) -> result<http_response> { return fail(code, detail); };
}

} // namespace

fake_http_client::~fake_http_client() {
  for (auto& x : held_)
    x.done(fail(errc::cancelled, "the fake client ends"));
  for (auto& done : silenced_)
    done(fail(errc::cancelled, "the fake client ends"));
  for (auto& x : unconnected_)
    x.done(fail(errc::cancelled, "the fake client ends"));
}

void fake_http_client::fetch(http_request request, callback done, departure leave) {
  {
    std::lock_guard guard{mutex_};
    if (connecting_) {
      unconnected_.push_back({std::move(request), std::move(done), std::move(leave)});
      return;
    }
  }
  arrive({std::move(request), std::move(done), std::move(leave)});
}

void fake_http_client::arrive(arrival x) {
  auto& [request, done, leave] = x;
  if (leave && !leave()) {
    done(fail(errc::cancelled, "it was not to be sent any more"));
    return;
  }
  std::unique_lock guard{mutex_};
  requests_.push_back(request);
  auto by = find_answer(request.url);
  if (!by) {
    silenced_.push_back(std::move(done));
    return;
  }
  bool hold = holding_;
  guard.unlock();
  auto what = by(request);
  // Like the real one: a page over the request's cap is never handed out, and any other answer stands.
  if (what && request.head_suffices)
    what->body.resize(std::min<size_t>(what->body.size(), request.max_body_bytes));
  if (what && what->status / 100 == 2 && what->body.size() > request.max_body_bytes)
    what = fail(errc::body_too_large, "more than " + std::to_string(request.max_body_bytes) + " bytes");
  if (!hold) {
    done(std::move(what));
    return;
  }
  guard.lock();
  held_.push_back(waiter{std::move(done), std::move(what)});
}

fake_http_client::answer fake_http_client::find_answer(const std::string& url) {
  auto fits = [&](const rule& x) { return url.find(x.url_part) != std::string::npos; };
  if (auto i = std::find_if(once_.begin(), once_.end(), fits); i != once_.end()) {
    auto by = std::move(i->by);
    once_.erase(i);
    return by;
  }
  auto i = std::find_if(rules_.rbegin(), rules_.rend(), fits);
  return i != rules_.rend() ? i->by : error_answer(errc::network, "the fake client has no rule for " + url);
}

fake_http_client& fake_http_client::on(std::string url_part, int32_t status, std::string body, header_fields headers) {
  return on_call(std::move(url_part), status_answer(status, std::move(body), std::move(headers)));
}

fake_http_client& fake_http_client::on_error(std::string url_part, errc code, std::string detail) {
  return on_call(std::move(url_part), error_answer(code, std::move(detail)));
}

fake_http_client& fake_http_client::on_call(std::string url_part, answer by) {
  std::lock_guard guard{mutex_};
  rules_.push_back(rule{std::move(url_part), std::move(by)});
  return *this;
}

fake_http_client& fake_http_client::on_silence(std::string url_part) {
  return on_call(std::move(url_part), {});
}

fake_http_client& fake_http_client::once(std::string url_part, int32_t status, std::string body,
                                         header_fields headers) {
  std::lock_guard guard{mutex_};
  once_.push_back(rule{std::move(url_part), status_answer(status, std::move(body), std::move(headers))});
  return *this;
}

fake_http_client& fake_http_client::once_error(std::string url_part, errc code, std::string detail) {
  std::lock_guard guard{mutex_};
  once_.push_back(rule{std::move(url_part), error_answer(code, std::move(detail))});
  return *this;
}

void fake_http_client::forget_rules() {
  std::lock_guard guard{mutex_};
  rules_.clear();
  once_.clear();
}

void fake_http_client::hold_connections() {
  std::lock_guard guard{mutex_};
  connecting_ = true;
}

void fake_http_client::connect() {
  std::vector<arrival> all;
  {
    std::lock_guard guard{mutex_};
    connecting_ = false;
    all.swap(unconnected_);
  }
  for (auto& x : all)
    arrive(std::move(x));
}

void fake_http_client::hold() {
  std::lock_guard guard{mutex_};
  holding_ = true;
}

size_t fake_http_client::release(size_t count) {
  size_t released = 0;
  for (; released < count; ++released) {
    std::unique_lock guard{mutex_};
    if (held_.empty())
      break;
    auto next = std::move(held_.front());
    held_.pop_front();
    guard.unlock();
    next.done(std::move(next.what));
  }
  return released;
}

void fake_http_client::unhold() {
  {
    std::lock_guard guard{mutex_};
    holding_ = false;
  }
  release();
}

size_t fake_http_client::waiting() const {
  std::lock_guard guard{mutex_};
  return held_.size() + silenced_.size();
}

std::vector<http_request> fake_http_client::requests() const {
  std::lock_guard guard{mutex_};
  return requests_;
}

size_t fake_http_client::request_count(std::string_view url_part) const {
  std::lock_guard guard{mutex_};
  return static_cast<size_t>(std::count_if(requests_.begin(), requests_.end(), [&](const http_request& x) {
    return x.url.find(url_part) != std::string::npos;
  }));
}

} // namespace vigie::fakes
