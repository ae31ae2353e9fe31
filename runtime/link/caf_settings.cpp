#include "runtime/link/caf_settings.hpp"

#include <caf/all.hpp>
#include <caf/detail/get_root_uuid.hpp>
#include <caf/io/middleman.hpp>

#include <chrono>
#include <random>
#include <string>
#include <vector>

#include "messages/registration.hpp"
#include "messages/values/command.hpp"
#include "runtime/link/thrifty_scheduler.hpp"

namespace caf::detail {

// A node's id is a hash of this, the network cards and the process id. CAF's own version gives the root disk's UUID, so
// that two containers on one machine, each with process id 1, are the same node, and a dial between them "succeeds"
// with no actor. The executable's definition wins over the shared library's; random bits make each process its own
// node.
std::string get_root_uuid() {
  static const std::string mine = [] {
    std::random_device device;
    std::string out;
    for (int i = 0; i < 4; ++i)
      out += std::to_string(device()) + "-";
    return out;
  }();
  return mine;
}

} // namespace caf::detail

namespace vigie {

void configure(caf::actor_system_config& config) {
  register_messages(config);
  config.load<caf::io::middleman>();

  // One queue for all threads: a third of the latency of work stealing for one request at a time, as a link has them.
  // And a clock that does not wake its thread each time a timer is set or an actor ends.
  config.load<thrifty_scheduler>();
  // Without a bound a busy actor never yields its thread, and its neighbours wait for as long as its mailbox is full.
  config.set("scheduler.max-throughput", caf::config_value::integer{100});

  // Off by default, and then a stopped peer or a silent partition is never noticed. Only the peer's beats count for our
  // time-out, so both sides have them. They prove that the process lives; that the worker's actors do is what the
  // worker-proxy's own heartbeat proves.
  config.set("middleman.heartbeat-interval", caf::timespan{std::chrono::seconds{1}});
  config.set("middleman.connection-timeout", caf::timespan{std::chrono::seconds{5}});
  // A node of another contract is refused by the hello already; this refuses it a second time, in CAF's own handshake.
  config.set("middleman.app-identifiers",
             std::vector<std::string>{"vigie-contract-" + std::to_string(contract_version)});
  // Workers have no business with each other: no links but those that main dials.
  config.set("middleman.enable-automatic-connections", false);
}

} // namespace vigie
