#include "adapters/link/hello.hpp"

#include <algorithm>
#include <cstring>
#include <string_view>

namespace vigie {

namespace {

constexpr std::string_view magic{"VIGIE\0", 6};
constexpr size_t version_at = 6, status_at = 7, contract_at = 8, role_at = 12, name_at = role_at + max_identity_bytes;
constexpr char frame_version = 1;

bool printable(const std::string& x) {
  return !x.empty() && x.size() <= max_identity_bytes &&
         std::all_of(x.begin(), x.end(), [](char c) { return c > ' ' && c < '\x7f'; });
}

} // namespace

bool valid_identity(const link_identity& x) {
  return printable(x.name) && printable(x.role);
}

hello_frame encode(const hello& x) {
  hello_frame out{};
  std::copy(magic.begin(), magic.end(), out.begin());
  out[version_at] = frame_version;
  out[status_at] = static_cast<char>(x.status);
  for (size_t i = 0; i < 4; ++i)
    out[contract_at + i] = static_cast<char>(x.contract >> (24 - 8 * i));
  std::copy_n(x.who.role.begin(), std::min(x.who.role.size(), max_identity_bytes), out.begin() + role_at);
  std::copy_n(x.who.name.begin(), std::min(x.who.name.size(), max_identity_bytes), out.begin() + name_at);
  return out;
}

bool hello_reader::advance(size_t n) {
  auto known = std::min(filled_ + n, magic.size());
  filled_ += n;
  return std::memcmp(frame_.data(), magic.data(), known) == 0;
}

result<hello> hello_reader::decode() const {
  if (frame_[version_at] != frame_version)
    return fail(errc::contract_mismatch, "the peer's hello is of another version");
  hello out;
  auto status = static_cast<uint8_t>(frame_[status_at]);
  if (status > static_cast<uint8_t>(hello_status::contract_mismatch))
    return fail(errc::bad_request, "the peer's hello has an unknown status");
  out.status = static_cast<hello_status>(status);
  for (size_t i = 0; i < 4; ++i)
    out.contract = out.contract << 8 | static_cast<uint8_t>(frame_[contract_at + i]);
  auto text = [&](size_t at) {
    return std::string(frame_.data() + at, ::strnlen(frame_.data() + at, max_identity_bytes));
  };
  out.who = {text(name_at), text(role_at)};
  if (!valid_identity(out.who))
    return fail(errc::bad_request, "the peer's hello has no proper name and role");
  return out;
}

} // namespace vigie
