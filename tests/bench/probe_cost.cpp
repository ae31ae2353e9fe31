// What the instrumented base costs: request and reply between two actors, 64 outstanding, once on vigie's shells, once
// on CAF's own base, in pairs. A line of JSON for each pair: CPU nanoseconds of this process per call.
//
//   bench_probe_cost [PAIRS] [CALLS] [THREADS]
#include <caf/all.hpp>

#include "actors/actor.hpp"
#include "messages/registration.hpp"
#include "tests/bench/measure.hpp"

using namespace vigie;

namespace {

using puppet_actor = caf::typed_actor<sig<permit, permit_request>, sig<void, permit_release>>;

constexpr uint64_t outstanding = 64;

struct server_state {
  static inline const char* name = "server";
  uint64_t given = 0;
};

struct caller_state {
  static inline const char* name = "caller";
  puppet_actor server;
  permit_request what;
  uint64_t to_send = 0;
  uint64_t to_come = 0;
  promise<permit> done;
};

template <class State>
using bare = caf::stateful_actor<State, puppet_actor::base>;

/// The smallest call that vigie makes: leave to start a request.
template <class Self>
puppet_actor::behavior_type serve(Self* self) {
  return {[self](const permit_request& x) {
            return permit{++self->state.given, x.patience, {}};
          },
          [](const permit_release&) {}};
}

template <class Self>
void ask(Self* self) {
  auto& st = self->state;
  --st.to_send;
  self->request(st.server, caf::infinite, st.what)
      .then(
          [self, &st](const permit& x) {
            if (st.to_send > 0)
              ask(self);
            if (--st.to_come == 0)
              st.done.deliver(x);
          },
          [](const caf::error& e) { bench::give_up("a call failed: " + caf::to_string(e)); });
}

template <class Self>
puppet_actor::behavior_type call(Self* self, puppet_actor server, uint64_t calls) {
  self->state.server = server;
  return {[self, calls](const permit_request& x) {
            auto& st = self->state;
            st.what = x;
            st.to_send = st.to_come = calls;
            st.done = self->template make_response_promise<promise<permit>>();
            for (uint64_t i = 0; i < outstanding; ++i)
              ask(self);
            return st.done;
          },
          [](const permit_release&) {}};
}

template <class Server, class Caller>
double measure(caf::actor_system& system, uint64_t calls) {
  auto server = system.spawn(serve<Server>);
  auto caller = system.spawn(call<Caller>, server, calls);
  permit_request what;
  what.host.value = std::string(100, 'h');
  caf::scoped_actor self{system};
  uint64_t answered = 0;
  auto begin = bench::cpu_ns();
  self->request(caller, caf::infinite, what)
      .receive([&](const permit& x) { answered = x.id; },
               [](const caf::error& e) { bench::give_up("a round failed: " + caf::to_string(e)); });
  auto spent = bench::cpu_ns() - begin;
  if (answered != calls)
    bench::give_up("answers are missing");
  for (const auto& x : {server, caller}) {
    self->send_exit(x, caf::exit_reason::user_shutdown);
    self->wait_for(x);
  }
  return static_cast<double>(spent) / static_cast<double>(calls);
}

} // namespace

int main(int argc, char** argv) {
  auto pairs = bench::argument(argc, argv, 1, 31);
  auto calls = bench::argument(argc, argv, 2, 100'000);
  bench::settings settings{bench::argument(argc, argv, 3, 0)};
  if (calls < outstanding)
    bench::give_up("at least 64 calls");
  caf::actor_system system{settings};
  auto plain = [&] { return measure<bare<server_state>, bare<caller_state>>(system, calls); };
  auto ours = [&] {
    return measure<shell<puppet_actor, server_state>, shell<puppet_actor, caller_state>>(system, calls);
  };
  plain();
  ours();
  for (uint64_t i = 0; i < pairs; ++i) {
    // Each goes first in every other pair, so that a drift of the machine favours nobody.
    double a = 0, b = 0;
    if (i % 2 == 0) {
      a = plain();
      b = ours();
    } else {
      b = ours();
      a = plain();
    }
    std::cout << "{\"bare_ns\": " << a << ", \"vigie_ns\": " << b << "}" << std::endl;
  }
  return 0;
}
