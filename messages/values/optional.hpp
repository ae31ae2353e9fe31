// std::optional under a name of ours: CAF 0.17 has no inspection for the standard one, and a type of our own namespace
// lets messages/inspect.hpp give it one without CAF being seen here.
#pragma once

#include <optional>
#include <utility>

namespace vigie {

template <class T>
struct optional : std::optional<T> {
  using std::optional<T>::optional;

  optional& operator=(std::nullopt_t) {
    this->reset();
    return *this;
  }

  optional& operator=(T value) {
    this->emplace(std::move(value));
    return *this;
  }
};

} // namespace vigie
