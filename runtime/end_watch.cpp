#include "runtime/end_watch.hpp"

#include <poll.h>
#include <sys/eventfd.h>
#include <sys/signalfd.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <chrono>
#include <csignal>
#include <optional>
#include <system_error>

#include "actors/probe.hpp"
#include "runtime/process.hpp"

namespace vigie {

namespace {

using clock = std::chrono::steady_clock;

constexpr uint64_t order_begin = 1;
constexpr uint64_t order_over = 1ull << 32;
/// For a last line on a file or a pipe that may hang, too.
constexpr std::chrono::milliseconds last_line_patience{200};

} // namespace

std::string waiting_parts() {
  constexpr size_t most = 8;
  std::string out;
  size_t found = 0;
  for (const auto& x : actor_directory::instance().snapshot())
    if (x.alive && x.mailbox > 0 && ++found <= most)
      out += (out.empty() ? "parts that do not come back: " : ", ") + (x.name.empty() ? "an unnamed one" : x.name);
  return out.empty() ? "no part has work left" : out + (found > most ? " and others" : "");
}

end_watch::end_watch(duration patience, std::function<void()> on_signal, std::function<std::string()> who_waits)
    : patience_(patience), on_signal_(std::move(on_signal)), who_waits_(std::move(who_waits)) {
  auto set = ending_signals();
  signals_ = unique_fd{signalfd(-1, &set, SFD_CLOEXEC | SFD_NONBLOCK)};
  orders_ = unique_fd{eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK)};
  thread_ = std::thread{[this] { run(); }};
}

end_watch::~end_watch() {
  order(order_over);
  thread_.join();
}

void end_watch::begin() {
  order(order_begin);
}

void end_watch::order(uint64_t what) {
  [[maybe_unused]] auto written = write(orders_.get(), &what, sizeof what);
}

void end_watch::run() {
  std::optional<clock::time_point> deadline;
  auto begins = [&] { deadline = deadline.value_or(clock::now() + patience_); };
  for (;;) {
    int wait_ms = -1;
    if (deadline) {
      auto left = std::chrono::ceil<std::chrono::milliseconds>(*deadline - clock::now()).count();
      if (left <= 0)
        give_up();
      wait_ms = static_cast<int>(std::min<int64_t>(left, 3600 * 1000));
    }
    std::array<pollfd, 2> fds{pollfd{signals_.get(), POLLIN, 0}, pollfd{orders_.get(), POLLIN, 0}};
    poll(fds.data(), fds.size(), wait_ms);
    uint64_t orders = 0;
    if (read(orders_.get(), &orders, sizeof orders) == sizeof orders) {
      if (orders >= order_over)
        return;
      begins();
    }
    signalfd_siginfo info;
    while (read(signals_.get(), &info, sizeof info) == sizeof info) {
      begins();
      on_signal_();
    }
  }
}

void end_watch::give_up() {
  try {
    // On a thread of its own: whatever it has to touch may be what hangs.
    std::thread{[this] {
      auto line = "vigie: not ended within limits.shutdown (" + std::to_string(patience_.count()) +
                  " ms), hung while " + doing_.load() + "; " + who_waits_() + "; ended the hard way, exit status " +
                  std::to_string(exit_hung) + "\n";
      [[maybe_unused]] auto written = write(STDERR_FILENO, line.data(), line.size());
      _exit(exit_hung);
    }}.detach();
    std::this_thread::sleep_for(last_line_patience);
  } catch (const std::system_error&) {
    // No thread is to be had: no last line then.
  }
  _exit(exit_hung);
}

} // namespace vigie
