#include "runtime/data_lock.hpp"

#include <fcntl.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <unistd.h>

#include <array>
#include <cerrno>
#include <cstring>
#include <filesystem>
#include <utility>

#include "actors/policy/plain_text.hpp"

namespace vigie {

namespace {

namespace fs = std::filesystem;

/// "4711 main": written by the holder, for people.
std::string holder_of(int descriptor) {
  std::array<char, 128> text{};
  auto size = ::pread(descriptor, text.data(), text.size(), 0);
  std::string_view all{text.data(), static_cast<size_t>(size < 0 ? 0 : size)};
  auto line = all.substr(0, all.find('\n'));
  auto blank = line.find(' ');
  if (blank == line.npos || line.substr(0, blank).find_first_not_of("0123456789") != line.npos)
    return "another process";
  return "process " + std::string{line.substr(0, blank)} + " (node " + strip_control(line.substr(blank + 1)) + ")";
}

/// Still the file of that name: not one that somebody removed while we waited for nothing.
bool is_named(int descriptor, const std::string& path) {
  struct stat held {};
  struct stat named {};
  return ::fstat(descriptor, &held) == 0 && ::stat(path.c_str(), &named) == 0 && held.st_ino == named.st_ino &&
         held.st_dev == named.st_dev;
}

error cannot(const std::string& what, const std::string& path) {
  return {errc::bad_config, "cannot " + what + " " + path + ": " + std::strerror(errno), {}};
}

/// The descriptor that holds the lock.
result<int> take(const std::string& path, const std::string& what, const std::string& node) {
  int descriptor = ::open(path.c_str(), O_RDWR | O_CREAT | O_CLOEXEC | O_NOFOLLOW, 0600);
  if (descriptor < 0)
    return tl::unexpected(cannot("make the lock file", path));
  auto close_with = [&](error why) {
    ::close(descriptor);
    return tl::unexpected(std::move(why));
  };
  // Of the open file, not of the process: a child that was started meanwhile has it closed, and a killed holder's is
  // gone with it.
  if (::flock(descriptor, LOCK_EX | LOCK_NB) != 0) {
    if (errno != EWOULDBLOCK)
      return close_with(cannot("lock", path));
    return close_with({errc::conflict,
                       what + " is in use by " + holder_of(descriptor) +
                           ". End that one first, or give this node another folder ([node] data_dir, [store] path)",
                       {}});
  }
  if (!is_named(descriptor, path))
    return close_with({errc::conflict, path + " was taken away while it was locked; start again", {}});
  auto line = std::to_string(::getpid()) + " " + node + "\n";
  if (::ftruncate(descriptor, 0) != 0 ||
      ::pwrite(descriptor, line.data(), line.size(), 0) != static_cast<ssize_t>(line.size()))
    return close_with(cannot("write", path));
  return descriptor;
}

} // namespace

data_lock::data_lock(data_lock&& other) noexcept : descriptor_(std::exchange(other.descriptor_, -1)) {}

data_lock& data_lock::operator=(data_lock&& other) noexcept {
  std::swap(descriptor_, other.descriptor_);
  return *this;
}

data_lock::~data_lock() {
  if (descriptor_ >= 0)
    ::close(descriptor_);
}

result<data_lock> data_lock::of_folder(const std::string& folder, const std::string& node) {
  std::error_code ignored;
  auto held = take(folder + "/lock", "the data folder " + fs::weakly_canonical(folder, ignored).string(), node);
  if (!held)
    return tl::unexpected(held.error());
  return data_lock{*held};
}

result<data_lock> data_lock::of_store(const std::string& path, const std::string& node) {
  std::error_code problem;
  auto file = fs::weakly_canonical(fs::absolute(path, problem), problem);
  if (problem)
    return fail(errc::bad_config, "cannot find the folder of " + path + ": " + problem.message());
  fs::create_directories(file.parent_path(), problem); // what is wrong with it, opening the lock says
  auto held = take(file.string() + "-lock", "the store " + file.string(), node);
  if (!held)
    return tl::unexpected(held.error());
  return data_lock{*held};
}

} // namespace vigie
