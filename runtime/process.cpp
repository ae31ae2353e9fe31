#include "runtime/process.hpp"

#include <fcntl.h>
#include <poll.h>
#include <sys/eventfd.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cerrno>
#include <chrono>
#include <csignal>
#include <fstream>
#include <string>

#include "runtime/wiring.hpp"

namespace vigie {

namespace {

std::chrono::steady_clock::time_point process_started;

double seconds(const timeval& t) {
  return static_cast<double>(t.tv_sec) + static_cast<double>(t.tv_usec) / 1e6;
}

} // namespace

void open_standard_streams() {
  // Else the first files, sockets and the store would get these numbers, and a line for the terminal go into them.
  for (int wanted : {STDIN_FILENO, STDOUT_FILENO, STDERR_FILENO})
    if (fcntl(wanted, F_GETFD) < 0 && errno == EBADF)
        // The lowest free number: those below are open by now.
        [[maybe_unused]]
      auto got = open("/dev/null", wanted == STDIN_FILENO ? O_RDONLY : O_WRONLY);
}

sigset_t ending_signals() {
  sigset_t set;
  sigemptyset(&set);
  for (int s : {SIGINT, SIGTERM, SIGHUP})
    sigaddset(&set, s);
  return set;
}

void prepare_process() {
  process_started = std::chrono::steady_clock::now();
  auto set = ending_signals();
  pthread_sigmask(SIG_BLOCK, &set, nullptr);
  // The first is an answer's error, the second a store's or log's; the others mean nothing here, and their default is
  // to end a process that was only mistaken for another.
  for (int ignored : {SIGPIPE, SIGXFSZ, SIGUSR1, SIGUSR2})
    std::signal(ignored, SIG_IGN);
  rlimit none{0, 0};
  setrlimit(RLIMIT_CORE, &none);
  rlimit files{};
  if (getrlimit(RLIMIT_NOFILE, &files) == 0) {
    // The connection limits are ours; the kernel's soft limit must not be lower than they are.
    files.rlim_cur = files.rlim_max;
    setrlimit(RLIMIT_NOFILE, &files);
  }
  umask(077);
}

wake_up::wake_up() : event_(eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK)) {}

wake_up::~wake_up() {
  close(event_);
}

void wake_up::notify() {
  uint64_t one = 1;
  // Only a full counter refuses, and then it is readable already.
  [[maybe_unused]] auto written = write(event_, &one, sizeof one);
}

void wake_up::signalled() {
  ++signals_;
  notify();
}

wake_up::reason wake_up::wait(int timeout_ms) {
  pollfd fd{event_, POLLIN, 0};
  if (poll(&fd, 1, timeout_ms) <= 0)
    return reason::timeout;
  uint64_t count = 0;
  [[maybe_unused]] auto got = read(event_, &count, sizeof count);
  if (signals_.load() == 0)
    return reason::notified;
  if (--signals_ > 0)
    notify();
  return reason::signal;
}

process_facts read_process() {
  process_facts out;
  out.pid = getpid();
  std::ifstream statm{"/proc/self/statm"};
  uint64_t total = 0;
  uint64_t resident = 0;
  if (statm >> total >> resident)
    out.rss_bytes = resident * static_cast<uint64_t>(sysconf(_SC_PAGESIZE));
  rusage used{};
  if (getrusage(RUSAGE_SELF, &used) == 0)
    out.cpu_seconds = seconds(used.ru_utime) + seconds(used.ru_stime);
  out.uptime = std::chrono::duration_cast<duration>(std::chrono::steady_clock::now() - process_started);
  return out;
}

} // namespace vigie
