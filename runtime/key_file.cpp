#include "runtime/key_file.hpp"

#include <fcntl.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <charconv>
#include <cstring>
#include <filesystem>
#include <fstream>
#include <sstream>

#include "adapters/crypto/secrets.hpp"

namespace vigie {

namespace {

error cannot(const std::string& what, const std::string& path) {
  return {errc::bad_config, "cannot " + what + " " + path + ": " + std::strerror(errno), path};
}

/// Held by whoever changes the keys of a folder.
class folder_lock {
public:
  explicit folder_lock(const std::string& folder) : fd_(::open(folder.c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC)) {
    held_ = fd_ >= 0 && ::flock(fd_, LOCK_EX) == 0;
  }
  ~folder_lock() {
    if (fd_ >= 0)
      ::close(fd_);
  }
  folder_lock(const folder_lock&) = delete;
  folder_lock& operator=(const folder_lock&) = delete;

  bool held() const { return held_; }

private:
  int fd_;
  bool held_ = false;
};

/// name id hash scopes created_ms
std::string line_of(const api_key_row& x) {
  return x.name + " " + x.id + " " + x.hash + " " + x.scopes + " " + std::to_string(to_unix_ms(x.created)) + "\n";
}

bool read_line(const std::string& line, api_key_row& out) {
  std::istringstream words{line};
  int64_t created = 0;
  std::string more;
  if (!(words >> out.name >> out.id >> out.hash >> out.scopes >> created) || words >> more)
    return false;
  out.created = from_unix_ms(created);
  auto hex = out.hash.find_first_not_of("0123456789abcdef") == std::string::npos;
  return is_key_name(out.name) && hex && out.hash.size() == 64;
}

auto find(std::vector<api_key_row>& rows, const std::string& name) {
  return std::find_if(rows.begin(), rows.end(), [&](const auto& x) { return x.name == name; });
}

result<void> write_all(int fd, const std::string& text, const std::string& path) {
  if (::write(fd, text.data(), text.size()) != static_cast<ssize_t>(text.size()) || ::fsync(fd) != 0)
    return tl::unexpected(cannot("write", path));
  return {};
}

} // namespace

bool is_key_name(std::string_view name) {
  constexpr std::string_view letters = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_";
  return !name.empty() && name.size() <= 64 && name.find_first_not_of(letters) == name.npos;
}

key_file::key_file(std::string data_dir) : folder_(std::move(data_dir)), path_(folder_ + "/keys") {}

result<std::vector<api_key_row>> key_file::read() const {
  std::vector<api_key_row> out;
  struct stat facts {};
  if (::stat(path_.c_str(), &facts) != 0) {
    if (errno == ENOENT)
      return out;
    return tl::unexpected(cannot("read", path_));
  }
  if (facts.st_mode & 077)
    return fail(errc::bad_config, path_ + " can be read by others than its owner; chmod 600 it", path_);
  std::ifstream file{path_};
  if (!file)
    return tl::unexpected(cannot("read", path_));
  std::string line;
  for (size_t number = 1; std::getline(file, line); ++number) {
    api_key_row row;
    if (!read_line(line, row))
      return fail(errc::bad_config, "this line is not a key's: name, id, hash, scopes, time",
                  path_ + ":" + std::to_string(number));
    out.push_back(std::move(row));
  }
  return out;
}

result<std::string> key_file::add(const std::string& name, const std::string& scopes, wall_time now) {
  if (!is_key_name(name))
    return fail(errc::bad_request, "a key's name has 1 to 64 letters, digits, '-' and '_'");
  std::error_code problem;
  if (std::filesystem::create_directories(folder_, problem))
    std::filesystem::permissions(folder_, std::filesystem::perms::owner_all, problem);
  folder_lock lock{folder_};
  if (!lock.held())
    return tl::unexpected(cannot("lock", folder_));
  auto rows = read();
  if (!rows)
    return tl::unexpected(rows.error());
  if (find(*rows, name) != rows->end())
    return fail(errc::conflict, "there is a key named " + name + "; remove it first, or take another name");
  auto key = make_api_key();
  rows->push_back({key.id, key.hash, scopes, name, now});
  std::sort(rows->begin(), rows->end(), [](const auto& a, const auto& b) { return a.name < b.name; });
  if (auto written = write(*rows); !written)
    return tl::unexpected(written.error());
  return key.text;
}

result<api_key_row> key_file::remove(const std::string& name) {
  folder_lock lock{folder_};
  auto rows = read();
  if (!rows)
    return tl::unexpected(rows.error());
  auto i = find(*rows, name);
  if (i == rows->end())
    return fail(errc::not_found, "there is no key named " + name);
  if (!lock.held())
    return tl::unexpected(cannot("lock", folder_));
  auto out = *i;
  rows->erase(i);
  if (auto written = write(*rows); !written)
    return tl::unexpected(written.error());
  return out;
}

result<void> key_file::write(const std::vector<api_key_row>& rows) const {
  std::string text;
  for (const auto& x : rows)
    text += line_of(x);
  auto fresh = path_ + ".new";
  int fd = ::open(fresh.c_str(), O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0600);
  if (fd < 0)
    return tl::unexpected(cannot("make", fresh));
  auto written = write_all(fd, text, fresh);
  ::close(fd);
  if (written && ::rename(fresh.c_str(), path_.c_str()) != 0)
    written = tl::unexpected(cannot("write", path_));
  return written;
}

key_file::stamp key_file::changed() const {
  struct stat facts {};
  if (::stat(path_.c_str(), &facts) != 0)
    return {};
  return {facts.st_ino, facts.st_mtim.tv_sec * int64_t{1'000'000'000} + facts.st_mtim.tv_nsec,
          facts.st_ctim.tv_sec * int64_t{1'000'000'000} + facts.st_ctim.tv_nsec};
}

} // namespace vigie
