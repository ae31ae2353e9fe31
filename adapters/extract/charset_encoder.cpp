#include "adapters/extract/charset_encoder.hpp"

#include <algorithm>
#include <array>
#include <map>
#include <mutex>

#include "actors/policy/ascii.hpp"
#include "actors/policy/unicode.hpp"
#include "adapters/extract/charset_tables.hpp"

namespace vigie {

namespace {

/// Codes of one or two bytes by character. Of several for one, the standard names which.
using code_map = std::map<uint32_t, uint16_t>;

constexpr size_t charset_count = static_cast<size_t>(charset::x_user_defined) + 1;

code_map invert(const single_byte_table& table) {
  code_map out;
  for (size_t i = 0; i < table.points.size(); ++i)
    if (table.points[i] != 0)
      out.emplace(table.points[i], static_cast<uint16_t>(i + 0x80));
  return out;
}

/// `last` are the characters of which the last code counts; codes with a lead that is `skipped` are only read.
template <class Skipped>
code_map invert(const double_byte_table& table, Skipped&& skipped, std::u32string_view last = {}) {
  code_map out;
  for (unsigned lead = 0x81; lead < 0x81 + double_byte_table::leads; ++lead)
    for (unsigned trail = 0x40; trail < 0x40 + double_byte_table::trails; ++trail) {
      auto point = table.at(lead, trail);
      if (point == 0 || skipped(lead))
        continue;
      auto code = static_cast<uint16_t>(lead << 8 | trail);
      if (last.find(static_cast<char32_t>(point)) != last.npos)
        out[point] = code;
      else
        out.emplace(point, code);
    }
  return out;
}

code_map codes_for(charset x) {
  auto none = [](unsigned) { return false; };
  switch (x) {
  case charset::big5: // Hong Kong's additions are only read
    return invert(
        big5_table(), [](unsigned lead) { return lead < 0xA1; }, U"═╞╡╪十卅");
  case charset::gbk:
  case charset::gb18030:
    return invert(gb18030_table(), none);
  case charset::euc_kr:
    return invert(euc_kr_table(), none);
  case charset::shift_jis: // two rows of NEC's repeat characters of IBM's
    return invert(shift_jis_table(), [](unsigned lead) { return lead == 0xED || lead == 0xEE; });
  case charset::euc_jp: // as Shift_JIS has them
    return invert(shift_jis_table(), [](unsigned lead) { return lead >= 0xF0; });
  default:
    auto table = single_bytes(x);
    return table ? invert(*table) : code_map{};
  }
}

/// Made at the first use.
const code_map& codes_of(charset x) {
  static std::array<std::once_flag, charset_count> made;
  static std::array<code_map, charset_count> all;
  auto i = static_cast<size_t>(x);
  std::call_once(made[i], [&] { all[i] = codes_for(x); });
  return all[i];
}

/// A code of Shift_JIS in EUC-JP's two bytes.
uint16_t as_euc_jp(uint16_t code) {
  unsigned lead = code >> 8, trail = code & 0xFF;
  auto row = 2 * (lead - (lead < 0xA0 ? 0x81 : 0xC1)) + (trail >= 0x9F ? 1 : 0);
  auto cell = trail >= 0x9F ? trail - 0x9F : trail - (trail > 0x7F ? 0x41 : 0x40);
  return static_cast<uint16_t>((row + 0xA1) << 8 | (cell + 0xA1));
}

/// Nothing: the encoding has no such character.
std::string encoded(char32_t point, charset to) {
  bool half_width = point >= 0xFF61 && point <= 0xFF9F;
  if (half_width && (to == charset::shift_jis || to == charset::euc_jp))
    return (to == charset::euc_jp ? "\x8E" : "") + std::string(1, static_cast<char>(point - 0xFF61 + 0xA1));
  if (to == charset::gbk && point == 0x20AC)
    return "\x80";
  const auto& codes = codes_of(to);
  auto found = codes.find(point);
  if (found == codes.end())
    return to == charset::gb18030 ? gb18030_bytes_of(point) : std::string{};
  auto code = to == charset::euc_jp ? as_euc_jp(found->second) : found->second;
  std::string out;
  if (code > 0xFF)
    out += static_cast<char>(code >> 8);
  return out + static_cast<char>(code & 0xFF);
}

void put_percent(std::string& out, std::string_view bytes) {
  for (char c : bytes) {
    // The second of two bytes may be a letter. What else means something in an address the parser encodes.
    if (static_cast<unsigned char>(c) < 0x80)
      out += c;
    else
      append_percent(out, c);
  }
}

} // namespace

std::string with_encoded_query(std::string_view address, charset page) {
  auto fragment = std::min(address.find('#'), address.size());
  auto query = std::min(address.find('?'), fragment);
  auto rest = address.substr(query, fragment - query);
  auto is_beyond = [](char c) { return static_cast<unsigned char>(c) >= 0x80; };
  if (page == charset::utf_8 || std::none_of(rest.begin(), rest.end(), is_beyond) || codes_of(page).empty())
    return std::string{address};
  std::string out{address.substr(0, query)};
  while (!rest.empty()) {
    auto point = take_code_point(rest);
    if (point < 0x80)
      out += static_cast<char>(point);
    else if (auto bytes = encoded(point, page); !bytes.empty())
      put_percent(out, bytes);
    else
      out += "%26%23" + std::to_string(static_cast<uint32_t>(point)) + "%3B";
  }
  return out += address.substr(fragment);
}

} // namespace vigie
