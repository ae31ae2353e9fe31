// From the order to crash to the first message that the replacement has answered: under vigie's supervisor, and, as the
// floor, under a bare CAF actor that monitors its child and spawns it again. Everything is an actor of one process.
// Each replacement says that it is up, and the tester then asks whoever said so, as the peers' testers do: asking the
// name would be a busy loop for as long as the supervisor's thread is held up between the start and the setting of the
// name. The two take turns in blocks of 250 crashes, each under a supervisor of its own. A block is a line of JSON with
// its times in nanoseconds.
//
//   bench_restart [CRASHES] [THREADS]
#include <caf/all.hpp>

#include <future>
#include <memory>

#include "actors/supervisor.hpp"
#include "tests/bench/measure.hpp"

using namespace vigie;

namespace {

using puppet_actor = caf::typed_actor<sig<permit, permit_request>, sig<void, permit_release>>;

constexpr uint64_t block = 250;

permit_request order(const char* what) {
  permit_request out;
  out.host.value = what;
  return out;
}

struct victim_state {
  static inline const char* name = "victim";
};

/// A permit_release to the tester says "I am up".
template <class Self>
puppet_actor::behavior_type victim(Self* self, puppet_actor tester) {
  self->send(tester, permit_release{});
  return {[](const permit_request& x) {
            if (x.host.value == "crash")
              throw std::runtime_error("ordered to");
            return permit{1, duration{0}, {}};
          },
          [](const permit_release&) {}};
}

using our_victim = shell<puppet_actor, victim_state>;
using bare_victim = caf::stateful_actor<victim_state, puppet_actor::base>;

puppet_actor::behavior_type quiet_victim(bare_victim* self, puppet_actor tester) {
  // CAF's own handler would print.
  self->set_exception_handler([](std::exception_ptr&) -> caf::error { return caf::sec::runtime_error; });
  return victim(self, std::move(tester));
}

struct floor_state {
  static inline const char* name = "floor";
  puppet_actor tester;
  actor_ref<puppet_actor> ref;
};

using floor_ptr = caf::stateful_actor<floor_state>*;

void start_victim(floor_ptr self) {
  auto child = self->spawn(quiet_victim, self->state.tester);
  self->monitor(child);
  self->state.ref.set(child);
}

caf::behavior floor_supervisor(floor_ptr self, puppet_actor tester, actor_ref<puppet_actor> ref) {
  self->state.tester = std::move(tester);
  self->state.ref = std::move(ref);
  self->set_down_handler([self](const caf::down_msg&) { start_victim(self); });
  self->set_exit_handler([self](const caf::exit_msg& x) {
    auto child = self->state.ref.get();
    self->demonitor(child.address());
    self->send_exit(child, caf::exit_reason::user_shutdown);
    self->quit(x.reason);
  });
  start_victim(self);
  return {[](caf::unit_t) {}};
}

using times = std::vector<uint64_t>;

struct tester_state {
  static inline const char* name = "tester";
  puppet_actor up; ///< the present incarnation
  times took_ns;
  uint64_t left = 0;
  uint64_t ordered = 0; ///< when; 0 = the first incarnation
  std::shared_ptr<std::promise<times>> done;
};

using tester_ptr = caf::stateful_actor<tester_state, puppet_actor::base>*;

void crash(tester_ptr self) {
  --self->state.left;
  self->state.ordered = bench::wall_ns();
  caf::anon_send(self->state.up, order("crash"));
}

void ask(tester_ptr self) {
  self->state.up = caf::actor_cast<puppet_actor>(self->current_sender());
  self->request(self->state.up, caf::infinite, order("answer"))
      .then(
          [self](const permit&) {
            auto& st = self->state;
            if (st.ordered > 0)
              st.took_ns.push_back(bench::wall_ns() - st.ordered);
            if (st.left > 0)
              crash(self);
            else
              st.done->set_value(std::move(st.took_ns));
          },
          [](const caf::error& e) { bench::give_up("a replacement does not answer: " + caf::to_string(e)); });
}

puppet_actor::behavior_type tester(tester_ptr self, std::shared_ptr<std::promise<times>> done) {
  self->state.left = block;
  self->state.done = std::move(done);
  return {[](const permit_request&) { return permit{}; }, [self](const permit_release&) { ask(self); }};
}

supervisor_config limits() {
  supervisor_config out;
  out.name = "bench";
  out.limits.max_restarts = block + 1;
  // OTP knows no back-off.
  out.limits.backoff_min = out.limits.backoff_max = duration{0};
  return out;
}

caf::actor supervise(caf::actor_system& system, bool ours, const puppet_actor& tester,
                     const actor_ref<puppet_actor>& ref) {
  if (!ours)
    return system.spawn(floor_supervisor, tester, ref);
  auto spec =
      child("victim", ref, [tester](caf::local_actor* self) { return self->spawn(victim<our_victim>, tester); });
  return caf::actor_cast<caf::actor>(
      system.spawn(supervisor, environment{}, limits(), std::vector<child_spec>{std::move(spec)}));
}

void run_block(caf::actor_system& system, bool ours) {
  auto done = std::make_shared<std::promise<times>>();
  actor_ref<puppet_actor> ref;
  auto asker = system.spawn(tester, done);
  auto cpu = bench::cpu_ns();
  auto root = supervise(system, ours, asker, ref);
  auto took = done->get_future().get();
  cpu = bench::cpu_ns() - cpu;
  caf::scoped_actor self{system};
  self->send_exit(root, caf::exit_reason::user_shutdown);
  self->wait_for(root);
  self->send_exit(asker, caf::exit_reason::user_shutdown);
  self->wait_for(asker);
  if (took.size() != block)
    bench::give_up("crashes are missing");
  std::cout << "{\"ours\": " << (ours ? "true" : "false") << ", \"cpu_ns\": " << cpu << ", \"took_ns\": [";
  for (size_t i = 0; i < took.size(); ++i)
    std::cout << (i > 0 ? ", " : "") << took[i];
  std::cout << "]}" << std::endl;
}

} // namespace

int main(int argc, char** argv) {
  auto crashes = bench::argument(argc, argv, 1, 2'000);
  bench::settings settings{bench::argument(argc, argv, 2, 0)};
  caf::actor_system system{settings};
  for (uint64_t done = 0; done < crashes; done += block) {
    bool ours_first = (done / block) % 2 == 0;
    run_block(system, ours_first);
    run_block(system, !ours_first);
  }
  return 0;
}
