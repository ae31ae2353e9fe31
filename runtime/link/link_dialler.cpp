#include "runtime/link/link_dialler.hpp"

#include <caf/all.hpp>
#include <caf/io/all.hpp>

#include <algorithm>
#include <chrono>
#include <mutex>
#include <set>
#include <utility>

#include "adapters/link/plain_streams.hpp"
#include "messages/failure.hpp"
#include "runtime/link/link_rules.hpp"
#include "runtime/link/link_scribe.hpp"

namespace vigie {

namespace {

using std::chrono::steady_clock;

// What CAF remembers as the peer's port; nothing asks for it.
constexpr uint16_t no_port = 1;
// For the exchange of handles when the hello came at the last moment.
constexpr duration least_time{100};

link_streams_config streams_config(const link_transport_config& config) {
  link_streams_config out;
  out.self = {config.node, "main"};
  out.peer_roles = {"worker"};
  out.insecure_loopback = config.insecure_loopback;
  out.dial_deadline = config.dial_deadline;
  return out;
}

/// What CAF found at the other end, judged.
result<worker_gateway_actor> judge(caf::actor_system& system, const std::string& peer, const caf::node_id& node,
                                   const caf::strong_actor_ptr& whom, const std::set<std::string>& interface) {
  if (!whom || node == system.node())
    return fail(errc::worker_lost, peer + " is this very node, or has no gateway");
  if (!system.assignable(interface, system.message_types<worker_gateway_actor>()))
    return fail(errc::contract_mismatch, peer + " has a gateway with other messages than ours");
  return caf::actor_cast<worker_gateway_actor>(whom);
}

error explain(const std::string& peer, const caf::error& e) {
  if (e == caf::sec::incompatible_application_ids)
    return {errc::contract_mismatch, peer + " speaks another contract", {}};
  if (e == caf::sec::request_timeout)
    return {errc::worker_lost, peer + " did not give its gateway in time", {}};
  return {errc::worker_lost, peer + ": " + caf::to_string(e), {}};
}

void ask_for_gateway(caf::event_based_actor* self, const caf::actor& broker, const caf::io::scribe_ptr& scribe,
                     duration left, const std::shared_ptr<link_connection>& connection,
                     const std::shared_ptr<link_hub>& hub, const dialler::callback& done) {
  self->request(broker, left, caf::connect_atom_v, scribe, no_port)
      .then(
          [self, hub, connection, done](const caf::node_id& node, const caf::strong_actor_ptr& whom,
                                        const std::set<std::string>& interface) {
            auto found = judge(self->system(), connection->peer.name, node, whom, interface);
            if (found)
              hub->report(log_level::info, "link_up", connection->peer.name, "dialled");
            else
              connection->cut(found.error().detail);
            done(std::move(found));
          },
          [connection, done](const caf::error& e) {
            auto why = explain(connection->peer.name, e);
            connection->cut(why.detail);
            done(tl::unexpected<error>(std::move(why)));
          });
}

class over_network : public link_dialler {
public:
  over_network(caf::actor_system& system, const link_transport_config& config)
      : system_(system), broker_(basp_broker(system)), contract_(make_link_contract(system, link_side::dialled)),
        hub_(link_hub::make(config)), streams_(make_plain_streams(streams_config(config))) {}

  ~over_network() override { stop(); }

  void dial(const std::string& address, callback done) override {
    std::unique_lock lock{mutex_};
    if (!streams_) {
      lock.unlock();
      return done(fail(errc::worker_lost, "this node is shutting down"));
    }
    auto deadline = steady_clock::now() + hub_->config().dial_deadline;
    streams_->dial(address, [this, deadline, done = std::move(done)](result<link_stream> stream) {
      if (stream)
        exchange(std::move(*stream), deadline, done);
      else
        done(tl::unexpected<error>(stream.error()));
    });
  }

  void stop() override {
    std::unique_ptr<link_streams> last;
    {
      std::lock_guard guard{mutex_};
      last.swap(streams_);
    }
    last.reset();
    hub_->stop();
  }

private:
  /// Gives the stream to CAF and asks it for the worker's gateway.
  void exchange(link_stream stream, steady_clock::time_point deadline, callback done) {
    auto connection = hub_->add(stream);
    if (!connection)
      return done(fail(errc::worker_lost, "this node is shutting down"));
    auto left = std::max(std::chrono::duration_cast<duration>(deadline - steady_clock::now()), least_time);
    auto held = std::make_shared<link_stream>(std::move(stream));
    after_burials(system_, [held, connection, left, done = std::move(done), hub = hub_, &system = system_,
                            broker = broker_, contract = contract_] {
      auto scribe = make_link_scribe(system, std::move(*held), connection, contract, hub->config());
      // An actor of one request, so that nobody waits; hidden, so that no shutdown waits for it.
      system.spawn<caf::hidden>(ask_for_gateway, broker, std::move(scribe), left, connection, hub, done);
    });
  }

  caf::actor_system& system_;
  caf::actor broker_;
  std::shared_ptr<const link_contract> contract_;
  std::shared_ptr<link_hub> hub_;
  std::mutex mutex_; // guards the pointer; the thread behind it needs no lock of ours
  std::unique_ptr<link_streams> streams_;
};

} // namespace

std::unique_ptr<link_dialler> make_link_dialler(caf::actor_system& system, const link_transport_config& config) {
  return std::make_unique<over_network>(system, config);
}

} // namespace vigie
