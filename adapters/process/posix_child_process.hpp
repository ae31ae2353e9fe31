// Child processes by posix_spawn and pidfd.
#pragma once

#include <cstddef>
#include <memory>

#include "adapters/ports/child_process.hpp"

namespace vigie {

struct child_process_config {
  size_t max_children = 16;  ///< running at a time
  size_t max_queued = 256;   ///< waiting for a place; more are refused with busy
  duration drain_grace{500}; ///< after a child's end, for output that a process outside its group still holds open
};

/// One thread of the adapter starts, feeds, reads and reaps all children.
///
/// A child is the leader of its own process group and sees: the given environment and nothing else, descriptors 0, 1
/// and 2 and no other, default signal dispositions, an empty signal mask. When it ends, what is left of its group is
/// killed. A descendant that made a group or session of its own is not followed; it can only hold the output open for
/// drain_grace. A time-out counts from the start of the child, not from the call.
///
/// Not to be destroyed by one of its own callbacks.
std::unique_ptr<child_process> make_posix_child_process(child_process_config config = {});

} // namespace vigie
