// What waits for answers, found by the answer's id.
#pragma once

#include <cstdint>
#include <unordered_map>
#include <utility>

#include <caf/behavior.hpp>
#include <caf/mailbox_element.hpp>
#include <caf/make_message.hpp>
#include <caf/sec.hpp>

namespace vigie {

/// Owned by an actor's base, used only from its context. CAF 0.17 keeps them in a plain list, which each answer
/// searches: beyond a thousand outstanding requests that is most of the work.
class answer_handlers {
public:
  void add(caf::message_id answer, caf::behavior handler) {
    waiting_.insert_or_assign(answer.integer_value(), std::move(handler));
  }

  /// False: it came too late, or is not for these.
  bool consume(caf::mailbox_element& x) {
    auto found = waiting_.extract(x.mid.integer_value());
    if (!found)
      return false;
    auto& handler = found.mapped();
    if (!handler(x.content())) {
      auto unexpected = caf::make_message(caf::make_error(caf::sec::unexpected_response));
      handler(unexpected);
    }
    return true;
  }

  /// They may hold what holds their actor.
  void clear() { waiting_.clear(); }

private:
  std::unordered_map<uint64_t, caf::behavior> waiting_;
};

} // namespace vigie
