// What the inspector sees of a live actor, written by the actor itself, read by anyone.
#pragma once

#include <atomic>
#include <cstdint>
#include <functional>
#include <map>
#include <memory>
#include <mutex>
#include <string>
#include <vector>

#include "messages/values/inspection.hpp"

namespace vigie {

/// Counters of one actor, relaxed: readers may see a value a moment old.
struct probe {
  /// How often an actor with a full mailbox looks at the clock.
  static constexpr uint32_t messages_per_look = 8;

  alignas(64) std::atomic<uint64_t> received{0}; ///< written by whoever sends, so on a cache line of its own
  alignas(64) std::atomic<uint64_t> handled{0};
  std::atomic<uint64_t> busy_ns{0};
  /// Of one message; in a row without a pause, of up to messages_per_look together.
  std::atomic<uint64_t> max_ns{0};
  std::atomic<bool> crash_next{false}; ///< fault injection: throw at the next message
  std::function<void()> wake;          ///< sends it a message; set before the probe is shared, any thread may call
};

/// All live actors of this process and what their supervisors know of them. Thread-safe.
class actor_directory {
public:
  static actor_directory& instance();

  void add(uint64_t id, std::shared_ptr<probe> p);
  /// By the actor's base: what it is called while no supervisor has labelled it.
  void set_kind(uint64_t id, const char* kind);
  /// By the actor's supervisor, after each start.
  void label(uint64_t id, std::string name, std::string parent, uint32_t restarts, std::string last_crash);
  /// By the actor: one line for people.
  void set_state(uint64_t id, std::string state);
  void remove(uint64_t id);
  /// By the supervisor: a child that is down and will be restarted, or was given up.
  void mark_down(const std::string& name, std::string parent, uint32_t restarts, std::string last_crash);
  void forget(const std::string& name);

  std::vector<actor_row> snapshot() const;
  /// The actor throws at its next message and is woken with one. False when no live actor has that name.
  bool crash(const std::string& name, uint64_t* id);

private:
  struct entry {
    std::shared_ptr<probe> counters;
    actor_row facts;
  };

  mutable std::mutex mutex_;
  std::map<uint64_t, entry> live_;
  std::map<std::string, actor_row> down_;
};

} // namespace vigie
