// The idioms of CAF 0.17 that later versions dropped, in one place, so that a port is a day's work.
#pragma once

#include <caf/all.hpp>

static_assert(CAF_VERSION >= 1700 && CAF_VERSION < 1800, "written for CAF 0.17; port this file first");

namespace vigie {

namespace detail {

template <class R, class... Args>
struct sig_of {
  using type = typename caf::replies_to<Args...>::template with<R>;
};

template <class... Args>
struct sig_of<void, Args...> {
  using type = caf::reacts_to<Args...>;
};

} // namespace detail

/// A message and its answer: sig<answer, message...>; void = an acknowledgement without content.
template <class R, class... Args>
using sig = typename detail::sig_of<R, Args...>::type;

template <class T>
using promise = caf::typed_response_promise<T>;

} // namespace vigie
