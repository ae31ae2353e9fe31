#include "adapters/extract/charset_decoder.hpp"

#include <algorithm>

#include "actors/policy/plain_text.hpp"
#include "actors/policy/unicode.hpp"
#include "adapters/extract/charset_tables.hpp"

namespace vigie {

namespace {

constexpr char32_t unknown = 0xFFFD;

unsigned byte_at(std::string_view x, size_t at) {
  return static_cast<unsigned char>(x[at]);
}

bool within(unsigned x, unsigned first, unsigned last) {
  return x >= first && x <= last;
}

/// One decoder's step: it puts the character at `at`, or U+FFFD, and says how many bytes it took. Never asked about
/// ASCII.
using decoder_step = size_t (*)(std::string_view in, size_t at, std::string& out);

void decode_by(decoder_step step, std::string_view in, std::string& out) {
  for (size_t at = 0; at < in.size();) {
    auto end = at;
    while (end < in.size() && byte_at(in, end) < 0x80)
      ++end;
    out.append(in, at, end - at);
    at = end;
    if (at < in.size())
      at += step(in, at, out);
  }
}

size_t put(std::string& out, char32_t point, size_t taken) {
  append_utf8(out, point);
  return taken;
}

/// Two bytes that are no character: an ASCII byte among them is one of its own.
size_t put_unknown(std::string_view in, size_t at, std::string& out) {
  bool alone = at + 1 >= in.size() || byte_at(in, at + 1) < 0x80;
  return put(out, unknown, alone ? 1 : 2);
}

size_t put_double(const double_byte_table& table, std::string_view in, size_t at, std::string& out) {
  auto point = at + 1 < in.size() ? table.at(byte_at(in, at), byte_at(in, at + 1)) : 0;
  return point != 0 ? put(out, point, 2) : put_unknown(in, at, out);
}

size_t big5_step(std::string_view in, size_t at, std::string& out) {
  auto lead = byte_at(in, at);
  if (!within(lead, 0x81, 0xFE))
    return put(out, unknown, 1);
  auto trail = at + 1 < in.size() ? byte_at(in, at + 1) : 0;
  // Four of its characters are two in Unicode.
  if (lead == 0x88 && (trail == 0x62 || trail == 0x64 || trail == 0xA3 || trail == 0xA5)) {
    append_utf8(out, trail < 0x80 ? 0xCA : 0xEA);
    return put(out, trail == 0x62 || trail == 0xA3 ? 0x304 : 0x30C, 2);
  }
  return put_double(big5_table(), in, at, out);
}

size_t euc_kr_step(std::string_view in, size_t at, std::string& out) {
  return within(byte_at(in, at), 0x81, 0xFE) ? put_double(euc_kr_table(), in, at, out) : put(out, unknown, 1);
}

size_t gb18030_step(std::string_view in, size_t at, std::string& out) {
  auto lead = byte_at(in, at);
  if (lead == 0x80)
    return put(out, 0x20AC, 1);
  if (lead == 0xFF)
    return put(out, unknown, 1);
  if (at + 1 >= in.size() || !within(byte_at(in, at + 1), '0', '9'))
    return put_double(gb18030_table(), in, at, out);
  bool whole = at + 3 < in.size() && within(byte_at(in, at + 2), 0x81, 0xFE) && within(byte_at(in, at + 3), '0', '9');
  auto point = whole ? gb18030_four_bytes(in.substr(at, 4)) : 0;
  if (point == 0)
    return put(out, unknown, 1);
  return put(out, point, 4);
}

size_t shift_jis_step(std::string_view in, size_t at, std::string& out) {
  auto lead = byte_at(in, at);
  if (lead == 0x80)
    return put(out, 0x80, 1);
  if (within(lead, 0xA1, 0xDF))
    return put(out, 0xFF61 - 0xA1 + lead, 1);
  if (within(lead, 0x81, 0x9F) || within(lead, 0xE0, 0xFC))
    return put_double(shift_jis_table(), in, at, out);
  return put(out, unknown, 1);
}

/// A character of jis0208 by its row and cell, from 1; 0 = none.
char32_t jis_0208(unsigned row, unsigned cell) {
  if (!within(row, 1, 94) || !within(cell, 1, 94))
    return 0;
  auto lead = (row - 1) / 2 + (row < 63 ? 0x81 : 0xC1);
  auto trail = row % 2 == 0 ? cell + 0x9E : cell + (cell < 64 ? 0x3F : 0x40);
  return shift_jis_table().at(lead, trail);
}

size_t euc_jp_step(std::string_view in, size_t at, std::string& out) {
  auto lead = byte_at(in, at);
  auto next = at + 1 < in.size() ? byte_at(in, at + 1) : 0;
  if (lead == 0x8E && within(next, 0xA1, 0xDF))
    return put(out, 0xFF61 - 0xA1 + next, 2);
  if (lead == 0x8F && within(next, 0xA1, 0xFE)) {
    auto last = at + 2 < in.size() ? byte_at(in, at + 2) : 0;
    // Behind it iconv has rows of Microsoft's own.
    bool standard = next <= 0xED && last >= 0xA1;
    auto point = standard ? jis_0212_table().at(next, last) : 0;
    return point != 0 ? put(out, point, 3) : put(out, unknown, last < 0x80 ? 2 : 3);
  }
  if (lead != 0x8E && lead != 0x8F && !within(lead, 0xA1, 0xFE))
    return put(out, unknown, 1);
  auto point = within(lead, 0xA1, 0xFE) && next >= 0xA1 ? jis_0208(lead - 0xA0, next - 0xA0) : 0;
  return point != 0 ? put(out, point, 2) : put_unknown(in, at, out);
}

/// The only one with a state: escape sequences change what the bytes mean.
void decode_iso_2022_jp(std::string_view in, std::string& out) {
  enum class set : uint8_t { ascii, roman, katakana, kanji } now = set::ascii;
  auto escape = [&](size_t at) {
    struct row {
      std::string_view bytes;
      set meant;
    };
    static constexpr row rows[] = {{"\x1B(B", set::ascii},
                                   {"\x1B(J", set::roman},
                                   {"\x1B(I", set::katakana},
                                   {"\x1B$@", set::kanji},
                                   {"\x1B$B", set::kanji}};
    auto i = std::find_if(std::begin(rows), std::end(rows), [&](const row& x) { return in.substr(at, 3) == x.bytes; });
    if (i != std::end(rows))
      now = i->meant;
    return i != std::end(rows);
  };
  for (size_t at = 0; at < in.size();) {
    auto c = byte_at(in, at);
    if (c == 0x1B && escape(at)) {
      at += 3;
    } else if (c == 0x1B || c == 0x0E || c == 0x0F || c >= 0x80) {
      at += put(out, unknown, 1);
    } else if (now == set::katakana && within(c, 0x21, 0x5F)) {
      at += put(out, 0xFF61 - 0x21 + c, 1);
    } else if (now == set::kanji && within(c, 0x21, 0x7E)) {
      auto next = at + 1 < in.size() ? byte_at(in, at + 1) : 0;
      auto point = jis_0208(c - 0x20, next - 0x20);
      at += point != 0 ? put(out, point, 2) : put(out, unknown, within(next, 0x21, 0x7E) ? 2 : 1);
    } else if (now == set::roman && (c == '\\' || c == '~')) {
      at += put(out, c == '\\' ? 0xA5 : 0x203E, 1);
    } else {
      out += static_cast<char>(c);
      ++at;
    }
  }
}

void decode_utf_16(std::string_view in, bool big, std::string& out) {
  auto unit = [&](size_t at) {
    auto first = byte_at(in, at), second = byte_at(in, at + 1);
    return static_cast<char32_t>(big ? first << 8 | second : second << 8 | first);
  };
  size_t at = 0;
  for (; at + 1 < in.size(); at += 2) {
    auto x = unit(at);
    if (within(x, 0xD800, 0xDBFF) && at + 3 < in.size() && within(unit(at + 2), 0xDC00, 0xDFFF)) {
      append_utf8(out, 0x10000 + ((x - 0xD800) << 10) + (unit(at + 2) - 0xDC00));
      at += 2;
    } else {
      append_utf8(out, within(x, 0xD800, 0xDFFF) ? unknown : x);
    }
  }
  if (at < in.size())
    append_utf8(out, unknown);
}

size_t utf_8_step(std::string_view in, size_t at, std::string& out) {
  auto length = utf8_length(in, at);
  if (length == 0)
    return put(out, unknown, 1);
  out.append(in, at, length);
  return length;
}

size_t user_defined_step(std::string_view in, size_t at, std::string& out) {
  return put(out, 0xF700 + byte_at(in, at), 1);
}

bool decode_single(const single_byte_table& table, std::string_view in, std::string& out) {
  for (size_t at = 0; at < in.size(); ++at) {
    auto c = byte_at(in, at);
    if (c < 0x80)
      out += static_cast<char>(c);
    else
      append_utf8(out, table.points[c - 0x80] != 0 ? table.points[c - 0x80] : unknown);
  }
  return table.known;
}

} // namespace

bool decode_charset(std::string_view bytes, charset from, std::string& out) {
  out.clear();
  out.reserve(bytes.size() + bytes.size() / 2);
  auto by = [&](decoder_step step, bool known = true) {
    if (known)
      decode_by(step, bytes, out);
    return known;
  };
  switch (from) {
  case charset::none:
  case charset::replacement:
    return false;
  case charset::utf_8:
    return by(utf_8_step);
  case charset::utf_16be:
  case charset::utf_16le:
    decode_utf_16(bytes, from == charset::utf_16be, out);
    return true;
  case charset::x_user_defined:
    return by(user_defined_step);
  case charset::gbk:
  case charset::gb18030:
    return by(gb18030_step, gb18030_table().known());
  case charset::big5:
    return by(big5_step, big5_table().known());
  case charset::euc_kr:
    return by(euc_kr_step, euc_kr_table().known());
  case charset::shift_jis:
    return by(shift_jis_step, shift_jis_table().known());
  case charset::euc_jp:
    return by(euc_jp_step, shift_jis_table().known() && jis_0212_table().known());
  case charset::iso_2022_jp:
    decode_iso_2022_jp(bytes, out);
    return shift_jis_table().known();
  default:
    return decode_single(*single_bytes(from), bytes, out);
  }
}

} // namespace vigie
