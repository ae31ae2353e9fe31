// Starts its children in order, restarts them by OTP's rules and stops them in reverse order.
//
// A child that ends is restarted as actors/policy/restart_strategy.hpp decides; at the first crash after a stable time
// that happens in the very handler that learns of it. When the intensity is exceeded the supervisor stops its other
// children and ends itself with errc::crashed: its own supervisor (or, at the root, the runtime, which monitors it)
// decides what then. An exit message stops the children one after the other, last started first, each with its
// deadline; then the supervisor ends with that reason. Children are monitored, never linked; a supervisor that is
// killed or crashes itself kills them.
//
// Handles change with each incarnation: callers keep an actor_ref (actors/actor.hpp), which `child` keeps pointed at
// the present one. Names, restarts and last crashes are in the actor_directory.
#pragma once

#include <functional>
#include <string>
#include <utility>
#include <vector>

#include "actors/actor.hpp"
#include "actors/environment.hpp"
#include "actors/policy/restart_strategy.hpp"

namespace vigie {

struct child_spec {
  /// Starts one incarnation, in the supervisor's context (`self->spawn(...)`). A throw or a null counts as a crash.
  using starter = std::function<caf::strong_actor_ptr(caf::local_actor* self)>;

  std::string name; ///< unique among its siblings; the name in the directory
  starter start;
  restart_mode restart = restart_mode::permanent;
  duration shutdown{5000}; ///< from user_shutdown to kill; give a nested supervisor the sum of its children's
};

/// A child whose incarnations `ref` points at. `spawn` is callable as Handle(caf::local_actor* supervisor):
///   child("store", store_ref, [=](caf::local_actor* self) { return self->spawn(store, env, config); })
template <class Handle, class Spawn>
child_spec child(std::string name, actor_ref<Handle> ref, Spawn spawn, restart_mode restart = restart_mode::permanent,
                 duration shutdown = duration{5000}) {
  return {std::move(name),
          [ref = std::move(ref), spawn = std::move(spawn)](caf::local_actor* self) mutable {
            Handle started = spawn(self);
            auto untyped = caf::actor_cast<caf::strong_actor_ptr>(started);
            ref.set(std::move(started));
            return untyped;
          },
          restart, shutdown};
}

struct supervisor_config {
  std::string name; ///< of the supervisor: the `parent` of its children in the directory
  restart_limits limits;
  /// After a kill: a child stuck in a handler does not see it, and must not hold the shutdown up for ever.
  duration kill_grace{1000};
};

/// Adds a child at the end and starts it. Never leaves the process. Errors: conflict (the name is taken, or the
/// supervisor is ending).
struct start_child {
  child_spec spec;
};

} // namespace vigie

CAF_ALLOW_UNSAFE_MESSAGE_TYPE(vigie::start_child)

namespace vigie {

using supervisor_actor = caf::typed_actor<sig<void, start_child>>;

/// One child as its supervisor sees it.
struct supervised_child {
  enum class phase : uint8_t {
    down,     ///< is started at `due`
    up,       ///< runs
    stopping, ///< told to end
    ended     ///< not running, until its siblings are restarted
  };

  child_spec spec;
  phase now = phase::down;
  caf::actor handle;           ///< while up or stopping
  uint64_t ticket = 0;         ///< of the latest start, stop or wait: timers with another one are void
  bool stop_wanted = false;    ///< up: to be stopped when its turn comes
  bool restart_wanted = false; ///< to be started again once stopped
  bool killed = false;         ///< stopping: the deadline has passed
  mono_time started{};
  mono_time due{};
  uint32_t streak = 0;
  uint32_t restarts = 0;
  std::string last_crash;
};

struct supervisor_state {
  std::string name; ///< first, since CAF tries to build a state from its actor, and a handle would take that
  supervisor_config config;
  environment env;
  restart_strategy strategy{restart_limits{}};
  std::vector<supervised_child> children; ///< in start order
  uint64_t last_ticket = 0;
  bool ending = false;
  caf::error end_reason;

  supervisor_state() = default;
  supervisor_state(const supervisor_state&) = delete;
  supervisor_state& operator=(const supervisor_state&) = delete;
  ~supervisor_state(); ///< kills whatever still runs
};

using supervisor_ptr = shell<supervisor_actor, supervisor_state>*;

/// self->spawn(supervisor, env, config, children). A nested one is a child: child("fleet", fleet_ref,
/// [=](caf::local_actor* self) { return self->spawn(supervisor, env, config, children); }).
supervisor_actor::behavior_type supervisor(supervisor_ptr self, environment env, supervisor_config config,
                                           std::vector<child_spec> children);

} // namespace vigie
