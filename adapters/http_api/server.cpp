// Accepting, limits and time-outs. Nothing here is shared between threads but the mailbox, through which answers come
// in.
#include "adapters/http_api/server.hpp"

#include <boost/asio.hpp>

#include <csignal>
#include <sys/resource.h>
#include <sys/socket.h>

#include <algorithm>
#include <condition_variable>
#include <future>
#include <random>
#include <thread>
#include <unordered_map>

#include "adapters/http_api/answer_mailbox.hpp"
#include "adapters/http_api/connection.hpp"
#include "adapters/http_api/problem.hpp"
#include "adapters/http_api/wire_format.hpp"

namespace vigie {

namespace {

namespace asio = boost::asio;
using asio::ip::tcp;
using boost::system::error_code;

constexpr size_t max_lingering_rejects = 256; // refused connections kept until the client has read why
constexpr int accepts_per_wake = 64;
constexpr duration accept_back_off{100};

class beast_server final : public http_server, private connection_owner {
public:
  explicit beast_server(http_server_config config);
  ~beast_server() override;

  error listen();
  uint16_t port() const override { return port_; }
  void serve(handler on_request) override;
  void drain(duration deadline) override;

private:
  using connections = std::unordered_map<uint64_t, std::shared_ptr<connection>>;

  const http_server_config& limits() const override { return config_; }
  void serve(uint64_t id, served_request request) override;
  std::string next_request_id() override;
  std::string_view date() override;
  bool draining() const override { return draining_; }
  void closed(uint64_t id) override;
  void settled() override;

  void run();
  void wait_for_clients();
  void accept_some();
  void take_in(int descriptor, const sockaddr_storage& from);
  void reject(int descriptor, int family);
  void on_mail();
  void arm_sweep();
  void sweep();
  void close_where(bool only_idle);

  http_server_config config_;
  handler on_request_;
  asio::io_context io_{1};
  asio::executor_work_guard<asio::io_context::executor_type> work_{io_.get_executor()};
  tcp::acceptor acceptor_{io_};
  asio::steady_timer back_off_{io_};
  asio::steady_timer sweep_{io_};
  std::shared_ptr<answer_mailbox> mail_;
  connections live_;
  connections rejects_;
  bool sweep_armed_ = false;
  bool draining_ = false;
  uint64_t last_connection_ = 0;
  uint64_t last_request_ = 0;
  uint64_t id_seed_ = std::random_device{}();
  int64_t date_second_ = -1;
  std::string date_;
  uint16_t port_ = 0;
  std::mutex drain_guard_;
  std::condition_variable drain_done_;
  bool drained_ = false;
  std::thread thread_;
};

beast_server::beast_server(http_server_config config) : config_(std::move(config)) {
  mail_ = std::make_shared<answer_mailbox>([this] { asio::post(io_, [this] { on_mail(); }); });
}

error beast_server::listen() {
  error_code ec;
  auto address = asio::ip::make_address(config_.address, ec);
  if (ec)
    return {errc::bad_config, "\"" + config_.address + "\" is not an address to listen on", ""};
  if (config_.max_connections == 0 || config_.max_pending == 0 || config_.max_header_bytes == 0)
    return {errc::bad_config, "a limit of the HTTP server is 0", ""};
  rlimit descriptors{};
  if (::getrlimit(RLIMIT_NOFILE, &descriptors) == 0 && descriptors.rlim_cur != RLIM_INFINITY)
    config_.max_connections = std::clamp<size_t>(descriptors.rlim_cur / 4 * 3, 1, config_.max_connections);
  tcp::endpoint at{address, config_.port};
  acceptor_.open(at.protocol(), ec);
  if (!ec)
    acceptor_.set_option(asio::socket_base::reuse_address(true), ec);
  if (!ec)
    acceptor_.bind(at, ec);
  if (!ec)
    acceptor_.listen(asio::socket_base::max_listen_connections, ec);
  if (!ec)
    acceptor_.native_non_blocking(true, ec);
  if (ec)
    return {ec == asio::error::address_in_use ? errc::conflict : errc::network,
            "cannot listen on " + config_.address + " port " + std::to_string(config_.port) + ": " + ec.message(), ""};
  port_ = acceptor_.local_endpoint().port();
  return {};
}

void beast_server::serve(handler on_request) {
  on_request_ = std::move(on_request);
  wait_for_clients();
  thread_ = std::thread{[this] { run(); }};
}

beast_server::~beast_server() {
  mail_->close();
  io_.stop();
  if (thread_.joinable())
    thread_.join();
  live_.clear();
  rejects_.clear();
}

void beast_server::run() {
  sigset_t all;
  sigfillset(&all);
  ::pthread_sigmask(SIG_BLOCK, &all, nullptr); // signals are the main thread's
  while (!io_.stopped()) {
    try {
      io_.run();
    } catch (const std::exception&) {
      // Memory ran out within one handler: its connection starves until the sweep ends it.
    }
  }
}

// -- clients coming in -----------------------------------------------------------------------------

void beast_server::wait_for_clients() {
  acceptor_.async_wait(tcp::acceptor::wait_read, [this](error_code ec) {
    if (!ec && !draining_)
      accept_some();
  });
}

void beast_server::accept_some() {
  for (int i = 0; i < accepts_per_wake; ++i) {
    sockaddr_storage from{};
    socklen_t size = sizeof from;
    auto descriptor =
        ::accept4(acceptor_.native_handle(), reinterpret_cast<sockaddr*>(&from), &size, SOCK_CLOEXEC | SOCK_NONBLOCK);
    if (descriptor >= 0) {
      take_in(descriptor, from);
      continue;
    }
    if (errno == EINTR || errno == ECONNABORTED)
      continue;
    if (errno == EAGAIN || errno == EWOULDBLOCK)
      break;
    back_off_.expires_after(accept_back_off); // no descriptors or no memory: the backlog waits a little
    back_off_.async_wait([this](error_code ec) {
      if (!ec && !draining_)
        accept_some();
    });
    return;
  }
  wait_for_clients();
}

std::string peer_text(const sockaddr_storage& from) {
  tcp::endpoint at;
  std::copy_n(reinterpret_cast<const char*>(&from), std::min(at.capacity(), sizeof from),
              reinterpret_cast<char*>(at.data()));
  error_code ignored;
  return at.address().to_string(ignored) + ":" + std::to_string(at.port());
}

void beast_server::take_in(int descriptor, const sockaddr_storage& from) {
  if (live_.size() >= config_.max_connections)
    return reject(descriptor, from.ss_family);
  int on = 1;
  ::setsockopt(descriptor, IPPROTO_TCP, TCP_NODELAY, &on, sizeof on);
  auto id = ++last_connection_;
  auto c = make_connection(io_, descriptor, from.ss_family, *this, id, peer_text(from));
  live_.emplace(id, c);
  arm_sweep();
  c->begin();
}

void beast_server::reject(int descriptor, int family) {
  auto request = next_request_id();
  auto out = make_problem(503, "This server has as many connections as it takes; try again in a moment.", "", request);
  out.headers["Retry-After"] = "1";
  auto text = format_head(out, {false, false, config_.server_name, request, date()}) + out.body;
  auto sent = ::send(descriptor, text.data(), text.size(), MSG_NOSIGNAL | MSG_DONTWAIT);
  if (sent < 0 || rejects_.size() >= max_lingering_rejects) {
    ::close(descriptor);
    return;
  }
  auto id = ++last_connection_;
  auto c = make_connection(io_, descriptor, family, *this, id, {});
  rejects_.emplace(id, c);
  arm_sweep();
  c->linger();
}

// -- requests and answers --------------------------------------------------------------------------

void beast_server::serve(uint64_t id, served_request request) {
  auto slip = std::make_shared<answer_slip>(mail_, id);
  try {
    on_request_(std::move(request), [slip = std::move(slip)](served_response x) { slip->hand_in(std::move(x)); });
  } catch (const std::exception&) {
    // The slip went with the handler's arguments: this request is answered 500, and the others go on.
  }
}

void beast_server::on_mail() {
  for (auto& x : mail_->take()) {
    auto i = live_.find(x.connection);
    if (i == live_.end())
      continue; // the client has gone
    auto c = i->second;
    c->answer(std::move(x.answer));
  }
}

std::string beast_server::next_request_id() {
  auto x = (id_seed_ << 32) + ++last_request_ * 0x9e3779b97f4a7c15ULL; // splitmix64: no two alike, and no secret
  x = (x ^ (x >> 30)) * 0xbf58476d1ce4e5b9ULL;
  x = (x ^ (x >> 27)) * 0x94d049bb133111ebULL;
  x ^= x >> 31;
  char text[17];
  std::snprintf(text, sizeof text, "%016llx", static_cast<unsigned long long>(x));
  return text;
}

std::string_view beast_server::date() {
  auto now = std::chrono::time_point_cast<duration>(std::chrono::system_clock::now());
  if (auto second = to_unix_ms(now) / 1000; second != date_second_) {
    date_second_ = second;
    date_ = to_http_date(now);
  }
  return date_;
}

// -- clients going away ----------------------------------------------------------------------------

/// One timer for all connections: a timer a read costs more than parsing the request.
void beast_server::arm_sweep() {
  if (sweep_armed_)
    return;
  sweep_armed_ = true;
  sweep_.expires_after(std::clamp<duration>(config_.read_timeout / 8, duration{5}, duration{250}));
  sweep_.async_wait([this](error_code ec) {
    sweep_armed_ = false;
    if (!ec)
      sweep();
  });
}

void beast_server::sweep() {
  std::vector<std::shared_ptr<connection>> late;
  auto now = std::chrono::steady_clock::now();
  for (auto* all : {&live_, &rejects_})
    for (auto& [id, c] : *all)
      if (c->past_deadline(now))
        late.push_back(c);
  for (auto& c : late)
    c->expire();
  if (!live_.empty() || !rejects_.empty())
    arm_sweep();
}

void beast_server::closed(uint64_t id) {
  if (live_.erase(id) == 0)
    rejects_.erase(id);
}

void beast_server::close_where(bool only_idle) {
  std::vector<std::shared_ptr<connection>> these;
  for (auto& [id, c] : live_)
    if (!only_idle || c->now_in() == connection_phase::idle)
      these.push_back(c);
  for (auto& c : these)
    c->close();
}

void beast_server::settled() {
  if (!draining_)
    return;
  for (auto& [id, c] : live_)
    if (c->now_in() != connection_phase::lingering)
      return;
  std::lock_guard lock{drain_guard_};
  drained_ = true;
  drain_done_.notify_all();
}

void beast_server::drain(duration deadline) {
  if (!thread_.joinable())
    return; // nobody was taken in
  asio::post(io_, [this] {
    error_code ignored;
    draining_ = true;
    back_off_.cancel();
    acceptor_.close(ignored);
    close_where(true);
    settled();
  });
  std::unique_lock lock{drain_guard_};
  drain_done_.wait_for(lock, deadline, [this] { return drained_; });
  lock.unlock();
  std::promise<void> all_closed;
  asio::post(io_, [this, &all_closed] {
    close_where(false);
    all_closed.set_value();
  });
  all_closed.get_future().wait();
}

} // namespace

result<std::unique_ptr<http_server>> listen_http(http_server_config config) {
  auto server = std::make_unique<beast_server>(std::move(config));
  if (auto problem = server->listen(); problem.code != errc::none)
    return tl::unexpected<error>(std::move(problem));
  return server;
}

result<std::unique_ptr<http_server>> serve_http(http_server_config config, http_server::handler on_request) {
  auto server = listen_http(std::move(config));
  if (server)
    (*server)->serve(std::move(on_request));
  return server;
}

} // namespace vigie
