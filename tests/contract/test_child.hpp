// Child processes of a test.
#pragma once

#include <cerrno>

#include <sys/wait.h>
#include <unistd.h>

#include <catch2/catch.hpp>

namespace vigie::testing {

/// A child process that does `work`, which ends by returning. Must be made while this process has one thread.
template <class Work>
pid_t child(Work work) {
  auto pid = fork();
  REQUIRE(pid >= 0);
  if (pid == 0)
    _exit(work());
  return pid;
}

/// What it returned; 128 + signal when one ended it.
inline int status_of(pid_t pid) {
  int status = -1;
  while (waitpid(pid, &status, 0) < 0 && errno == EINTR) {
  }
  return WIFEXITED(status) ? WEXITSTATUS(status) : 128 + WTERMSIG(status);
}

} // namespace vigie::testing
