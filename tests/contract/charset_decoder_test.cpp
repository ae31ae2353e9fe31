// The decoders against the indexes of the Encoding Standard: a fingerprint of each was taken from the standard's files.
#include <catch2/catch.hpp>
#include <rapidcheck.h>
#include <rapidcheck/catch.h>

#include "actors/policy/plain_text.hpp"
#include "actors/policy/unicode.hpp"
#include "adapters/extract/charset_decoder.hpp"
#include "adapters/extract/charset_encoder.hpp"

using namespace vigie;

namespace {

struct index_print {
  std::string_view name;
  uint64_t print;
};

/// Of the characters of the bytes from 0x80 to 0xFF, U+FFFD where there is none.
constexpr index_print single_prints[] = {
    {"IBM866", 0x1FC2571F04806DCAULL},       {"ISO-8859-2", 0x588024DC95E3E2B6ULL},
    {"ISO-8859-3", 0x135E61974CA24517ULL},   {"ISO-8859-4", 0x91E374CB717C9E0FULL},
    {"ISO-8859-5", 0xB83ADA894CDB942FULL},   {"ISO-8859-6", 0x54794F86B052C862ULL},
    {"ISO-8859-7", 0x8A37FB522272B5E9ULL},   {"ISO-8859-8", 0xDA8AB993F35595DDULL},
    {"ISO-8859-8-I", 0xDA8AB993F35595DDULL}, {"ISO-8859-10", 0xF6255D1C555EA19BULL},
    {"ISO-8859-13", 0xC6295F216259D2E1ULL},  {"ISO-8859-14", 0xDC6E3A7B6097D8B5ULL},
    {"ISO-8859-15", 0x5DF0B681D68EED40ULL},  {"ISO-8859-16", 0x67E71470C2C3C702ULL},
    {"KOI8-R", 0x0525656E2FBD23BDULL},       {"KOI8-U", 0x042B0ACD8C134FC1ULL},
    {"macintosh", 0xF8632623AB537BB5ULL},    {"windows-874", 0x54FE9749B6D19313ULL},
    {"windows-1250", 0x6CCEF6573D6D9235ULL}, {"windows-1251", 0x9448B7D066A753A5ULL},
    {"windows-1252", 0x29CCFE220DC0C01AULL}, {"windows-1253", 0xDED5F7D24E4DC710ULL},
    {"windows-1254", 0x29E5A164D75B4794ULL}, {"windows-1255", 0xBAA31A84BEE9449FULL},
    {"windows-1256", 0xE1F9D9190525E0CBULL}, {"windows-1257", 0x879C25A3BA7F16CEULL},
    {"windows-1258", 0xFFED1FCE560D4F03ULL}, {"x-mac-cyrillic", 0x18E067F8C866B605ULL},
};

/// Of the characters of all pairs that have one.
constexpr index_print double_prints[] = {
    {"Big5", 0x02766CD5ED721AFDULL},      {"EUC-KR", 0xB147D9D15B455871ULL}, {"GBK", 0x50B1266FD49A4C32ULL},
    {"Shift_JIS", 0x3F5659C9F8B0CEDDULL}, {"EUC-JP", 0x0370B6E21E8BA336ULL},
};

uint64_t fnv(std::string_view text) {
  uint64_t out = 14695981039346656037ULL;
  for (char c : text)
    out = (out ^ static_cast<unsigned char>(c)) * 1099511628211ULL;
  return out;
}

std::string decoded(std::string_view bytes, charset from) {
  std::string out;
  REQUIRE(decode_charset(bytes, from, out));
  return out;
}

const std::string unknown = "\uFFFD";

bool one_character(std::string_view x) {
  return std::count_if(x.begin(), x.end(), [](char c) { return (c & 0xC0) != 0x80; }) == 1;
}

/// The characters of prefix, lead and trail, of all there are.
std::string all_pairs(charset from, const std::string& prefix = "") {
  std::string out, one, bytes = prefix + "  ";
  for (int lead = 0x81; lead <= 0xFE; ++lead)
    for (int trail = 0x40; trail <= 0xFE; ++trail) {
      bytes[prefix.size()] = static_cast<char>(lead);
      bytes[prefix.size() + 1] = static_cast<char>(trail);
      // Two characters are none: a byte that is a character by itself, and another one. Four pairs of Big5 are two.
      decode_charset(bytes, from, one);
      bool combined = one == "Ê\u0304" || one == "Ê\u030C" || one == "ê\u0304" || one == "ê\u030C";
      if (one.find(unknown) == one.npos && (combined || one_character(one)))
        out += combined ? "" : one;
    }
  return out;
}

} // namespace

TEST_CASE("every byte of every encoding with one byte to a character is the standard's") {
  std::string high;
  for (int c = 0x80; c <= 0xFF; ++c)
    high += static_cast<char>(c);
  for (const auto& x : single_prints) {
    INFO(x.name);
    CHECK(fnv(decoded(high, charset_named(x.name))) == x.print);
    CHECK(decoded("<a\r\n>\x7f", charset_named(x.name)) == "<a\r\n>\x7f");
  }
  CHECK(decoded("\x80\xFF", charset::x_user_defined) == "\uF780\uF7FF");
}

TEST_CASE("every pair of bytes of the encodings with two is the standard's") {
  for (const auto& x : double_prints) {
    INFO(x.name);
    auto from = charset_named(x.name);
    CHECK(fnv(all_pairs(from)) == x.print);
  }
  CHECK(fnv(all_pairs(charset::gb18030)) == fnv(all_pairs(charset::gbk)));
  CHECK(fnv(all_pairs(charset::euc_jp, "\x8F")) == 0x502758B9B0CE049AULL);
  CHECK(decoded("\x88\x62\x88\x64\x88\xA3\x88\xA5", charset::big5) == "Ê\u0304Ê\u030Cê\u0304ê\u030C");
}

TEST_CASE("what is more than pairs: four bytes, half-width letters, escapes") {
  CHECK(decoded("\x80\x81\x30\x81\x30\x95\x32\x82\x36\xE3\x32\x9A\x35", charset::gb18030) ==
        "€\u0080\U00020000\U0010FFFF");
  CHECK(decoded("\x84\x31\xA4\x37", charset::gbk) == "\uFFFD"); // U+FFFD itself
  CHECK(decoded("\x80\xB1\xDF", charset::shift_jis) == "\u0080ｱﾟ");
  CHECK(decoded("\x8E\xB1\x8E\xDF", charset::euc_jp) == "ｱﾟ");
  CHECK(decoded("\x1B(J\\~\x1B(I1\x1B$@F|\x1B$BK\\\x1B(B\\", charset::iso_2022_jp) == "¥‾ｱ日本\\");
  using namespace std::string_view_literals;
  CHECK(decoded("a\0\x3D\xD8\x00\xDE"sv, charset::utf_16le) == "a😀");
  CHECK(decoded("\0a\xD8\x3D\xDE\x00"sv, charset::utf_16be) == "a😀");
}

TEST_CASE("what is no character is U+FFFD and takes no markup with it") {
  struct row {
    charset from;
    std::string_view bytes;
    std::string_view text;
  };
  for (const auto& x : std::vector<row>{
           {charset::utf_8, "a\xE9<b", "a\uFFFD<b"},
           {charset::windows_1253, "\xAA<", "\uFFFD<"},
           {charset::windows_1252, "\x81\x9D", "\u0081\u009D"},
           {charset::gbk, "\x81<\xFF\x81", "\uFFFD<\uFFFD\uFFFD"},
           {charset::gb18030, "\x81\x30<a", "\uFFFD0<a"},
           {charset::big5, "\x81<\x81\xFF\x80x", "\uFFFD<\uFFFD\uFFFDx"},
           {charset::euc_kr, "\xC8<\xC9\xA1x\xFF", "\uFFFD<\uFFFDx\uFFFD"},
           {charset::shift_jis, "\x81<\xA0\xFDx\x81", "\uFFFD<\uFFFD\uFFFDx\uFFFD"},
           {charset::euc_jp, "\xA4<\x8F\xA2<\x8E<\xFF\x8F", "\uFFFD<\uFFFD<\uFFFD<\uFFFD\uFFFD"},
           {charset::iso_2022_jp, "\x1B(Q\xA4\x0E\x1B$B!<\x1B(B<", "\uFFFD(Q\uFFFD\uFFFDー<"},
           {charset::utf_16le, std::string_view{"\x3D\xD8<\0\x00\xDE<\0x", 9}, "\uFFFD<\uFFFD<\uFFFD"},
       }) {
    INFO(to_string(x.from));
    CHECK(decoded(x.bytes, x.from) == x.text);
  }
  std::string out;
  CHECK_FALSE(decode_charset("a", charset::replacement, out));
  CHECK_FALSE(decode_charset("a", charset::none, out));
}

TEST_CASE("the query of an address is in the page's encoding") {
  auto encoded = [](std::string_view address, std::string_view label) {
    return with_encoded_query(address, charset_named(label));
  };
  CHECK(encoded("/é?q=лампа 1&x=é#é", "windows-1251") == "/é?q=%EB%E0%EC%EF%E0 1&x=%26%23233%3B#é");
  CHECK(encoded("?q=台灯€", "gbk") == "?q=%CC%A8%B5%C6%80");
  CHECK(encoded("?q=€𠀀", "gb18030") == "?q=%A2%E3%952%826");
  CHECK(encoded("?q=檯燈十", "big5") == "?q=%C2i%BFO%A4Q");
  CHECK(encoded("?q=ランプｱ①", "euc-jp") == "?q=%A5%E9%A5%F3%A5%D7%8E%B1%AD%A1");
  CHECK(encoded("?q=ランプｱ①", "shift_jis") == "?q=%83%89%83%93%83v%B1%87@");
  CHECK(encoded("?q=램프", "euc-kr") == "?q=%B7%A5%C7%C1");
  for (std::string_view label : {"utf-8", "utf-16", "iso-2022-jp", "x-user-defined", "replacement"})
    CHECK(encoded("?q=é", label) == "?q=é");
  CHECK(encoded("/лампа", "windows-1251") == "/лампа");
  CHECK(encoded("/#?лампа", "windows-1251") == "/#?лампа");
}

TEST_CASE("what an address is encoded to is read back as the same characters") {
  auto hex = [](char c) { return c <= '9' ? c - '0' : c - 'A' + 10; };
  for (std::string_view label :
       {"windows-1252", "koi8-u", "iso-8859-8", "big5", "gbk", "euc-jp", "shift_jis", "euc-kr"})
    for (char32_t point = 0x80; point < 0xFFFD; point = point == 0xD7FF ? 0xE000 : point + 1) {
      std::string text, bytes, back;
      append_utf8(text, point);
      auto query = with_encoded_query("?" + text, charset_named(label));
      if (query.starts_with("?%26%23"))
        continue;
      for (size_t i = 1; i < query.size(); i += query[i] == '%' ? 3 : 1)
        bytes += query[i] == '%' ? static_cast<char>(hex(query[i + 1]) * 16 + hex(query[i + 2])) : query[i];
      REQUIRE(decode_charset(bytes, charset_named(label), back));
      if (back != text)
        FAIL(label << ": " << text << " is " << query << ", which is " << back);
    }
}

TEST_CASE("any bytes in any encoding come out as UTF-8, and ASCII as itself") {
  CHECK(rc::check("decoding", [](std::vector<uint8_t> bytes) {
    std::string page{bytes.begin(), bytes.end()};
    for (int i = 1; i <= static_cast<int>(charset::x_user_defined); ++i) {
      auto from = static_cast<charset>(i);
      std::string out;
      if (!decode_charset(page, from, out))
        continue;
      for (size_t at = 0; at < out.size(); at += utf8_length(out, at))
        RC_ASSERT(utf8_length(out, at) > 0);
      RC_ASSERT(out.size() <= 3 * page.size() + 3);
      if (from == charset::utf_16be || from == charset::utf_16le || from == charset::iso_2022_jp)
        continue;
      decode_charset("<a b=\"c\">&;\\~\x7f", from, out);
      RC_ASSERT(out == "<a b=\"c\">&;\\~\x7f");
    }
  }));
}
