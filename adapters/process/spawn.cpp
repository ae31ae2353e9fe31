#include "adapters/process/spawn.hpp"

#include <fcntl.h>
#include <signal.h>
#include <spawn.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/wait.h>

#include <cerrno>
#include <cstring>
#include <string>
#include <vector>

namespace vigie {

namespace {

constexpr std::string_view default_path = "/usr/bin:/bin";

std::string reason(int code) {
  return std::strerror(code);
}

/// Moves a descriptor out of the way of 0, 1 and 2, which the child gets its own ends on.
unique_fd above_standard(unique_fd fd) {
  if (fd.get() > 2 || !fd)
    return fd;
  return unique_fd{::fcntl(fd.get(), F_DUPFD_CLOEXEC, 3)};
}

struct pipe_ends {
  unique_fd read;
  unique_fd write;
};

result<pipe_ends> make_pipe() {
  int fds[2];
  if (::pipe2(fds, O_CLOEXEC) != 0)
    return fail(errc::child_failed, "cannot make a pipe: " + reason(errno));
  pipe_ends ends{above_standard(unique_fd{fds[0]}), above_standard(unique_fd{fds[1]})};
  if (!ends.read || !ends.write)
    return fail(errc::child_failed, "cannot make a pipe: " + reason(errno));
  return ends;
}

bool is_program(const std::string& path) {
  struct stat about {};
  return ::stat(path.c_str(), &about) == 0 && S_ISREG(about.st_mode) && ::access(path.c_str(), X_OK) == 0;
}

/// Entries of PATH that are no absolute folders are passed over: what they mean would hang on our own folder.
result<std::string> find_program(const child_request& request) {
  const auto& name = request.argv[0];
  if (name.find('/') != std::string::npos)
    return name;
  auto given = request.env.find("PATH");
  std::string path{given == request.env.end() ? default_path : std::string_view{given->second}};
  for (size_t start = 0; start <= path.size();) {
    auto end = std::min(path.find(':', start), path.size());
    auto folder = path.substr(start, end - start);
    if (folder.starts_with('/') && is_program(folder + "/" + name))
      return folder + "/" + name;
    start = end + 1;
  }
  return fail(errc::child_failed, "no program \"" + name + "\" in PATH \"" + path + "\"");
}

bool has_nul(const std::string& x) {
  return x.find('\0') != std::string::npos;
}

/// What execve would cut short or misread without a word.
result<void> check(const child_request& request) {
  if (request.argv.empty() || request.argv[0].empty())
    return fail(errc::child_failed, "no program is named");
  for (size_t i = 0; i < request.argv.size(); ++i)
    if (has_nul(request.argv[i]))
      return fail(errc::child_failed, "argument " + std::to_string(i) + " holds a NUL byte");
  for (const auto& [name, value] : request.env)
    if (name.empty() || name.find('=') != std::string::npos || has_nul(name) || has_nul(value))
      return fail(errc::child_failed, "an environment variable has an empty name, a '=' in its name or a NUL byte");
  if (has_nul(request.work_dir))
    return fail(errc::child_failed, "the working directory holds a NUL byte");
  return {};
}

/// posix_spawn's two objects; they need no unwinding beyond their own.
struct spawn_plan {
  posix_spawn_file_actions_t actions;
  posix_spawnattr_t attributes;

  spawn_plan() {
    ::posix_spawn_file_actions_init(&actions);
    ::posix_spawnattr_init(&attributes);
  }
  spawn_plan(const spawn_plan&) = delete;
  ~spawn_plan() {
    ::posix_spawn_file_actions_destroy(&actions);
    ::posix_spawnattr_destroy(&attributes);
  }
};

int prepare(spawn_plan& plan, int input, int output, int errors, const std::string& work_dir) {
  sigset_t none;
  sigset_t all;
  ::sigemptyset(&none);
  ::sigfillset(&all);
  constexpr short flags = POSIX_SPAWN_SETPGROUP | POSIX_SPAWN_SETSIGMASK | POSIX_SPAWN_SETSIGDEF;
  int bad = ::posix_spawnattr_setflags(&plan.attributes, flags);
  bad = bad ? bad : ::posix_spawnattr_setpgroup(&plan.attributes, 0);
  bad = bad ? bad : ::posix_spawnattr_setsigmask(&plan.attributes, &none);
  bad = bad ? bad : ::posix_spawnattr_setsigdefault(&plan.attributes, &all);
  if (input >= 0)
    bad = bad ? bad : ::posix_spawn_file_actions_adddup2(&plan.actions, input, 0);
  else
    bad = bad ? bad : ::posix_spawn_file_actions_addopen(&plan.actions, 0, "/dev/null", O_RDONLY, 0);
  bad = bad ? bad : ::posix_spawn_file_actions_adddup2(&plan.actions, output, 1);
  bad = bad ? bad : ::posix_spawn_file_actions_adddup2(&plan.actions, errors, 2);
  bad = bad ? bad : ::posix_spawn_file_actions_addclosefrom_np(&plan.actions, 3);
  return bad ? bad : ::posix_spawn_file_actions_addchdir_np(&plan.actions, work_dir.c_str());
}

std::vector<char*> pointers(std::vector<std::string>& texts) {
  std::vector<char*> out;
  for (auto& x : texts)
    out.push_back(x.data());
  out.push_back(nullptr);
  return out;
}

/// A child whose pidfd cannot be had is of no use; nothing may be left of it.
void discard(pid_t pid) {
  ::kill(-pid, SIGKILL);
  while (::waitpid(pid, nullptr, 0) < 0 && errno == EINTR) {
  }
}

} // namespace

result<spawned> spawn(const child_request& request) {
  if (auto fine = check(request); !fine)
    return tl::unexpected<error>(fine.error());
  auto program = find_program(request);
  if (!program)
    return tl::unexpected<error>(program.error());
  auto work_dir = request.work_dir.empty() ? std::string{"/"} : request.work_dir;
  struct stat about {};
  if (::stat(work_dir.c_str(), &about) != 0 || !S_ISDIR(about.st_mode))
    return fail(errc::child_failed, "the working directory " + work_dir + " does not exist");

  pipe_ends input;
  if (!request.input.empty()) {
    auto made = make_pipe();
    if (!made)
      return tl::unexpected<error>(made.error());
    input = std::move(*made);
  }
  auto output = make_pipe();
  auto errors = make_pipe();
  if (!output || !errors)
    return tl::unexpected<error>(output ? errors.error() : output.error());
  for (int ours : {input.write.get(), output->read.get(), errors->read.get()})
    if (ours >= 0)
      ::fcntl(ours, F_SETFL, O_NONBLOCK);

  spawn_plan plan;
  int bad = prepare(plan, input.read.get(), output->write.get(), errors->write.get(), work_dir);
  auto arguments = request.argv;
  std::vector<std::string> environment;
  for (const auto& [name, value] : request.env)
    environment.push_back(name + "=" + value);
  pid_t pid = -1;
  if (!bad)
    bad = ::posix_spawn(&pid, program->c_str(), &plan.actions, &plan.attributes, pointers(arguments).data(),
                        pointers(environment).data());
  if (bad)
    return fail(errc::child_failed, "cannot start " + *program + ": " + reason(bad));
  unique_fd watch{static_cast<int>(::syscall(SYS_pidfd_open, pid, 0))};
  if (!watch) {
    auto why = reason(errno);
    discard(pid);
    return fail(errc::child_failed, "cannot watch " + *program + ": " + why);
  }
  return spawned{pid, std::move(watch), std::move(input.write), std::move(output->read), std::move(errors->read)};
}

} // namespace vigie
