#include "runtime/link/link_listener.hpp"

#include <caf/all.hpp>
#include <caf/io/all.hpp>

#include <mutex>
#include <set>
#include <utility>

#include "adapters/link/plain_streams.hpp"
#include "runtime/link/link_rules.hpp"
#include "runtime/link/link_scribe.hpp"

namespace vigie {

namespace {

// Under it the gateway is published; no port, just a label.
constexpr uint16_t gateway_key = 1;

link_streams_config streams_config(const link_transport_config& config) {
  link_streams_config out;
  out.self = {config.node, "worker"};
  out.peer_roles = {"main"};
  out.insecure_loopback = config.insecure_loopback;
  out.handshake_deadline = config.handshake_deadline;
  return out;
}

/// Between a crash and its restart the provider gives the dead one: better no link than one that ends at once.
bool is_up(const worker_gateway_actor& x) {
  return x && !caf::actor_cast<caf::abstract_actor*>(x)->getf(caf::abstract_actor::is_terminated_flag);
}

class listener : public link_listener {
public:
  listener(caf::actor_system& system, const link_transport_config& config, gateway_provider gateway)
      : system_(system), gateway_(std::move(gateway)), broker_(basp_broker(system)),
        interface_(system.message_types<worker_gateway_actor>()),
        contract_(make_link_contract(system, link_side::accepted)), hub_(link_hub::make(config)),
        streams_(make_plain_streams(streams_config(config))) {}

  ~listener() override { stop(); }

  result<void> open(const std::string& address) {
    auto port = streams_->listen(
        address, [this](link_stream x) { accept(std::move(x)); },
        [hub = hub_](const std::string& peer, const std::string& why) {
          hub->report(log_level::warn, "link_refused", peer, why);
        });
    if (!port)
      return tl::unexpected<error>(port.error());
    port_ = *port;
    return {};
  }

  uint16_t port() const override { return port_; }

  void stop() override {
    std::call_once(stopped_, [this] {
      streams_.reset();
      hub_->stop();
    });
  }

private:
  void accept(link_stream stream) {
    auto gateway = gateway_();
    auto connection = is_up(gateway) ? hub_->add(stream) : nullptr;
    if (!connection)
      return hub_->report(log_level::warn, "link_refused", stream.address, "the worker-gateway is not up");
    auto held = std::make_shared<link_stream>(std::move(stream));
    after_burials(system_, [held, connection, gateway, hub = hub_, &system = system_, broker = broker_,
                            interface = interface_, contract = contract_]() mutable {
      hub->report(log_level::info, "link_up", connection->peer.name, "accepted");
      caf::anon_send(broker, caf::publish_atom_v,
                     make_link_scribe(system, std::move(*held), connection, contract, hub->config()), gateway_key,
                     caf::actor_cast<caf::strong_actor_ptr>(gateway), std::move(interface));
    });
  }

  caf::actor_system& system_;
  gateway_provider gateway_;
  caf::actor broker_;
  std::set<std::string> interface_;
  std::shared_ptr<const link_contract> contract_;
  std::shared_ptr<link_hub> hub_;
  std::unique_ptr<link_streams> streams_;
  uint16_t port_ = 0;
  std::once_flag stopped_;
};

} // namespace

result<std::unique_ptr<link_listener>> listen(caf::actor_system& system, const std::string& address,
                                              const link_transport_config& config, gateway_provider gateway) {
  auto out = std::make_unique<listener>(system, config, std::move(gateway));
  if (auto opened = out->open(address); !opened)
    return tl::unexpected<error>(opened.error());
  return out;
}

} // namespace vigie
