// How a supervisor starts and stops its children, one step at a time. When, and which, is decided in
// actors/supervisor.cpp and actors/policy/restart_strategy.hpp. Only for supervisor.cpp.
#pragma once

#include <string>
#include <string_view>

#include "actors/supervisor.hpp"

namespace vigie::supervising {

using phase = supervised_child::phase;

/// An event about a child, with its restarts.
void tell(supervisor_ptr self, log_level level, std::string_view name, const supervised_child& child,
          const std::string& why);

/// Runs one incarnation. A start that fails comes back as child_ended, in a message of its own.
void launch(supervisor_ptr self, supervised_child& child);

/// A child that was told to stop is gone (or given up). May erase it.
void stopped(supervisor_ptr self, supervised_child& child);

/// Does the next step: stops one child at a time, last started first; then starts what is due, or ends.
void proceed(supervisor_ptr self);

/// `children[which]` has ended on its own. Defined in supervisor.cpp.
void child_ended(supervisor_ptr self, size_t which, child_end how, const std::string& why);

} // namespace vigie::supervising
