// What a supervisor does when a child ends: leave it, restart it (with which siblings, when), or give up.
//
// The words and rules are Erlang/OTP's. Added to them: a back-off from the second restart in a row. Pure: the shell
// (actors/supervisor.hpp) passes time in and does what the plan says.
#pragma once

#include <cstdint>
#include <deque>
#include <string_view>
#include <vector>

#include "messages/values/time.hpp"

namespace vigie {

/// permanent: always restarted. transient: only after a crash. temporary: never, not even with its siblings.
enum class restart_mode : uint8_t { permanent, transient, temporary };

/// Who is restarted with the child that ended: nobody, all siblings, or those started after it.
enum class supervision_strategy : uint8_t { one_for_one, one_for_all, rest_for_one };

std::string_view to_string(restart_mode x);
std::string_view to_string(supervision_strategy x);

struct restart_limits {
  supervision_strategy strategy = supervision_strategy::one_for_one;
  uint32_t max_restarts = 5;    ///< within `period`; one more escalates. A child that ends counts, its siblings do not
  duration period{10000};       ///< of the intensity
  duration backoff_min{50};     ///< before the second restart in a row; doubles with each further one
  duration backoff_max{5000};   ///< the longest back-off
  duration stable_after{30000}; ///< a child that lived so long has no back-off next time
};

enum class child_end : uint8_t { normal, crashed };

/// What the policy needs to know of a child. Children stand in the order of their start.
struct child_facts {
  restart_mode mode = restart_mode::permanent;
  bool up = false;     ///< running and not being stopped
  uint32_t streak = 0; ///< restarts in a row without a stable life between them
  mono_time started{}; ///< of the incarnation that ended
};

struct restart_plan {
  /// keep: it stays down but is started again with its siblings. forget: it is no child any more.
  enum class verdict : uint8_t { keep, forget, restart, escalate };

  verdict what = verdict::keep;
  duration delay{0};         ///< restart: from now, and not before all of `stop` have ended
  uint32_t streak = 0;       ///< restart: the child's new streak
  std::vector<size_t> stop;  ///< running siblings to stop first, last started first
  std::vector<size_t> start; ///< children to start, in this order; the one that ended is among them
};

class restart_strategy {
public:
  explicit restart_strategy(restart_limits limits) : limits_(limits) {}

  /// `children[which]` has ended on its own. Counts a restart if it plans one. `now` never goes back.
  restart_plan child_ended(const std::vector<child_facts>& children, size_t which, child_end how, mono_time now);

  /// Restarts planned within the period that ends now.
  size_t recent(mono_time now) const;

  const restart_limits& limits() const { return limits_; }

private:
  duration backoff(uint32_t streak) const;

  restart_limits limits_;
  std::deque<mono_time> history_; ///< at most max_restarts entries
};

} // namespace vigie
