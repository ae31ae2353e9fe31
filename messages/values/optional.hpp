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

  /// Of the standard comparisons, none fits a derived type better than the others.
  friend constexpr bool operator==(const optional& a, const optional& b) {
    return static_cast<const std::optional<T>&>(a) == static_cast<const std::optional<T>&>(b);
  }

  friend constexpr bool operator==(const optional& a, const std::optional<T>& b) {
    return static_cast<const std::optional<T>&>(a) == b;
  }

  friend constexpr bool operator==(const optional& a, std::nullopt_t) { return !a.has_value(); }

  template <class U>
  requires(!requires(const U& x) { x.has_value(); }) friend constexpr bool operator==(const optional& a, const U& b) {
    return a.has_value() && *a == b;
  }
};

} // namespace vigie
