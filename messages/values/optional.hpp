// std::optional under a name of ours: CAF 0.17 has no inspection for the standard one, and a type of our own namespace
// lets messages/inspect.hpp give it one without CAF being seen here.
#pragma once

#include <concepts>
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

// Of the standard comparisons, none fits a derived type better than the others: these do.
template <class T>
constexpr bool operator==(const optional<T>& a, const optional<T>& b) {
  return static_cast<const std::optional<T>&>(a) == static_cast<const std::optional<T>&>(b);
}

template <class T>
constexpr bool operator==(const optional<T>& a, const std::optional<T>& b) {
  return static_cast<const std::optional<T>&>(a) == b;
}

template <class T>
constexpr bool operator==(const optional<T>& a, std::nullopt_t) {
  return !a.has_value();
}

/// What compares to a bool with the held value: not the expressions of test frameworks, which have an == of their own.
template <class T, class U>
concept compares_with_held = !requires(const U& x) {
  x.has_value();
}
&&requires(const T& held, const U& x) {
  { held == x } -> std::same_as<bool>;
};

template <class T, class U>
requires compares_with_held<T, U>
constexpr bool operator==(const optional<T>& a, const U& b) {
  return a.has_value() && *a == b;
}

} // namespace vigie
