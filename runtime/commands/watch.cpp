#include "runtime/commands/watch.hpp"

#include <chrono>
#include <csignal>
#include <cstdlib>
#include <sstream>
#include <thread>

#include <unistd.h>

#include "runtime/commands/commands.hpp"
#include "runtime/commands/display_width.hpp"
#include "runtime/commands/wrapping_stream.hpp"

namespace vigie {

namespace {

std::string clock_text(wall_time now) {
  return to_rfc3339(now).substr(11, 8);
}

/// The lines that fit; the last one says what does not.
std::string cut_to_rows(const std::string& text, size_t rows) {
  std::istringstream in{text};
  std::vector<std::string> lines;
  for (std::string x; std::getline(in, x);)
    lines.push_back(std::move(x));
  auto shown = rows > 1 && lines.size() > rows - 1 ? rows - 2 : lines.size();
  std::string out;
  for (size_t i = 0; i < shown; ++i)
    out += lines[i] + '\n';
  if (shown < lines.size())
    out += "… " + std::to_string(lines.size() - shown) + " more lines\n";
  return out;
}

/// What one turn says, and what is known from the turns before.
class watched_screen {
public:
  watched_screen(const watching& what, output_style style) : what_(what), style_(style) {}

  /// False = usage: it is of no use to ask again.
  bool turn(std::ostream& out, std::ostream& err) {
    auto size = what_.size();
    if (style_.columns > 0)
      style_.columns = size.columns;
    std::ostringstream text, problems;
    auto code = exit_done;
    {
      // Before it is known how many lines there are.
      wrapping_stream wrap_text{text, style_.json ? 0 : style_.columns}, wrap_problems{problems, style_.columns};
      code = what_.show(style_, text, problems);
    }
    auto at = what_.now();
    if (code == exit_usage) {
      out << text.str();
      err << problems.str();
      return false;
    }
    if (style_.json) {
      out << text.str() << std::flush;
      err << problems.str();
      return true;
    }
    auto failed = text.str().empty();
    if (!failed) {
      last_ = text.str();
      last_at_ = at;
    }
    auto said = problems.str();
    if (failed)
      said += "Trying again every " + short_duration(what_.every) + "." +
              (last_.empty() ? "\n" : " What was there at " + clock_text(last_at_) + ":\n\n" + last_);
    else
      said += last_;
    show(said, at, size.rows, out);
    return true;
  }

private:
  void show(const std::string& text, wall_time at, size_t rows, std::ostream& out) {
    auto heading = what_.command + ", " + clock_text(at) + " UTC, every " + short_duration(what_.every);
    if (!style_.terminal) {
      out << "--- " << heading << '\n' << text << std::flush;
      return;
    }
    heading += "; Ctrl-C ends it";
    if (style_.columns > 0)
      heading = cut_to_width(heading, style_.columns);
    // Home, and each line cleared behind its end: a screen that is emptied first flickers.
    std::istringstream lines{painted(heading, paint::dim, style_) + '\n' + cut_to_rows(text, rows > 0 ? rows - 1 : 0)};
    out << "\x1b[H";
    for (std::string x; std::getline(lines, x);)
      out << x << "\x1b[K\n";
    out << "\x1b[J" << std::flush;
  }

  const watching& what_;
  output_style style_;
  std::string last_;
  wall_time last_at_{};
};

} // namespace

int watch(const watching& what, output_style style, std::ostream& out, std::ostream& err) {
  watched_screen screen{what, style};
  do {
    if (!screen.turn(out, err))
      return exit_usage;
  } while (out && what.wait(what.every));
  return exit_done;
}

int watch_until_interrupted(watching what, const output_style& style, std::ostream& out, std::ostream& err) {
  // Each turn is flushed whole, so nothing is lost by ending at once, also in the midst of a question.
  for (int ending : {SIGINT, SIGTERM})
    std::signal(ending, [](int) { std::_Exit(exit_done); });
  std::signal(SIGPIPE, SIG_IGN);
  what.wait = [](duration x) {
    std::this_thread::sleep_for(x);
    return true;
  };
  return watch(what, style, out, err);
}

} // namespace vigie
