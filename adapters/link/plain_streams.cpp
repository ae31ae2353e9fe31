#include "adapters/link/plain_streams.hpp"

#include <poll.h>
#include <sys/eventfd.h>
#include <sys/socket.h>
#include <unistd.h>

#include <algorithm>
#include <atomic>
#include <cerrno>
#include <chrono>
#include <cstring>
#include <deque>
#include <list>
#include <mutex>
#include <thread>
#include <utility>

#include "adapters/link/admission.hpp"
#include "adapters/link/dial_attempt.hpp"
#include "adapters/link/hello_io.hpp"
#include "adapters/link/loopback_address.hpp"

namespace vigie {

namespace {

using std::chrono::steady_clock;
using time_point = steady_clock::time_point;

constexpr auto accept_pause = std::chrono::milliseconds{100}; // out of descriptors: waiting beats spinning
constexpr int accepts_per_turn = 64;
constexpr int backlog = 256;

std::string why(int number) {
  return std::strerror(number);
}

/// An accepted connection whose hello is outstanding.
struct stranger {
  unique_fd fd;
  std::string address;
  time_point deadline;
  hello_reader in;
  std::string end; ///< not empty: it is to be closed, and why
  bool over = false;
};

class plain_streams : public link_streams {
public:
  explicit plain_streams(link_streams_config config)
      : config_(std::move(config)), seats_(config_.max_admitted, config_.max_admitted_per_peer),
        wake_(::eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK)), thread_([this] { run(); }) {}

  ~plain_streams() override {
    stopping_ = true;
    wake();
    thread_.join();
  }

  result<uint16_t> listen(const std::string& address, accepted on_stream, stream_refused on_refused) override {
    if (!config_.insecure_loopback)
      return fail(errc::blocked_address, "plain links need insecure_loopback = true");
    if (!valid_identity(config_.self))
      return fail(errc::bad_config, "a node's name must be 1 to 64 printable characters without blanks");
    auto where = parse_loopback(address);
    if (!where)
      return tl::unexpected<error>(where.error());
    unique_fd fd{::socket(where->storage.ss_family, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0)};
    int one = 1;
    ::setsockopt(fd.get(), SOL_SOCKET, SO_REUSEADDR, &one, sizeof one);
    if (!fd || ::bind(fd.get(), where->get(), where->length) != 0 || ::listen(fd.get(), backlog) != 0)
      return fail(errno == EADDRINUSE ? errc::conflict : errc::bad_config,
                  "cannot listen on " + address + ": " + why(errno));
    socket_address bound;
    bound.length = sizeof bound.storage;
    ::getsockname(fd.get(), bound.get(), &bound.length);
    {
      std::lock_guard guard{mutex_};
      if (on_stream_)
        return fail(errc::conflict, "this node listens already");
      on_stream_ = std::move(on_stream);
      on_refused_ = std::move(on_refused);
      new_listener_ = std::move(fd);
    }
    wake();
    return port_of(bound);
  }

  void dial(const std::string& address, dialled done) override {
    {
      std::lock_guard guard{mutex_};
      new_dials_.emplace_back(address, std::move(done), steady_clock::now() + config_.dial_deadline);
    }
    wake();
  }

  size_t pending() const override { return pending_; }

private:
  void wake() {
    uint64_t one = 1;
    [[maybe_unused]] auto n = ::write(wake_.get(), &one, sizeof one);
  }

  // -- the thread

  void run() {
    while (!stopping_) {
      take_orders();
      wait();
      if (polled_[1].revents != 0)
        accept_strangers();
      auto now = steady_clock::now();
      for (auto& x : strangers_)
        serve(x, now);
      for (auto& x : attempts_)
        x.drive(config_, now);
      sweep();
    }
    take_orders();
    for (auto& x : attempts_)
      x.outcome = fail(errc::worker_lost, "this node is shutting down");
    sweep();
  }

  void take_orders() {
    std::lock_guard guard{mutex_};
    if (new_listener_)
      listener_ = std::move(new_listener_);
    attempts_.splice(attempts_.end(), new_dials_);
    // The latest ones are refused: those before them keep their deadlines.
    for (auto i = attempts_.rbegin(); attempts_.size() - refused_ > config_.max_dials && i != attempts_.rend(); ++i) {
      i->outcome = fail(errc::busy, "too many dials at once");
      ++refused_;
    }
  }

  /// polled_ is: wake-up, listener, strangers, attempts. Where one of them has no revents there is nothing to do.
  void wait() {
    auto now = steady_clock::now();
    auto until = time_point::max();
    polled_.clear();
    polled_.push_back({wake_.get(), POLLIN, 0});
    bool paused = now < accept_again_;
    polled_.push_back({paused ? -1 : listener_.get(), POLLIN, 0});
    if (paused)
      until = accept_again_;
    for (const auto& x : strangers_) {
      polled_.push_back({x.fd.get(), POLLIN, 0});
      until = std::min(until, x.deadline);
    }
    for (const auto& x : attempts_) {
      polled_.push_back({x.fd.get(), x.waits_for(), 0});
      until = x.fd && !x.outcome ? std::min(until, x.deadline) : now;
    }
    int timeout = -1;
    if (until != time_point::max())
      timeout =
          static_cast<int>(std::max<int64_t>(0, std::chrono::ceil<std::chrono::milliseconds>(until - now).count()));
    ::poll(polled_.data(), polled_.size(), timeout);
    uint64_t sum = 0;
    if (polled_[0].revents != 0) {
      [[maybe_unused]] auto n = ::read(wake_.get(), &sum, sizeof sum);
    }
  }

  void accept_strangers() {
    for (int i = 0; i < accepts_per_turn; ++i) {
      socket_address from;
      from.length = sizeof from.storage;
      unique_fd fd{::accept4(listener_.get(), from.get(), &from.length, SOCK_NONBLOCK | SOCK_CLOEXEC)};
      if (!fd) {
        if (errno == EMFILE || errno == ENFILE || errno == ENOBUFS || errno == ENOMEM)
          accept_again_ = steady_clock::now() + accept_pause;
        if (errno == EINTR || errno == ECONNABORTED)
          continue;
        return;
      }
      if (pending_ >= config_.max_pending) {
        auto oldest = std::find_if(strangers_.begin(), strangers_.end(), [](const auto& x) { return !x.over; });
        refuse(*oldest, "closed for a newer one: too many have not said hello");
      }
      auto& x = strangers_.emplace_back();
      x.fd = std::move(fd);
      x.address = to_string(from);
      x.deadline = steady_clock::now() + config_.handshake_deadline;
      ++pending_;
    }
  }

  /// It leaves the count at once and the list at the end of the turn.
  void finish(stranger& x) {
    if (!std::exchange(x.over, true))
      --pending_;
  }

  void refuse(stranger& x, std::string reason) {
    finish(x);
    x.end = std::move(reason);
  }

  void serve(stranger& x, time_point now) {
    if (x.over)
      return;
    switch (read_hello(x.fd.get(), x.in)) {
    case read_outcome::more:
      if (now >= x.deadline)
        refuse(x, "no hello in time");
      return;
    case read_outcome::closed:
      return refuse(x, "closed before its hello");
    case read_outcome::noise:
      return refuse(x, "does not speak the link protocol");
    case read_outcome::complete:
      return judge(x);
    }
  }

  void judge(stranger& x) {
    hello answer{hello_status::ok, config_.contract, config_.self};
    std::shared_ptr<void> seat;
    link_identity who;
    auto said = x.in.decode();
    if (!said && said.error().code != errc::contract_mismatch)
      return refuse(x, said.error().detail);
    if (!said || said->contract != config_.contract) {
      answer.status = hello_status::contract_mismatch;
      x.end = "speaks contract " + (said ? std::to_string(said->contract) : std::string{"of another hello"}) +
              ", we speak " + std::to_string(config_.contract);
    } else if (std::count(config_.peer_roles.begin(), config_.peer_roles.end(), said->who.role) == 0) {
      answer.status = hello_status::denied;
      x.end = "has the role " + said->who.role;
    } else if (!(seat = seats_.seat(said->who.name))) {
      answer.status = hello_status::full;
      x.end = "no room for another link of " + said->who.name;
    }
    finish(x);
    bool sent = send_hello(x.fd.get(), answer);
    if (!x.end.empty())
      return;
    if (!sent)
      return refuse(x, "closed before our hello");
    send_at_once(x.fd.get());
    on_stream_({std::move(x.fd), said->who, x.address, std::move(seat)});
  }

  /// Tells what is over, and forgets it.
  void sweep() {
    for (auto& x : strangers_)
      if (x.over && !x.end.empty() && on_refused_)
        on_refused_(x.address, x.end);
    std::erase_if(strangers_, [](const auto& x) { return x.over; });
    refused_ = 0;
    for (auto i = attempts_.begin(); i != attempts_.end();) {
      if (i->outcome)
        i->done(std::move(*i->outcome));
      i = i->outcome ? attempts_.erase(i) : std::next(i);
    }
  }

  const link_streams_config config_;
  admission seats_;
  unique_fd wake_;
  std::atomic<bool> stopping_{false};
  std::atomic<size_t> pending_{0};

  std::mutex mutex_; // guards these, until the thread takes them; the callbacks are set once
  unique_fd new_listener_;
  std::list<dial_attempt> new_dials_;
  accepted on_stream_;
  stream_refused on_refused_;

  // the thread's own
  unique_fd listener_;
  time_point accept_again_{};
  std::deque<stranger> strangers_; // oldest first
  std::list<dial_attempt> attempts_;
  size_t refused_ = 0; // of them, until the next sweep
  std::vector<pollfd> polled_;

  std::thread thread_; // last: everything it uses is there
};

} // namespace

std::unique_ptr<link_streams> make_plain_streams(link_streams_config config) {
  return std::make_unique<plain_streams>(std::move(config));
}

} // namespace vigie
