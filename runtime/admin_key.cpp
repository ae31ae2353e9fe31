#include "runtime/admin_key.hpp"

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cstring>
#include <fstream>

#include "adapters/crypto/secrets.hpp"

namespace vigie {

namespace {

result<std::string> read_key(const std::string& path) {
  struct stat facts {};
  if (::stat(path.c_str(), &facts) != 0)
    return fail(errc::not_found, path);
  if (facts.st_mode & 077)
    return fail(errc::bad_config,
                path + " can be read by others than its owner; chmod 600 it, or remove it to get a new key", path);
  std::ifstream file{path};
  std::string text;
  std::getline(file, text);
  return text;
}

result<void> write_key(const std::string& path, const std::string& text) {
  int fd = ::open(path.c_str(), O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0600);
  if (fd < 0)
    return fail(errc::bad_config, "cannot make " + path + ": " + std::strerror(errno), path);
  auto line = text + "\n";
  auto written = ::write(fd, line.data(), line.size());
  ::close(fd);
  if (written != static_cast<ssize_t>(line.size()))
    return fail(errc::bad_config, "cannot write " + path + ": " + std::strerror(errno), path);
  return {};
}

} // namespace

result<api_key_row> provide_admin_key(const std::string& data_dir, wall_time now) {
  auto path = data_dir + "/admin.key";
  auto text = read_key(path);
  api_key_row row;
  row.scopes = "read run admin";
  row.name = "admin.key";
  row.created = now;
  if (!text) {
    if (text.error().code != errc::not_found)
      return tl::unexpected<error>(text.error());
    auto key = make_api_key();
    if (auto written = write_key(path, key.text); !written)
      return tl::unexpected<error>(written.error());
    row.id = key.id;
    row.hash = key.hash;
    return row;
  }
  auto id = api_key_id(*text);
  if (!id)
    return fail(errc::bad_config, path + " does not hold an API key; remove it to get a new one", path);
  row.id = *id;
  row.hash = sha256_hex(std::string_view{*text}.substr(text->size() - 43));
  return row;
}

} // namespace vigie
