// The end of the process, whatever hangs: each case is a process of its own.
#include <catch2/catch.hpp>

#include <csignal>
#include <functional>
#include <string>
#include <thread>

#include <sys/wait.h>
#include <unistd.h>

#include "runtime/end_watch.hpp"
#include "runtime/process.hpp"

using namespace vigie;

namespace {

struct ended {
  int status = -1; ///< as waitpid says it
  std::string said;
};

/// `what` in a child, which is the orderly end if it returns.
ended run(const std::function<void(end_watch&, wake_up&)>& what) {
  int said[2];
  REQUIRE(::pipe(said) == 0);
  auto pid = ::fork();
  REQUIRE(pid >= 0);
  if (pid == 0) {
    ::dup2(said[1], STDERR_FILENO);
    ::close(said[0]);
    ::close(said[1]);
    prepare_process();
    {
      wake_up wake;
      end_watch watch{duration{100}, [&] { wake.signalled(); }, [] { return std::string{"asked: scraper/7"}; }};
      what(watch, wake);
    }
    ::_exit(0);
  }
  ::close(said[1]);
  ended out;
  char buffer[512];
  for (ssize_t n; (n = ::read(said[0], buffer, sizeof buffer)) > 0;)
    out.said.append(buffer, static_cast<size_t>(n));
  ::close(said[0]);
  ::waitpid(pid, &out.status, 0);
  return out;
}

void hang() {
  for (;;)
    ::pause();
}

} // namespace

TEST_CASE("what hangs when the end was ordered does not keep the process, and is named") {
  auto by_order = run([](end_watch& watch, wake_up&) {
    watch.begin();
    watch.doing("closing the store");
    hang();
  });
  CHECK(WIFEXITED(by_order.status));
  CHECK(WEXITSTATUS(by_order.status) == exit_hung);
  CHECK(by_order.said == "vigie: not ended within limits.shutdown (100 ms), hung while closing the store; asked: "
                         "scraper/7; ended the hard way, exit status 4\n");
  // A main thread that never comes to look for signals.
  auto by_signal = run([](end_watch&, wake_up&) {
    ::kill(::getpid(), SIGTERM);
    hang();
  });
  CHECK(WIFEXITED(by_signal.status));
  CHECK(WEXITSTATUS(by_signal.status) == exit_hung);
  CHECK(by_signal.said.find("hung while running") != std::string::npos);
}

TEST_CASE("a last line that nobody takes does not keep the process either") {
  auto out = run([](end_watch& watch, wake_up&) {
    int full[2];
    if (::pipe(full) != 0)
      ::_exit(9);
    std::string fill(1 << 20, 'x');
    // Until a thread that writes into it hangs.
    std::thread{[fd = full[1], fill] { static_cast<void>(!::write(fd, fill.data(), fill.size())); }}.detach();
    ::dup2(full[1], STDERR_FILENO);
    watch.begin();
    hang();
  });
  CHECK(WIFEXITED(out.status));
  CHECK(WEXITSTATUS(out.status) == exit_hung);
}

TEST_CASE("an orderly end is one, and each signal is told once") {
  auto quick = run([](end_watch& watch, wake_up&) { watch.begin(); });
  CHECK(quick.status == 0);
  CHECK(quick.said.empty());
  auto signals = run([](end_watch&, wake_up& wake) {
    ::kill(::getpid(), SIGTERM);
    if (wake.wait(-1) != wake_up::reason::signal)
      ::_exit(5);
    wake.notify();
    if (wake.wait(-1) != wake_up::reason::notified || wake.wait(0) != wake_up::reason::timeout)
      ::_exit(6);
  });
  CHECK(signals.status == 0);
}
