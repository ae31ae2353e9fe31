// Secrets: where they may stand, and that others cannot read them there.
#include <fstream>
#include <iterator>

#include <sys/stat.h>

#include "actors/policy/secret_forms.hpp"
#include "runtime/config_reader.hpp"
#include "runtime/config_units.hpp"

namespace vigie {

namespace {

constexpr size_t max_secret_bytes = 64 << 10;

} // namespace

void config_reader::read_secret_file(const std::string& name, const std::string& path, std::string& out) {
  struct stat info = {};
  if (::stat(path.c_str(), &info) != 0 || !S_ISREG(info.st_mode))
    return problem(name, "the secret file " + path + " is not there",
                   "Write the file, with mode 600, or correct its path.");
  if ((info.st_mode & S_IROTH) != 0)
    return problem(name, "the secret file " + path + " can be read by every user of this machine",
                   "Take the right away: chmod 600 " + path);
  std::ifstream in{path, std::ios::binary};
  std::string text(max_secret_bytes + 1, '\0');
  in.read(text.data(), static_cast<std::streamsize>(text.size()));
  text.resize(static_cast<size_t>(in.gcount()));
  bool fits = in.is_open() && !in.bad() && text.size() <= max_secret_bytes;
  while (!text.empty() && (text.back() == '\n' || text.back() == '\r'))
    text.pop_back();
  if (!fits || text.empty())
    return problem(name, "the secret file " + path + " is empty, unreadable or larger than 64 KiB",
                   "Write the secret into it, as one line.");
  context_->keep_secret(text);
  out = std::move(text);
}

void config_reader::read_secret(const std::string& name, std::string& out) {
  in_force(name, in_quotes(has(name) ? secret_mask : std::string_view{}));
  auto x = find(name);
  if (!x)
    return;
  if (x.value && x.value->type != config_value::kind::text)
    return problem(name, "expected a text", "Write " + name + " = \"${NAME}\" or " + name + " = \"file:/path\".");
  std::string text;
  if (!text_of(name, x, "a text", true, text))
    return;
  if (text.starts_with("file:"))
    return read_secret_file(name, context_->beside_file(text.substr(5)), out);
  context_->keep_secret(text);
  if (x.value && x.value->text.find("${") == std::string::npos && context_->file_exposed)
    return problem(name, "the secret stands in a file that every user of this machine can read",
                   "Write " + name +
                       " = \"${NAME}\" or \"file:/path\", or take the right away: chmod 600 on this file.");
  out = std::move(text);
}

} // namespace vigie
