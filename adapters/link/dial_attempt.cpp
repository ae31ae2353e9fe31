#include "adapters/link/dial_attempt.hpp"

#include <poll.h>
#include <sys/socket.h>

#include <algorithm>
#include <cerrno>
#include <cstring>

#include "adapters/link/hello_io.hpp"
#include "adapters/link/loopback_address.hpp"

namespace vigie {

short dial_attempt::waits_for() const {
  return at_ == stage::connecting ? POLLOUT : POLLIN;
}

void dial_attempt::drive(const link_streams_config& config, std::chrono::steady_clock::time_point now) {
  if (outcome)
    return;
  if (!fd)
    connect(config);
  else if (at_ == stage::connecting)
    connected(config);
  if (!outcome && at_ == stage::hello)
    read_answer(config);
  if (!outcome && at_ == stage::greeting)
    await_greeting();
  if (!outcome && now >= deadline)
    lost("no answer within " + std::to_string(config.dial_deadline.count()) + " ms");
}

void dial_attempt::lost(const std::string& reason) {
  outcome = fail(errc::worker_lost, address + ": " + reason);
}

void dial_attempt::connect(const link_streams_config& config) {
  if (!config.insecure_loopback) {
    outcome = fail(errc::blocked_address, "plain links need insecure_loopback = true");
    return;
  }
  auto where = parse_loopback(address);
  if (!where) {
    outcome = tl::unexpected<error>(where.error());
    return;
  }
  fd.reset(::socket(where->storage.ss_family, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0));
  if (!fd || (::connect(fd.get(), where->get(), where->length) != 0 && errno != EINPROGRESS))
    lost(std::strerror(errno));
}

void dial_attempt::connected(const link_streams_config& config) {
  pollfd now{fd.get(), POLLOUT, 0};
  if (::poll(&now, 1, 0) != 1)
    return;
  int problem = 0;
  socklen_t size = sizeof problem;
  ::getsockopt(fd.get(), SOL_SOCKET, SO_ERROR, &problem, &size);
  if (problem != 0)
    return lost(std::strerror(problem));
  send_at_once(fd.get());
  if (!send_hello(fd.get(), {hello_status::ok, config.contract, config.self}))
    return lost("closed before our hello");
  at_ = stage::hello;
}

void dial_attempt::read_answer(const link_streams_config& config) {
  switch (read_hello(fd.get(), in_)) {
  case read_outcome::more:
    return;
  case read_outcome::closed:
    return lost("closed before its hello");
  case read_outcome::noise:
    return lost("does not speak the link protocol");
  case read_outcome::complete:
    break;
  }
  auto said = in_.decode();
  if (said)
    return judge(config, *said);
  if (said.error().code == errc::contract_mismatch)
    outcome = fail(errc::contract_mismatch, address + ": " + said.error().detail);
  else
    lost(said.error().detail);
}

void dial_attempt::judge(const link_streams_config& config, const hello& said) {
  auto who = address + " (" + said.who.name + ")";
  if (said.status == hello_status::contract_mismatch || said.contract != config.contract) {
    outcome = fail(errc::contract_mismatch, who + " speaks contract " + std::to_string(said.contract) + ", we speak " +
                                                std::to_string(config.contract));
  } else if (said.status == hello_status::full) {
    outcome = fail(errc::busy, who + " has no room for another link");
  } else if (said.status == hello_status::denied) {
    lost(said.who.name + " refuses the role " + config.self.role);
  } else if (std::count(config.peer_roles.begin(), config.peer_roles.end(), said.who.role) == 0) {
    lost(said.who.name + " has the role " + said.who.role);
  } else {
    peer_ = said.who;
    at_ = stage::greeting;
  }
}

void dial_attempt::await_greeting() {
  char first = 0;
  auto n = ::recv(fd.get(), &first, 1, MSG_PEEK | MSG_DONTWAIT);
  if (n > 0)
    outcome = link_stream{std::move(fd), peer_, address, nullptr};
  else if (n == 0 || (errno != EAGAIN && errno != EINTR))
    lost(peer_.name + " closed before its greeting");
}

} // namespace vigie
