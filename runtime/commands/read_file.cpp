#include "runtime/commands/read_file.hpp"

#include <cerrno>
#include <cstring>
#include <fstream>

#include "actors/policy/plain_text.hpp"

namespace vigie {

result<std::string> read_file(const std::string& path, uint64_t most, std::istream* standard_input) {
  auto shown = '"' + strip_control(path) + '"';
  auto given = standard_input != nullptr && path == "-";
  std::ifstream opened;
  errno = 0;
  if (!given)
    opened.open(path, std::ios::binary);
  auto refused = [&] {
    return fail(errc::bad_request,
                shown + " cannot be read" + (errno != 0 ? std::string{": "} + std::strerror(errno) : std::string{}));
  };
  if (!given && !opened.is_open())
    return refused();
  auto& in = given ? *standard_input : opened;
  std::string out;
  std::string part(64 << 10, '\0');
  while (in && out.size() <= most) {
    errno = 0;
    in.read(part.data(), static_cast<std::streamsize>(part.size()));
    out.append(part, 0, static_cast<size_t>(in.gcount()));
  }
  if (in.bad()) // a folder opens; reading it is what fails
    return refused();
  if (out.size() > most)
    return fail(errc::bad_request, shown + " has more than " + std::to_string(most) + " bytes");
  return out;
}

} // namespace vigie
