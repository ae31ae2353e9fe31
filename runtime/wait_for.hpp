// An answer of an asynchronous port, waited for; only for the main thread, which is no actor.
#pragma once

#include <future>
#include <memory>
#include <utility>

#include "messages/values/error.hpp"

namespace vigie {

/// `operation` gets the callback that ends the waiting; it is called exactly once.
template <class T, class Operation>
result<T> wait_for(Operation operation) {
  auto answer = std::make_shared<std::promise<result<T>>>();
  auto future = answer->get_future();
  operation([answer](result<T> x) { answer->set_value(std::move(x)); });
  return future.get();
}

} // namespace vigie
