// The one frame that each side of a plain link sends before anything else: who I am, and which contract I speak.
//
//   offset  0  6  "VIGIE\0"
//           6  1  version of this frame (1)
//           7  1  hello_status; a dialler always says ok
//           8  4  contract version, big-endian
//          12 64  role, padded with NUL
//          76 64  name, padded with NUL
//         140  4  zero
//
// The first twelve bytes stay where they are in every later version, so that a mismatch can always be told apart from
// noise. Pure functions; no input makes them fail in another way than by a value.
#pragma once

#include <array>
#include <cstdint>
#include <string>

#include "adapters/link/stream.hpp"
#include "messages/values/error.hpp"

namespace vigie {

enum class hello_status : uint8_t { ok, full, denied, contract_mismatch };

struct hello {
  hello_status status = hello_status::ok;
  uint32_t contract = 0;
  link_identity who;
};

inline constexpr size_t hello_size = 144;
inline constexpr size_t max_identity_bytes = 64;

using hello_frame = std::array<char, hello_size>;

/// Names longer than max_identity_bytes are cut; see valid_identity.
hello_frame encode(const hello& x);

/// Both parts 1..64 bytes of printable ASCII without blanks.
bool valid_identity(const link_identity& x);

/// Collects a frame as its bytes come in, and notices at the first wrong byte that it is none.
class hello_reader {
public:
  /// Where to put the next bytes, and how many at most: never one beyond the frame.
  char* space() { return frame_.data() + filled_; }
  size_t room() const { return hello_size - filled_; }

  /// `n` bytes were put into space(). False: this is not the beginning of a hello.
  bool advance(size_t n);

  bool complete() const { return filled_ == hello_size; }

  /// Only when complete. Errors: contract_mismatch (another version of the frame), bad_request (a name is missing or
  /// not printable, or the status is unknown).
  result<hello> decode() const;

private:
  hello_frame frame_{};
  size_t filled_ = 0;
};

} // namespace vigie
