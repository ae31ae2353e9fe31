// The private half of memory_database: the lock, the faults, and how an operation is answered.
#pragma once

#include <deque>
#include <functional>
#include <mutex>
#include <optional>

#include "tests/fakes/memory_database.hpp"
#include "tests/fakes/memory_state.hpp"

namespace vigie {

struct memory_database::impl {
  mutable std::mutex mutex;
  memory_state data;
  errc fault = errc::none;
  size_t faults_left = 0;
  bool always = false;
  bool holding = false;
  std::deque<std::function<void()>> held;
  size_t operations = 0;

  /// Does the work under the lock, or fails as asked for; answers outside of it.
  template <class T, class Work>
  void answer(done<T> cb, Work work) {
    auto outcome = std::optional<result<T>>{};
    {
      std::lock_guard guard{mutex};
      ++operations;
      if (always || faults_left > 0) {
        faults_left -= faults_left > 0 ? 1 : 0;
        outcome = fail(fault, "a fault asked for by the test");
      } else {
        outcome = work(data);
      }
      if (holding) {
        held.push_back([cb = std::move(cb), x = std::move(*outcome)]() mutable { cb(std::move(x)); });
        return;
      }
    }
    cb(std::move(*outcome));
  }

  std::optional<std::function<void()>> take_held() {
    std::lock_guard guard{mutex};
    if (held.empty())
      return std::nullopt;
    auto first = std::move(held.front());
    held.pop_front();
    return first;
  }
};

template <class Map>
auto values_of(const Map& all) {
  std::vector<typename Map::mapped_type> out;
  for (const auto& [key, x] : all)
    out.push_back(x);
  return out;
}

} // namespace vigie
