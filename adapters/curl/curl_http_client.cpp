#include "adapters/curl/curl_http_client.hpp"

#include <algorithm>
#include <functional>
#include <vector>

#include "adapters/curl/curl_loop.hpp"

namespace vigie {

namespace {

size_t share(size_t whole, size_t loops) {
  return std::max<size_t>(1, (whole + loops - 1) / loops);
}

class curl_http_client : public http_client {
public:
  explicit curl_http_client(curl_http_config config) : config_(std::move(config)) {
    rules_.user_agent = config_.user_agent;
    rules_.connect_timeout = config_.connect_timeout;
    rules_.dns_cache = config_.dns_cache;
    rules_.max_header_bytes = config_.max_header_bytes;
    rules_.max_unpacked_bytes = config_.max_unpacked_bytes;
    rules_.max_unpack_ratio = std::max<uint32_t>(1, config_.max_unpack_ratio);
    rules_.guard = &config_.guard;
  }

  ~curl_http_client() override {
    // All are told before one is waited for: a callback of one may start a request on another.
    for (auto& x : loops_)
      x->stop();
    for (auto& x : loops_)
      x->join();
  }

  error start() {
    auto count = std::max<size_t>(1, config_.loops);
    curl_loop_limits limits;
    limits.max_connections = config_.max_in_flight;
    limits.max_connections_per_host = config_.max_connections_per_host;
    limits.max_idle = share(config_.max_idle_connections, count);
    while (loops_.size() < count) {
      auto loop = curl_loop::make(rules_, limits, in_flight_);
      if (!loop)
        return loop.error();
      loops_.push_back(std::move(*loop));
    }
    return {};
  }

  void fetch(http_request request, callback done, departure leave) override {
    auto transfer = curl_transfer::make(std::move(request), rules_, std::move(leave));
    if (!transfer) {
      done(tl::unexpected<error>(transfer.error()));
      return;
    }
    if (in_flight_.fetch_add(1) >= config_.max_in_flight) {
      --in_flight_;
      done(fail(errc::busy, std::to_string(config_.max_in_flight) + " requests are in flight"));
      return;
    }
    // A host has one loop, or its kept connections and its limit of them would be spread over all.
    auto& loop = *loops_[std::hash<std::string>{}((*transfer)->host()) % loops_.size()];
    if (!loop.add(*transfer, done)) {
      --in_flight_;
      done(fail(errc::cancelled, "the HTTP client is ending"));
    }
  }

private:
  const curl_http_config config_;
  transfer_rules rules_;
  std::atomic<size_t> in_flight_{0};
  std::vector<std::unique_ptr<curl_loop>> loops_;
};

} // namespace

result<std::unique_ptr<http_client>> make_curl_http_client(curl_http_config config) {
  if (auto problem = start_curl(); problem.code != errc::none)
    return tl::unexpected<error>(problem);
  auto out = std::make_unique<curl_http_client>(std::move(config));
  if (auto problem = out->start(); problem.code != errc::none)
    return tl::unexpected<error>(problem);
  return out;
}

} // namespace vigie
