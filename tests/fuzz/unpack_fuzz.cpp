// Input: the value of Content-Encoding, a line feed, and the rest is the body.
#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>

#include "adapters/unpack/unpacker.hpp"
#include "tests/fuzz/must.hpp"

namespace {

constexpr size_t most_bytes = 1 << 20;

struct outcome {
  bool packed = false;
  bool enough = false;
  std::string text;
  vigie::error problem;
};

outcome unpack(std::string_view codings, std::string_view body, size_t piece) {
  outcome out;
  auto made = vigie::unpacker::make(codings, {.max_bytes_between = most_bytes});
  if (!made || !*made) {
    out.problem = made ? vigie::error{} : made.error();
    return out;
  }
  out.packed = true;
  auto keep = [&](std::string_view bytes) {
    must(!bytes.empty());
    out.text += bytes;
    out.enough = out.text.size() > most_bytes;
    return !out.enough;
  };
  bool good = true;
  while (good && !body.empty()) {
    auto taken = body.substr(0, piece);
    body.remove_prefix(taken.size());
    good = (*made)->take(taken, keep);
  }
  good = good && (*made)->finish();
  out.problem = (*made)->problem();
  // It says why, exactly where it fails of itself.
  must(good == (out.problem.code == vigie::errc::none && !out.enough));
  return out;
}

} // namespace

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  std::string_view input{reinterpret_cast<const char*>(data), size};
  auto end = std::min(input.find('\n'), input.size());
  auto codings = input.substr(0, end);
  auto body = input.substr(std::min(end + 1, input.size()));
  auto whole = unpack(codings, body, ~size_t{0});
  auto pieces = unpack(codings, body, 3);
  // In whatever pieces it comes, the same comes out.
  must(whole.packed == pieces.packed && whole.enough == pieces.enough);
  if (whole.enough)
    return 0;
  must(whole.problem.code == pieces.problem.code);
  if (whole.problem.code == vigie::errc::none)
    must(whole.text == pieces.text);
  else
    must(!whole.problem.detail.empty());
  return 0;
}
