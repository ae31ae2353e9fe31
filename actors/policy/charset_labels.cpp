// The names and labels of the Encoding Standard (https://encoding.spec.whatwg.org/#names-and-labels).
#include <algorithm>

#include "actors/policy/ascii.hpp"
#include "actors/policy/charset.hpp"

namespace vigie {

namespace {

struct encoding_labels {
  charset meant;
  std::string_view name;
  std::string_view labels; ///< in lower case, one blank between them
};

constexpr encoding_labels table[] = {
    {charset::utf_8, "UTF-8", "unicode-1-1-utf-8 unicode11utf8 unicode20utf8 utf-8 utf8 x-unicode20utf8"},
    {charset::ibm866, "IBM866", "866 cp866 csibm866 ibm866"},
    {charset::iso_8859_2, "ISO-8859-2",
     "csisolatin2 iso-8859-2 iso-ir-101 iso8859-2 iso88592 iso_8859-2 iso_8859-2:1987 l2 latin2"},
    {charset::iso_8859_3, "ISO-8859-3",
     "csisolatin3 iso-8859-3 iso-ir-109 iso8859-3 iso88593 iso_8859-3 iso_8859-3:1988 l3 latin3"},
    {charset::iso_8859_4, "ISO-8859-4",
     "csisolatin4 iso-8859-4 iso-ir-110 iso8859-4 iso88594 iso_8859-4 iso_8859-4:1988 l4 latin4"},
    {charset::iso_8859_5, "ISO-8859-5",
     "csisolatincyrillic cyrillic iso-8859-5 iso-ir-144 iso8859-5 iso88595 iso_8859-5 iso_8859-5:1988"},
    {charset::iso_8859_6, "ISO-8859-6",
     "arabic asmo-708 csiso88596e csiso88596i csisolatinarabic ecma-114 iso-8859-6 iso-8859-6-e iso-8859-6-i "
     "iso-ir-127 iso8859-6 iso88596 iso_8859-6 iso_8859-6:1987"},
    {charset::iso_8859_7, "ISO-8859-7",
     "csisolatingreek ecma-118 elot_928 greek greek8 iso-8859-7 iso-ir-126 iso8859-7 iso88597 iso_8859-7 "
     "iso_8859-7:1987 sun_eu_greek"},
    {charset::iso_8859_8, "ISO-8859-8",
     "csiso88598e csisolatinhebrew hebrew iso-8859-8 iso-8859-8-e iso-ir-138 iso8859-8 iso88598 iso_8859-8 "
     "iso_8859-8:1988 visual"},
    {charset::iso_8859_8_i, "ISO-8859-8-I", "csiso88598i iso-8859-8-i logical"},
    {charset::iso_8859_10, "ISO-8859-10", "csisolatin6 iso-8859-10 iso-ir-157 iso8859-10 iso885910 l6 latin6"},
    {charset::iso_8859_13, "ISO-8859-13", "iso-8859-13 iso8859-13 iso885913"},
    {charset::iso_8859_14, "ISO-8859-14", "iso-8859-14 iso8859-14 iso885914"},
    {charset::iso_8859_15, "ISO-8859-15", "csisolatin9 iso-8859-15 iso8859-15 iso885915 iso_8859-15 l9"},
    {charset::iso_8859_16, "ISO-8859-16", "iso-8859-16"},
    {charset::koi8_r, "KOI8-R", "cskoi8r koi koi8 koi8-r koi8_r"},
    {charset::koi8_u, "KOI8-U", "koi8-ru koi8-u"},
    {charset::macintosh, "macintosh", "csmacintosh mac macintosh x-mac-roman"},
    {charset::windows_874, "windows-874", "dos-874 iso-8859-11 iso8859-11 iso885911 tis-620 windows-874"},
    {charset::windows_1250, "windows-1250", "cp1250 windows-1250 x-cp1250"},
    {charset::windows_1251, "windows-1251", "cp1251 windows-1251 x-cp1251"},
    {charset::windows_1252, "windows-1252",
     "ansi_x3.4-1968 ascii cp1252 cp819 csisolatin1 ibm819 iso-8859-1 iso-ir-100 iso8859-1 iso88591 iso_8859-1 "
     "iso_8859-1:1987 l1 latin1 us-ascii windows-1252 x-cp1252"},
    {charset::windows_1253, "windows-1253", "cp1253 windows-1253 x-cp1253"},
    {charset::windows_1254, "windows-1254",
     "cp1254 csisolatin5 iso-8859-9 iso-ir-148 iso8859-9 iso88599 iso_8859-9 iso_8859-9:1989 l5 latin5 windows-1254 "
     "x-cp1254"},
    {charset::windows_1255, "windows-1255", "cp1255 windows-1255 x-cp1255"},
    {charset::windows_1256, "windows-1256", "cp1256 windows-1256 x-cp1256"},
    {charset::windows_1257, "windows-1257", "cp1257 windows-1257 x-cp1257"},
    {charset::windows_1258, "windows-1258", "cp1258 windows-1258 x-cp1258"},
    {charset::x_mac_cyrillic, "x-mac-cyrillic", "x-mac-cyrillic x-mac-ukrainian"},
    {charset::gbk, "GBK", "chinese csgb2312 csiso58gb231280 gb2312 gb_2312 gb_2312-80 gbk iso-ir-58 x-gbk"},
    {charset::gb18030, "gb18030", "gb18030"},
    {charset::big5, "Big5", "big5 big5-hkscs cn-big5 csbig5 x-x-big5"},
    {charset::euc_jp, "EUC-JP", "cseucpkdfmtjapanese euc-jp x-euc-jp"},
    {charset::iso_2022_jp, "ISO-2022-JP", "csiso2022jp iso-2022-jp"},
    {charset::shift_jis, "Shift_JIS", "csshiftjis ms932 ms_kanji shift-jis shift_jis sjis windows-31j x-sjis"},
    {charset::euc_kr, "EUC-KR",
     "cseuckr csksc56011987 euc-kr iso-ir-149 korean ks_c_5601-1987 ks_c_5601-1989 ksc5601 ksc_5601 windows-949"},
    {charset::replacement, "replacement", "csiso2022kr hz-gb-2312 iso-2022-cn iso-2022-cn-ext iso-2022-kr replacement"},
    {charset::utf_16be, "UTF-16BE", "unicodefffe utf-16be"},
    {charset::utf_16le, "UTF-16LE", "csunicode iso-10646-ucs-2 ucs-2 unicode unicodefeff utf-16 utf-16le"},
    {charset::x_user_defined, "x-user-defined", "x-user-defined"},
};

constexpr size_t longest_label = 32;

/// `word` stands between blanks, or an end, of `list`.
bool has_word(std::string_view list, std::string_view word) {
  for (auto at = list.find(word); at != list.npos; at = list.find(word, at + 1)) {
    auto end = at + word.size();
    if ((at == 0 || list[at - 1] == ' ') && (end == list.size() || list[end] == ' '))
      return true;
  }
  return false;
}

} // namespace

std::string_view to_string(charset x) {
  auto i = std::find_if(std::begin(table), std::end(table), [&](const encoding_labels& e) { return e.meant == x; });
  return i == std::end(table) ? "none" : i->name;
}

charset charset_named(std::string_view label) {
  label = trimmed(label, is_html_blank);
  if (label.empty() || label.size() > longest_label)
    return charset::none;
  char room[longest_label];
  std::transform(label.begin(), label.end(), room, lower);
  std::string_view word{room, label.size()};
  if (word.find(' ') != word.npos)
    return charset::none;
  for (const auto& x : table)
    if (has_word(x.labels, word))
      return x.meant;
  return charset::none;
}

} // namespace vigie
