// The characters of the Encoding Standard's encodings, made of iconv's tables and corrected where those differ from the
// standard's indexes. Internal to adapters/extract. Made at the first use; thread-safe.
#pragma once

#include <array>
#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "actors/policy/charset.hpp"

namespace vigie {

/// 0 = no character. Empty (`known` false): this machine's iconv does not have the encoding.
struct single_byte_table {
  std::array<uint32_t, 128> points{}; ///< of the bytes from 0x80 on
  bool known = false;
};

struct double_byte_table {
  static constexpr size_t leads = 126;  ///< from 0x81 on
  static constexpr size_t trails = 191; ///< from 0x40 on
  std::vector<uint32_t> points{};

  bool known() const { return !points.empty(); }
  /// 0 also for bytes that are outside.
  uint32_t at(unsigned lead, unsigned trail) const {
    bool inside = lead >= 0x81 && lead < 0x81 + leads && trail >= 0x40 && trail < 0x40 + trails && known();
    return inside ? points[(lead - 0x81) * trails + trail - 0x40] : 0;
  }
};

/// Null for what has more than one byte to a character.
const single_byte_table* single_bytes(charset from);
const double_byte_table& big5_table();
const double_byte_table& gb18030_table();
const double_byte_table& euc_kr_table();
/// With jis0208 in Shift_JIS's places.
const double_byte_table& shift_jis_table();
const double_byte_table& jis_0212_table();
/// The character of the four bytes; 0 if they are none.
uint32_t gb18030_four_bytes(std::string_view bytes);
/// And back: the bytes of a character; empty if it has none.
std::string gb18030_bytes_of(uint32_t point);

} // namespace vigie
