// `--watch`: the same command again and again, on a screen that is redrawn, or under one another.
#pragma once

#include <functional>
#include <ostream>

#include "messages/values/time.hpp"
#include "runtime/commands/terminal.hpp"

namespace vigie {

struct watching {
  duration every{2000};
  std::string command; ///< "vigie workers": the heading
  std::function<int(const output_style&, std::ostream& out, std::ostream& err)> show;
  std::function<wall_time()> now;
  std::function<terminal_size()> size; ///< asked each time: a window may be resized
  std::function<bool(duration)> wait;  ///< false = it is over
};

/// Shows until the waiting is over, or until nobody reads. A node that cannot be reached, or refuses, is said, over
/// what was seen last, and asked again. With style.json each answer is a line and nothing else is said on `out`.
/// exit_done, or at once exit_usage.
int watch(const watching& what, output_style style, std::ostream& out, std::ostream& err);

/// The same until Ctrl-C or SIGTERM, which end the process with exit_done wherever it is.
int watch_until_interrupted(watching what, const output_style& style, std::ostream& out, std::ostream& err);

} // namespace vigie
