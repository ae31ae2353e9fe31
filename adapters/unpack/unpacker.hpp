// A body's packing, undone while it comes; zlib, brotli and zstd stay behind it.
#pragma once

#include <cstdint>
#include <functional>
#include <memory>
#include <string_view>
#include <vector>

#include "messages/values/error.hpp"

namespace vigie {

struct unpack_limits {
  size_t max_codings = 4;                ///< one within the other
  uint64_t max_bytes_between = 20 << 20; ///< that one coding hands to the next; the last one's taker counts itself
  int max_zstd_window_log = 23;          ///< 8 MiB, what RFC 9659 allows
};

/// What unpacks to less than this may have been packed as tightly as it likes: whoever bounds how many times its size a
/// body grows begins here.
inline constexpr uint64_t unpack_ratio_from_bytes = 1 << 20;

/// All that is asked for: what `unpacker` undoes. The value of Accept-Encoding.
inline constexpr std::string_view accepted_encodings = "deflate, gzip, br, zstd";

/// Content-Encoding of RFC 9110, 8.4: gzip (of any number of members) and x-gzip, deflate with zlib's header or without
/// (browsers take both), br, zstd (of any number of frames); identity and none are nothing. Names in either case.
///
/// Packings know where they end: one that is cut, is damaged, has bytes behind its end, or is something else than was
/// said is bad_page, each in its own words, and nothing of the body is to be used. Not thread-safe.
class unpacker {
public:
  /// Takes what comes out; false = no more of it, and the reason is the taker's.
  using taker = std::function<bool(std::string_view)>;

  /// By the values of Content-Encoding, in their order, joined by commas. Null: nothing is to be undone. bad_page
  /// for a coding that is not known, and for too many.
  static result<std::unique_ptr<unpacker>> make(std::string_view codings, const unpack_limits& limits = {});
  ~unpacker();

  /// The next bytes of the body. False: `problem` says why, or the taker said no.
  bool take(std::string_view packed, const taker& next);
  /// The body has ended. False: its packing has not; `problem` says so.
  bool finish();
  /// Code none = there was none.
  const error& problem() const { return problem_; }

  /// One coding.
  class stage;

private:
  unpacker(std::vector<std::unique_ptr<stage>> stages, const unpack_limits& limits);

  bool feed(size_t at, std::string_view bytes, const taker& next);

  std::vector<std::unique_ptr<stage>> stages_; ///< from the outside in
  std::vector<uint64_t> handed_on_;            ///< bytes, by each of them
  const unpack_limits limits_;
  error problem_;
};

} // namespace vigie
