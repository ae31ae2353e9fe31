// A callback of the API's, on its way through actors that may die.
#pragma once

#include <atomic>
#include <utility>

#include "adapters/ports/api_backend.hpp"

namespace vigie {

/// Calls back exactly once: with `crashed` when whoever held it died without an answer.
template <class T>
class answer_once {
public:
  answer_once(api_backend::done<T> cb, std::atomic<size_t>& open) : cb_(std::move(cb)), open_(&open) {}
  answer_once(const answer_once&) = delete;
  answer_once& operator=(const answer_once&) = delete;
  ~answer_once() { (*this)(fail(errc::crashed, "the part that had the request died")); }

  bool answered() const { return !cb_; }

  void operator()(result<T> x) {
    if (!cb_)
      return;
    auto cb = std::exchange(cb_, nullptr);
    open_->fetch_sub(1, std::memory_order_relaxed);
    cb(std::move(x));
  }

private:
  api_backend::done<T> cb_;
  std::atomic<size_t>* open_;
};

} // namespace vigie
