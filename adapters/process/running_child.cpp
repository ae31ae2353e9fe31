#include "adapters/process/running_child.hpp"

#include <signal.h>
#include <sys/wait.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <utility>

namespace vigie {

namespace {

constexpr size_t chunk_bytes =
    64 << 10; ///< read or written at a turn, so that a noisy child does not starve the others

/// A time-out too long for the clock is none.
mono_time after(mono_time start, duration wait) {
  constexpr duration longest = std::chrono::hours{24 * 365};
  return start + std::min(wait, longest);
}

} // namespace

running_child::running_child(child_request request, child_process::callback done, spawned parts, duration drain_grace,
                             mono_time now)
    : request_(std::move(request)), done_(std::move(done)), parts_(std::move(parts)), drain_grace_(drain_grace),
      started_(now) {
  output_.fd = std::move(parts_.output);
  errors_.fd = std::move(parts_.errors);
}

running_child::~running_child() {
  end_group();
}

void running_child::end_group() {
  if (!parts_.watch)
    return; // reaped
  signal_group(SIGKILL);
  siginfo_t info{};
  while (::waitid(P_PIDFD, static_cast<id_t>(parts_.watch.get()), &info, WEXITED) < 0 && errno == EINTR) {
  }
  parts_.watch.reset();
}

void running_child::watch(std::vector<pollfd>& fds) const {
  if (parts_.watch)
    fds.push_back({parts_.watch.get(), POLLIN, 0});
  if (parts_.input)
    fds.push_back({parts_.input.get(), POLLOUT, 0});
  for (const auto* from : {&output_, &errors_})
    if (from->fd)
      fds.push_back({from->fd.get(), POLLIN, 0});
}

void running_child::feed() {
  if (!parts_.input)
    return;
  auto wrote =
      ::write(parts_.input.get(), request_.input.data() + fed_, std::min(request_.input.size() - fed_, chunk_bytes));
  if (wrote > 0)
    fed_ += static_cast<size_t>(wrote);
  bool gone = wrote < 0 && errno != EAGAIN && errno != EINTR; // it does not want to read: no fault
  if (gone || fed_ == request_.input.size())
    parts_.input.reset();
}

void running_child::drain(stream& from) {
  if (!from.fd)
    return;
  std::array<char, chunk_bytes> chunk;
  auto got = ::read(from.fd.get(), chunk.data(), chunk.size());
  if (got > 0) {
    auto bytes = static_cast<size_t>(got);
    auto room = request_.max_output_bytes - from.text.size();
    from.text.append(chunk.data(), std::min(bytes, room));
    truncated_ = truncated_ || bytes > room;
  } else if (got == 0 || (errno != EAGAIN && errno != EINTR)) {
    from.fd.reset();
  }
}

void running_child::signal_group(int signal) const {
  ::kill(-parts_.pid, signal);
}

/// The group is killed while its dead leader still keeps the id: after the reaping, the id could be anybody's.
void running_child::reap(mono_time now) {
  if (!parts_.watch)
    return;
  siginfo_t info{};
  auto fd = static_cast<id_t>(parts_.watch.get());
  if (::waitid(P_PIDFD, fd, &info, WEXITED | WNOWAIT | WNOHANG) < 0) {
    if (errno == EINTR)
      return;
    lost_ = error{errc::ambiguous, "how the child ended is unknown: another part of this process took its status", {}};
  } else if (info.si_pid == 0) {
    return; // still there
  } else {
    exit_status_ = info.si_code == CLD_EXITED ? info.si_status : 128 + info.si_status;
    signal_group(SIGKILL);
    while (::waitid(P_PIDFD, fd, &info, WEXITED) < 0 && errno == EINTR) {
    }
  }
  ended_ = now;
  parts_.watch.reset();
  parts_.input.reset();
}

/// TERM at the time-out, KILL when that did not help.
void running_child::press(mono_time now) {
  if (!parts_.watch || now < due())
    return;
  if (!termed_) {
    termed_ = now;
    signal_group(SIGTERM);
    signal_group(SIGCONT); // a stopped process does not hear TERM
  } else {
    killed_ = true;
    signal_group(SIGKILL);
  }
}

void running_child::work(mono_time now) {
  feed();
  drain(output_);
  drain(errors_);
  reap(now);
  press(now);
  if (!parts_.watch && now >= due()) {
    output_.fd.reset();
    errors_.fd.reset();
  }
}

mono_time running_child::due() const {
  if (!parts_.watch)
    return after(ended_, drain_grace_);
  if (!termed_)
    return after(started_, request_.time_out);
  return killed_ ? mono_time::max() : after(*termed_, request_.kill_after);
}

bool running_child::finished() const {
  return !parts_.watch && !output_.fd && !errors_.fd;
}

void running_child::answer(mono_time now) {
  if (lost_) {
    done_(tl::unexpected<error>(std::move(*lost_)));
    return;
  }
  child_outcome outcome;
  outcome.exit_status = exit_status_;
  outcome.timed_out = termed_.has_value();
  outcome.output = std::move(output_.text);
  outcome.errors = std::move(errors_.text);
  outcome.truncated = truncated_;
  outcome.input_left = fed_ < request_.input.size();
  outcome.took = std::chrono::duration_cast<duration>(now - started_);
  done_(std::move(outcome));
}

void running_child::cancel() {
  end_group();
  done_(fail(errc::cancelled, "the child was ended because this node stops"));
}

} // namespace vigie
