#include "actors/probe.hpp"

namespace vigie {

actor_directory& actor_directory::instance() {
  // Never destroyed: actors may still deregister while the process ends.
  static auto* directory = new actor_directory;
  return *directory;
}

void actor_directory::add(uint64_t id, std::shared_ptr<probe> p) {
  std::lock_guard guard{mutex_};
  auto& x = live_[id];
  x.counters = std::move(p);
  x.facts.id = id;
}

void actor_directory::set_kind(uint64_t id, const char* kind) {
  std::lock_guard guard{mutex_};
  if (auto i = live_.find(id); i != live_.end() && i->second.facts.name.empty())
    i->second.facts.name = kind;
}

void actor_directory::label(uint64_t id, std::string name, std::string parent, uint32_t restarts,
                            std::string last_crash) {
  std::lock_guard guard{mutex_};
  down_.erase(name);
  auto i = live_.find(id);
  if (i == live_.end())
    return;
  auto& facts = i->second.facts;
  facts.name = std::move(name);
  facts.parent = std::move(parent);
  facts.restarts = restarts;
  facts.last_crash = std::move(last_crash);
}

void actor_directory::set_state(uint64_t id, std::string state) {
  std::lock_guard guard{mutex_};
  if (auto i = live_.find(id); i != live_.end())
    i->second.facts.state = std::move(state);
}

void actor_directory::remove(uint64_t id) {
  std::lock_guard guard{mutex_};
  live_.erase(id);
}

void actor_directory::mark_down(const std::string& name, std::string parent, uint32_t restarts,
                                std::string last_crash) {
  std::lock_guard guard{mutex_};
  auto& row = down_[name];
  row.name = name;
  row.parent = std::move(parent);
  row.restarts = restarts;
  row.last_crash = std::move(last_crash);
  row.state = "down";
  row.alive = false;
}

void actor_directory::forget(const std::string& name) {
  std::lock_guard guard{mutex_};
  down_.erase(name);
}

std::vector<actor_row> actor_directory::snapshot() const {
  std::lock_guard guard{mutex_};
  std::vector<actor_row> out;
  out.reserve(live_.size() + down_.size());
  for (const auto& [id, x] : live_) {
    auto row = x.facts;
    auto received = x.counters->received.load(std::memory_order_relaxed);
    row.handled = x.counters->handled.load(std::memory_order_relaxed);
    row.mailbox = received > row.handled ? received - row.handled : 0;
    row.busy_ns = x.counters->busy_ns.load(std::memory_order_relaxed);
    row.max_ns = x.counters->max_ns.load(std::memory_order_relaxed);
    out.push_back(std::move(row));
  }
  for (const auto& [name, row] : down_)
    out.push_back(row);
  return out;
}

bool actor_directory::crash(const std::string& name, uint64_t* id) {
  std::shared_ptr<probe> found;
  {
    std::lock_guard guard{mutex_};
    for (auto& [key, x] : live_) {
      if (x.facts.name == name) {
        found = x.counters;
        *id = key;
        break;
      }
    }
  }
  if (!found)
    return false;
  found->crash_next.store(true, std::memory_order_relaxed);
  if (found->wake)
    found->wake();
  return true;
}

} // namespace vigie
