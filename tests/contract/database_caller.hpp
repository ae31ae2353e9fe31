// Calls the database port as a person would write it: ask and wait.
#pragma once

#include <chrono>
#include <future>
#include <memory>
#include <tuple>
#include <utility>

#include <catch2/catch.hpp>

#include "adapters/ports/database.hpp"

namespace vigie::testing {

template <class Callback>
struct answer_of;
template <class T>
struct answer_of<std::function<void(result<T>)>> {
  using type = T;
};
/// What an operation of the port answers: the T of its last parameter.
template <class... Params>
using answer_to = typename answer_of<std::tuple_element_t<sizeof...(Params) - 1, std::tuple<Params...>>>::type;

/// Does not own the database.
class database_caller {
public:
  explicit database_caller(database& db) : db_(&db) {}

  /// The answer, whatever it is. A second call of the callback would throw on the adapter's thread.
  template <class... Params, class... Args>
  result<answer_to<Params...>> ask(void (database::*operation)(Params...), Args&&... args) {
    using answer = result<answer_to<Params...>>;
    auto promise = std::make_shared<std::promise<answer>>();
    auto future = promise->get_future();
    (db_->*operation)(std::forward<Args>(args)..., [promise](answer x) { promise->set_value(std::move(x)); });
    if (future.wait_for(std::chrono::seconds{60}) != std::future_status::ready)
      FAIL("no answer within a minute");
    return future.get();
  }

  /// The value of an answer that has to be one.
  template <class... Params, class... Args>
  answer_to<Params...> must(void (database::*operation)(Params...), Args&&... args) {
    auto out = ask(operation, std::forward<Args>(args)...);
    if (!out)
      FAIL("refused: " << to_string(out.error()));
    return std::move(*out);
  }

  /// The code of an answer; errc::none for a value.
  template <class... Params, class... Args>
  errc code(void (database::*operation)(Params...), Args&&... args) {
    auto out = ask(operation, std::forward<Args>(args)...);
    return out ? errc::none : out.error().code;
  }

private:
  database* db_;
};

} // namespace vigie::testing
