#include "adapters/extract/html_text.hpp"

#include <algorithm>
#include <array>
#include <cstdint>
#include <cstring>
#include <utility>

#include <iconv.h>
#include <simdjson.h>

#include "actors/policy/plain_text.hpp"

namespace vigie {

namespace {

constexpr size_t meta_within = 4096;
constexpr std::string_view replacement = "\xEF\xBF\xBD";

/// Names that pages use, and what iconv calls the encoding. Latin 1 and ASCII mean windows-1252 to every browser.
constexpr std::pair<std::string_view, const char*> encodings[] = {
    {"utf-8", "UTF-8"},
    {"utf8", "UTF-8"},
    {"utf-16", "UTF-8"}, // a <meta> that could be read is not in UTF-16
    {"utf-16le", "UTF-8"},
    {"utf-16be", "UTF-8"},
    {"iso-8859-1", "CP1252"},
    {"iso8859-1", "CP1252"},
    {"latin1", "CP1252"},
    {"us-ascii", "CP1252"},
    {"ascii", "CP1252"},
    {"windows-1252", "CP1252"},
    {"cp1252", "CP1252"},
    {"iso-8859-2", "ISO-8859-2"},
    {"iso-8859-3", "ISO-8859-3"},
    {"iso-8859-4", "ISO-8859-4"},
    {"iso-8859-5", "ISO-8859-5"},
    {"iso-8859-6", "ISO-8859-6"},
    {"iso-8859-7", "ISO-8859-7"},
    {"iso-8859-8", "ISO-8859-8"},
    {"iso-8859-9", "CP1254"},
    {"iso-8859-10", "ISO-8859-10"},
    {"iso-8859-13", "ISO-8859-13"},
    {"iso-8859-14", "ISO-8859-14"},
    {"iso-8859-15", "ISO-8859-15"},
    {"iso-8859-16", "ISO-8859-16"},
    {"windows-1250", "CP1250"},
    {"windows-1251", "CP1251"},
    {"windows-1253", "CP1253"},
    {"windows-1254", "CP1254"},
    {"windows-1255", "CP1255"},
    {"windows-1256", "CP1256"},
    {"windows-1257", "CP1257"},
    {"windows-1258", "CP1258"},
    {"koi8-r", "KOI8-R"},
    {"koi8-u", "KOI8-U"},
    {"macintosh", "MACINTOSH"},
    {"windows-874", "CP874"},
    {"tis-620", "CP874"},
    {"gb2312", "GB18030"},
    {"gbk", "GB18030"},
    {"gb18030", "GB18030"},
    {"big5", "BIG5-HKSCS"},
    {"shift_jis", "CP932"},
    {"sjis", "CP932"},
    {"euc-jp", "EUC-JP"},
    {"euc-kr", "CP949"},
    {"ks_c_5601-1987", "CP949"},
};

char lower(char c) {
  return c >= 'A' && c <= 'Z' ? static_cast<char>(c - 'A' + 'a') : c;
}

bool is_blank(char c) {
  return c == ' ' || (c >= '\t' && c <= '\r');
}

/// Null = unknown.
const char* encoding_named(std::string_view name) {
  for (const auto& [label, encoding] : encodings)
    if (std::equal(label.begin(), label.end(), name.begin(), name.end(), [](char a, char b) { return a == lower(b); }))
      return encoding;
  return nullptr;
}

size_t find_word(std::string_view text, std::string_view word, size_t from) {
  auto found = std::search(text.begin() + static_cast<std::ptrdiff_t>(std::min(from, text.size())), text.end(),
                           word.begin(), word.end(), [](char a, char b) { return lower(a) == b; });
  return found == text.end() ? text.npos : static_cast<size_t>(found - text.begin());
}

/// <meta charset="x"> or <meta http-equiv=… content="text/html; charset=x">; null = none.
const char* encoding_of_meta(std::string_view page) {
  page = page.substr(0, meta_within);
  for (auto at = find_word(page, "<meta", 0); at != page.npos; at = find_word(page, "<meta", at + 1)) {
    auto tag = page.substr(at, page.find('>', at) - at);
    auto charset = find_word(tag, "charset", 0);
    if (charset == tag.npos)
      continue;
    auto rest = tag.substr(charset + std::string_view{"charset"}.size());
    auto skip = [&](auto&& what) {
      while (!rest.empty() && what(rest.front()))
        rest.remove_prefix(1);
    };
    skip(is_blank);
    if (!rest.starts_with('='))
      continue;
    rest.remove_prefix(1);
    skip([](char c) { return is_blank(c) || c == '"' || c == '\''; });
    auto end = std::find_if(rest.begin(), rest.end(),
                            [](char c) { return is_blank(c) || c == '"' || c == '\'' || c == ';' || c == '/'; });
    if (auto encoding = encoding_named(rest.substr(0, static_cast<size_t>(end - rest.begin()))))
      return encoding;
  }
  return nullptr;
}

/// A control character other than tab and line ends, or one of the two characters that are none.
bool has_unusable(std::string_view text) {
  auto unusable = [](unsigned char c) { return c < 0x20 && c != '\t' && c != '\n' && c != '\r'; };
  size_t at = 0;
  for (; at + 8 <= text.size(); at += 8) {
    uint64_t x = 0;
    std::memcpy(&x, text.data() + at, 8);
    // Some byte is below 0x20: the exact test of the eight is only made then.
    if (((x - 0x2020202020202020) & ~x & 0x8080808080808080) != 0 &&
        std::any_of(text.begin() + static_cast<std::ptrdiff_t>(at), text.begin() + static_cast<std::ptrdiff_t>(at + 8),
                    unusable))
      return true;
  }
  return std::any_of(text.begin() + static_cast<std::ptrdiff_t>(at), text.end(), unusable) ||
         text.find("\xEF\xBF\xBE") != text.npos || text.find("\xEF\xBF\xBF") != text.npos;
}

std::string clean(std::string_view text) {
  std::string out;
  out.reserve(text.size());
  for (size_t at = 0; at < text.size();) {
    auto length = utf8_length(text, at);
    auto sequence = text.substr(at, std::max<size_t>(length, 1));
    auto c = static_cast<unsigned char>(sequence.front());
    if (length == 0 || sequence == "\xEF\xBF\xBE" || sequence == "\xEF\xBF\xBF")
      out += replacement;
    else if (c < 0x20 && c != '\t' && c != '\n' && c != '\r')
      out += ' ';
    else
      out += sequence;
    at += sequence.size();
  }
  return out;
}

/// False: this machine cannot convert it.
bool convert(std::string_view page, const char* encoding, std::string& out) {
  auto converter = ::iconv_open("UTF-8", encoding);
  if (converter == reinterpret_cast<iconv_t>(-1))
    return false;
  out.clear();
  auto in = const_cast<char*>(page.data());
  auto left = page.size();
  std::array<char, 16384> room{};
  while (left > 0) {
    auto to = room.data();
    auto free = room.size();
    auto done = ::iconv(converter, &in, &left, &to, &free);
    auto full = done == static_cast<size_t>(-1) && errno == E2BIG;
    out.append(room.data(), room.size() - free);
    if (done == static_cast<size_t>(-1) && !full) {
      out += replacement;
      ++in, --left;
    }
  }
  ::iconv_close(converter);
  return true;
}

} // namespace

std::string_view html_text(std::string_view page, std::string& room) {
  const char* encoding = nullptr;
  if (page.starts_with("\xEF\xBB\xBF"))
    page.remove_prefix(3), encoding = "UTF-8";
  else if (page.starts_with("\xFF\xFE"))
    page.remove_prefix(2), encoding = "UTF-16LE";
  else if (page.starts_with("\xFE\xFF"))
    page.remove_prefix(2), encoding = "UTF-16BE";
  else
    encoding = encoding_of_meta(page);
  bool utf8 = !encoding || std::string_view{encoding} == "UTF-8";
  bool valid = utf8 && simdjson::validate_utf8(page.data(), page.size());
  if (valid && !has_unusable(page))
    return page;
  std::string converted;
  if (!encoding && !valid)
    encoding = "CP1252";
  if (encoding && std::string_view{encoding} != "UTF-8" && convert(page, encoding, converted))
    room = clean(converted);
  else
    room = clean(page);
  return room;
}

} // namespace vigie
