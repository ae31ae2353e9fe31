// Port: child processes. No shell, ever.
#pragma once

#include <functional>
#include <map>
#include <string>
#include <vector>

#include "messages/values/error.hpp"
#include "messages/values/time.hpp"

namespace vigie {

struct child_request {
  std::vector<std::string> argv;          ///< argv[0] is looked up in PATH of `env`, or is a path
  std::map<std::string, std::string> env; ///< the whole environment: nothing is inherited
  std::string work_dir;                   ///< empty = "/"
  std::string input;                      ///< written to stdin, then closed; empty = /dev/null
  duration time_out{60000};               ///< then TERM to the process group
  duration kill_after{5000};              ///< after TERM, then KILL
  size_t max_output_bytes = 1 << 20;      ///< of stdout and of stderr each; the rest is read and dropped
};

struct child_outcome {
  int exit_status = 0; ///< of exit(); 128 + signal when a signal ended it
  bool timed_out = false;
  std::string output;
  std::string errors;
  bool truncated = false;
  bool input_left = false; ///< it ended, or closed its stdin, before it had taken all of the input
  duration took{0};
};

/// Runs children in process groups of their own, every inherited descriptor closed. Thread-safe.
class child_process {
public:
  using callback = std::function<void(result<child_outcome>)>;

  virtual ~child_process() = default;

  /// `done` is called exactly once, on the adapter's thread or, for an immediate refusal (busy), on the caller's; it
  /// must not block. A child that could not be started is errc::child_failed; one that ended is a success of this port
  /// whatever its status, `timed_out` says if it was made to. Destroying the port kills all groups: cancelled.
  virtual void run(child_request request, callback done) = 0;
};

} // namespace vigie
