#include <catch2/catch.hpp>
#include <rapidcheck.h>
#include <rapidcheck/catch.h>

#include <set>

#include "actors/policy/charset.hpp"

using namespace vigie;

namespace {

struct known_label {
  std::string_view label;
  std::string_view name;
};

/// The list of the Encoding Standard (4.2, "Names and labels"), by label.
constexpr known_label all_labels[] = {
    {"866", "IBM866"},
    {"ansi_x3.4-1968", "windows-1252"},
    {"arabic", "ISO-8859-6"},
    {"ascii", "windows-1252"},
    {"asmo-708", "ISO-8859-6"},
    {"big5", "Big5"},
    {"big5-hkscs", "Big5"},
    {"chinese", "GBK"},
    {"cn-big5", "Big5"},
    {"cp1250", "windows-1250"},
    {"cp1251", "windows-1251"},
    {"cp1252", "windows-1252"},
    {"cp1253", "windows-1253"},
    {"cp1254", "windows-1254"},
    {"cp1255", "windows-1255"},
    {"cp1256", "windows-1256"},
    {"cp1257", "windows-1257"},
    {"cp1258", "windows-1258"},
    {"cp819", "windows-1252"},
    {"cp866", "IBM866"},
    {"csbig5", "Big5"},
    {"cseuckr", "EUC-KR"},
    {"cseucpkdfmtjapanese", "EUC-JP"},
    {"csgb2312", "GBK"},
    {"csibm866", "IBM866"},
    {"csiso2022jp", "ISO-2022-JP"},
    {"csiso2022kr", "replacement"},
    {"csiso58gb231280", "GBK"},
    {"csiso88596e", "ISO-8859-6"},
    {"csiso88596i", "ISO-8859-6"},
    {"csiso88598e", "ISO-8859-8"},
    {"csiso88598i", "ISO-8859-8-I"},
    {"csisolatin1", "windows-1252"},
    {"csisolatin2", "ISO-8859-2"},
    {"csisolatin3", "ISO-8859-3"},
    {"csisolatin4", "ISO-8859-4"},
    {"csisolatin5", "windows-1254"},
    {"csisolatin6", "ISO-8859-10"},
    {"csisolatin9", "ISO-8859-15"},
    {"csisolatinarabic", "ISO-8859-6"},
    {"csisolatincyrillic", "ISO-8859-5"},
    {"csisolatingreek", "ISO-8859-7"},
    {"csisolatinhebrew", "ISO-8859-8"},
    {"cskoi8r", "KOI8-R"},
    {"csksc56011987", "EUC-KR"},
    {"csmacintosh", "macintosh"},
    {"csshiftjis", "Shift_JIS"},
    {"csunicode", "UTF-16LE"},
    {"cyrillic", "ISO-8859-5"},
    {"dos-874", "windows-874"},
    {"ecma-114", "ISO-8859-6"},
    {"ecma-118", "ISO-8859-7"},
    {"elot_928", "ISO-8859-7"},
    {"euc-jp", "EUC-JP"},
    {"euc-kr", "EUC-KR"},
    {"gb18030", "gb18030"},
    {"gb2312", "GBK"},
    {"gb_2312", "GBK"},
    {"gb_2312-80", "GBK"},
    {"gbk", "GBK"},
    {"greek", "ISO-8859-7"},
    {"greek8", "ISO-8859-7"},
    {"hebrew", "ISO-8859-8"},
    {"hz-gb-2312", "replacement"},
    {"ibm819", "windows-1252"},
    {"ibm866", "IBM866"},
    {"iso-10646-ucs-2", "UTF-16LE"},
    {"iso-2022-cn", "replacement"},
    {"iso-2022-cn-ext", "replacement"},
    {"iso-2022-jp", "ISO-2022-JP"},
    {"iso-2022-kr", "replacement"},
    {"iso-8859-1", "windows-1252"},
    {"iso-8859-10", "ISO-8859-10"},
    {"iso-8859-11", "windows-874"},
    {"iso-8859-13", "ISO-8859-13"},
    {"iso-8859-14", "ISO-8859-14"},
    {"iso-8859-15", "ISO-8859-15"},
    {"iso-8859-16", "ISO-8859-16"},
    {"iso-8859-2", "ISO-8859-2"},
    {"iso-8859-3", "ISO-8859-3"},
    {"iso-8859-4", "ISO-8859-4"},
    {"iso-8859-5", "ISO-8859-5"},
    {"iso-8859-6", "ISO-8859-6"},
    {"iso-8859-6-e", "ISO-8859-6"},
    {"iso-8859-6-i", "ISO-8859-6"},
    {"iso-8859-7", "ISO-8859-7"},
    {"iso-8859-8", "ISO-8859-8"},
    {"iso-8859-8-e", "ISO-8859-8"},
    {"iso-8859-8-i", "ISO-8859-8-I"},
    {"iso-8859-9", "windows-1254"},
    {"iso-ir-100", "windows-1252"},
    {"iso-ir-101", "ISO-8859-2"},
    {"iso-ir-109", "ISO-8859-3"},
    {"iso-ir-110", "ISO-8859-4"},
    {"iso-ir-126", "ISO-8859-7"},
    {"iso-ir-127", "ISO-8859-6"},
    {"iso-ir-138", "ISO-8859-8"},
    {"iso-ir-144", "ISO-8859-5"},
    {"iso-ir-148", "windows-1254"},
    {"iso-ir-149", "EUC-KR"},
    {"iso-ir-157", "ISO-8859-10"},
    {"iso-ir-58", "GBK"},
    {"iso8859-1", "windows-1252"},
    {"iso8859-10", "ISO-8859-10"},
    {"iso8859-11", "windows-874"},
    {"iso8859-13", "ISO-8859-13"},
    {"iso8859-14", "ISO-8859-14"},
    {"iso8859-15", "ISO-8859-15"},
    {"iso8859-2", "ISO-8859-2"},
    {"iso8859-3", "ISO-8859-3"},
    {"iso8859-4", "ISO-8859-4"},
    {"iso8859-5", "ISO-8859-5"},
    {"iso8859-6", "ISO-8859-6"},
    {"iso8859-7", "ISO-8859-7"},
    {"iso8859-8", "ISO-8859-8"},
    {"iso8859-9", "windows-1254"},
    {"iso88591", "windows-1252"},
    {"iso885910", "ISO-8859-10"},
    {"iso885911", "windows-874"},
    {"iso885913", "ISO-8859-13"},
    {"iso885914", "ISO-8859-14"},
    {"iso885915", "ISO-8859-15"},
    {"iso88592", "ISO-8859-2"},
    {"iso88593", "ISO-8859-3"},
    {"iso88594", "ISO-8859-4"},
    {"iso88595", "ISO-8859-5"},
    {"iso88596", "ISO-8859-6"},
    {"iso88597", "ISO-8859-7"},
    {"iso88598", "ISO-8859-8"},
    {"iso88599", "windows-1254"},
    {"iso_8859-1", "windows-1252"},
    {"iso_8859-15", "ISO-8859-15"},
    {"iso_8859-1:1987", "windows-1252"},
    {"iso_8859-2", "ISO-8859-2"},
    {"iso_8859-2:1987", "ISO-8859-2"},
    {"iso_8859-3", "ISO-8859-3"},
    {"iso_8859-3:1988", "ISO-8859-3"},
    {"iso_8859-4", "ISO-8859-4"},
    {"iso_8859-4:1988", "ISO-8859-4"},
    {"iso_8859-5", "ISO-8859-5"},
    {"iso_8859-5:1988", "ISO-8859-5"},
    {"iso_8859-6", "ISO-8859-6"},
    {"iso_8859-6:1987", "ISO-8859-6"},
    {"iso_8859-7", "ISO-8859-7"},
    {"iso_8859-7:1987", "ISO-8859-7"},
    {"iso_8859-8", "ISO-8859-8"},
    {"iso_8859-8:1988", "ISO-8859-8"},
    {"iso_8859-9", "windows-1254"},
    {"iso_8859-9:1989", "windows-1254"},
    {"koi", "KOI8-R"},
    {"koi8", "KOI8-R"},
    {"koi8-r", "KOI8-R"},
    {"koi8-ru", "KOI8-U"},
    {"koi8-u", "KOI8-U"},
    {"koi8_r", "KOI8-R"},
    {"korean", "EUC-KR"},
    {"ks_c_5601-1987", "EUC-KR"},
    {"ks_c_5601-1989", "EUC-KR"},
    {"ksc5601", "EUC-KR"},
    {"ksc_5601", "EUC-KR"},
    {"l1", "windows-1252"},
    {"l2", "ISO-8859-2"},
    {"l3", "ISO-8859-3"},
    {"l4", "ISO-8859-4"},
    {"l5", "windows-1254"},
    {"l6", "ISO-8859-10"},
    {"l9", "ISO-8859-15"},
    {"latin1", "windows-1252"},
    {"latin2", "ISO-8859-2"},
    {"latin3", "ISO-8859-3"},
    {"latin4", "ISO-8859-4"},
    {"latin5", "windows-1254"},
    {"latin6", "ISO-8859-10"},
    {"logical", "ISO-8859-8-I"},
    {"mac", "macintosh"},
    {"macintosh", "macintosh"},
    {"ms932", "Shift_JIS"},
    {"ms_kanji", "Shift_JIS"},
    {"replacement", "replacement"},
    {"shift-jis", "Shift_JIS"},
    {"shift_jis", "Shift_JIS"},
    {"sjis", "Shift_JIS"},
    {"sun_eu_greek", "ISO-8859-7"},
    {"tis-620", "windows-874"},
    {"ucs-2", "UTF-16LE"},
    {"unicode", "UTF-16LE"},
    {"unicode-1-1-utf-8", "UTF-8"},
    {"unicode11utf8", "UTF-8"},
    {"unicode20utf8", "UTF-8"},
    {"unicodefeff", "UTF-16LE"},
    {"unicodefffe", "UTF-16BE"},
    {"us-ascii", "windows-1252"},
    {"utf-16", "UTF-16LE"},
    {"utf-16be", "UTF-16BE"},
    {"utf-16le", "UTF-16LE"},
    {"utf-8", "UTF-8"},
    {"utf8", "UTF-8"},
    {"visual", "ISO-8859-8"},
    {"windows-1250", "windows-1250"},
    {"windows-1251", "windows-1251"},
    {"windows-1252", "windows-1252"},
    {"windows-1253", "windows-1253"},
    {"windows-1254", "windows-1254"},
    {"windows-1255", "windows-1255"},
    {"windows-1256", "windows-1256"},
    {"windows-1257", "windows-1257"},
    {"windows-1258", "windows-1258"},
    {"windows-31j", "Shift_JIS"},
    {"windows-874", "windows-874"},
    {"windows-949", "EUC-KR"},
    {"x-cp1250", "windows-1250"},
    {"x-cp1251", "windows-1251"},
    {"x-cp1252", "windows-1252"},
    {"x-cp1253", "windows-1253"},
    {"x-cp1254", "windows-1254"},
    {"x-cp1255", "windows-1255"},
    {"x-cp1256", "windows-1256"},
    {"x-cp1257", "windows-1257"},
    {"x-cp1258", "windows-1258"},
    {"x-euc-jp", "EUC-JP"},
    {"x-gbk", "GBK"},
    {"x-mac-cyrillic", "x-mac-cyrillic"},
    {"x-mac-roman", "macintosh"},
    {"x-mac-ukrainian", "x-mac-cyrillic"},
    {"x-sjis", "Shift_JIS"},
    {"x-unicode20utf8", "UTF-8"},
    {"x-user-defined", "x-user-defined"},
    {"x-x-big5", "Big5"},
};

charset header(std::string_view value) {
  return choose_charset("<p>", value, page_form::html).said;
}

charset html(std::string_view page) {
  return choose_charset(page, "", page_form::html).said;
}

charset xml(std::string_view page) {
  return choose_charset(page, "", page_form::xml).said;
}

} // namespace

TEST_CASE("every label of the standard means what the standard says, and nothing else means anything") {
  CHECK(std::size(all_labels) == 228);
  std::set<std::string_view> names;
  for (const auto& x : all_labels) {
    INFO(x.label);
    CHECK(to_string(charset_named(x.label)) == x.name);
    names.insert(x.name);
    std::string shouted{x.label};
    for (auto& c : shouted)
      c = static_cast<char>(std::toupper(static_cast<unsigned char>(c)));
    CHECK(charset_named(" \t\r\n\f" + shouted + " \n") == charset_named(x.label));
    CHECK(charset_named(std::string{x.label} + "x") == charset::none);
    CHECK(charset_named("\x7f" + std::string{x.label}) == charset::none);
  }
  CHECK(names.size() == 40); // 39 encodings and the replacement
  for (std::string_view x :
       {"", " ", "utf-7", "utf-32", "ucs-4", "iso-8859-12", "utf 8", "utf-8 utf8", "\0utf-8", "none"})
    CHECK(charset_named(x) == charset::none);
  CHECK(charset_named(std::string(5000, 'a')) == charset::none);
  CHECK(to_string(charset::none) == "none");
}

TEST_CASE("the charset of a Content-Type is found however it is written") {
  CHECK(charset_label("text/html; charset=koi8-r") == "koi8-r");
  CHECK(charset_label("text/html;charset=\"koi8-r\"") == "koi8-r");
  CHECK(charset_label("text/html; Charset = 'koi8-r' ; x=y") == "koi8-r");
  CHECK(charset_label("text/html; boundary=charset; charset=koi8-r; charset=utf-8") == "koi8-r");
  CHECK(charset_label("charset=koi8-r").empty());
  CHECK(charset_label("text/html; charset").empty());
  CHECK(charset_label("text/html; xcharset=koi8-r").empty());
  CHECK(charset_label("text/html; charset=\"").empty());
  CHECK(charset_label("").empty());
  CHECK(header("text/html; charset=koi8-r") == charset::koi8_r);
  CHECK(header("text/html; charset=klingon") == charset::none);
  CHECK(header("text/html; charset=utf-16") == charset::utf_16le);
  CHECK(header("text/html; charset=x-user-defined") == charset::x_user_defined);
}

TEST_CASE("mark, header, meta, declaration: the first that says something is believed") {
  const std::string meta = "<meta charset=koi8-r>";
  const std::string declared = "<?xml version='1.0' encoding='iso-8859-2'?>";
  auto all = choose_charset("\xEF\xBB\xBF" + declared + meta, "text/html; charset=gbk", page_form::html);
  CHECK(all.said == charset::utf_8);
  CHECK(all.mark == 3);
  CHECK(choose_charset("\xFF\xFE<", "text/html; charset=gbk", page_form::xml).said == charset::utf_16le);
  CHECK(choose_charset("\xFE\xFF<", "", page_form::json).said == charset::utf_16be);
  CHECK(choose_charset("\xFE\xFF<", "", page_form::json).mark == 2);
  CHECK(choose_charset(declared + meta, "text/html; charset=gbk", page_form::html).said == charset::gbk);
  CHECK(html(declared + meta) == charset::koi8_r);
  CHECK(html(declared + "<p>") == charset::iso_8859_2);
  CHECK(html("<p>") == charset::none);
  CHECK(choose_charset(declared, "text/xml; charset=gbk", page_form::xml).said == charset::gbk);
  CHECK(xml(declared + meta) == charset::iso_8859_2);
  CHECK(xml(meta) == charset::none);
  CHECK(choose_charset(meta, "", page_form::json).said == charset::none);
  CHECK(choose_charset("", "", page_form::html).said == charset::none);
}

TEST_CASE("an XML declaration") {
  CHECK(xml("<?xml version=\"1.0\" encoding=\"koi8-r\"?><a/>") == charset::koi8_r);
  CHECK(xml("\r\n <?xml version='1.0' encoding = 'koi8-r' standalone='yes'?><a/>") == charset::koi8_r);
  CHECK(xml("<!-- x -->\n\x08\xEF\xBB\xBF <?xml version='1.0' encoding='koi8-r'?>") == charset::koi8_r);
  CHECK(xml("<!-- x <?xml version='1.0' encoding='koi8-r'?>") == charset::none);
  CHECK(xml("<?xml version='1.0' encoding='utf-16'?>") == charset::utf_8); // that could be read is no UTF-16
  CHECK(xml("<?xml version='1.0'?><a encoding='koi8-r'/>") == charset::none);
  CHECK(xml("<?xmlish encoding='koi8-r'?>") == charset::none);
  CHECK(xml("<?xml encoding=koi8-r?>") == charset::none);
  CHECK(xml("<?xml encoding='koi8-r?>") == charset::none);
  auto unknown = choose_charset("<?xml version='1.0' encoding='klingon'?>", "", page_form::xml);
  CHECK(unknown.said == charset::none);
  CHECK(unknown.unknown == "klingon");
}

TEST_CASE("two bytes for each character are seen without a mark, where the standards say how") {
  using namespace std::string_view_literals;
  CHECK(xml("<\0a\0/\0>\0"sv) == charset::utf_16le);
  CHECK(xml("\0<\0a\0/\0>"sv) == charset::utf_16be);
  CHECK(html("<\0?\0x\0m\0"sv) == charset::utf_16le);
  CHECK(html("\0<\0?\0x\0m"sv) == charset::utf_16be);
  CHECK(html("<\0p\0>\0x\0"sv) == charset::none);
  CHECK(choose_charset("[\0]\0"sv, "", page_form::json).said == charset::utf_16le);
  CHECK(choose_charset("\0[\0]"sv, "", page_form::json).said == charset::utf_16be);
}

TEST_CASE("a meta is read as the prescan of the HTML Standard reads it") {
  struct row {
    std::string page;
    charset said;
  };
  for (const auto& x : std::vector<row>{
           {"<meta charset=koi8-r>", charset::koi8_r},
           {"<META CHARSET = \"KOI8-R\" >", charset::koi8_r},
           {"<meta/charset='koi8-r'/>", charset::koi8_r},
           {"<meta charset=koi8-r/>", charset::none}, // the slash is of the value
           {"<meta charset=>", charset::none},
           {"<metacharset=koi8-r>", charset::none},
           {"<meta name=x charset=koi8-r>", charset::koi8_r},
           {"<meta name=x/charset=koi8-r>", charset::none},
           {"<meta charset=koi8-r charset=gbk>", charset::koi8_r},
           {"<meta charset=klingon><meta charset=gbk>", charset::gbk},
           {"<meta charset=utf-16be>", charset::utf_8},
           {"<meta charset=x-user-defined>", charset::windows_1252},
           {"<meta http-equiv=content-type content='text/html; charset=koi8-r'>", charset::koi8_r},
           {"<meta content='text/html; charset=koi8-r' http-equiv=Content-Type>", charset::koi8_r},
           {"<meta content=\"text/html; charset = 'koi8-r'\" http-equiv=\"Content-Type\">", charset::koi8_r},
           {"<meta content='charset charset=koi8-r;x' http-equiv=content-type>", charset::koi8_r},
           {"<meta content='text/html; charset=\"koi8-r' http-equiv=content-type>", charset::none},
           {"<meta http-equiv=refresh content='0; charset=koi8-r'>", charset::none},
           {"<meta content='charset=koi8-r' charset=gbk>", charset::gbk},
           {"<!-- <meta charset=gbk> --><meta charset=koi8-r>", charset::koi8_r},
           {"<!--><meta charset=koi8-r>", charset::koi8_r},
           {"<!-- <meta charset=gbk>", charset::none},
           {"<!doctype html><?x <meta?></ <meta><meta charset=koi8-r>", charset::koi8_r},
           {"<a title='<meta charset=gbk>'><meta charset=koi8-r>", charset::koi8_r},
           {"</a title='<meta charset=gbk>'><meta charset=koi8-r>", charset::koi8_r},
           {"<script>var x = '<meta charset=gbk>'</script><meta charset=koi8-r>", charset::gbk},
           {"< meta charset=gbk><<meta charset=koi8-r>", charset::koi8_r},
           {"<meta charset='koi8-r", charset::none},
           {"<meta", charset::none},
           {"<", charset::none},
           {std::string(4060, ' ') + "<meta charset=koi8-r>", charset::koi8_r},
           {std::string(4096, ' ') + "<meta charset=koi8-r>", charset::none},
       }) {
    INFO(x.page.substr(0, 100));
    CHECK(html(x.page) == x.said);
  }
  auto hint = prescan_meta("<meta httpequiv=Content-Type content='text/html; charset=gbk'>");
  CHECK(hint.said == charset::none);
  CHECK(hint.hint == charset::gbk);
}

TEST_CASE("no page and no header is too strange to be asked") {
  CHECK(rc::check("any bytes", [](std::vector<uint8_t> picks, std::string content_type) {
    static const std::vector<std::string> pieces{"<",      "meta ",  "charset", "=",        "'", "\"",
                                                 ">",      "<!--",   "-->",     "content=", "/", "gbk ",
                                                 "koi8-r", "<?xml ", "\xFE",    "encoding"};
    std::string page;
    for (auto p : picks)
      page += pieces[p % pieces.size()];
    for (auto form : {page_form::html, page_form::xml, page_form::json}) {
      auto once = choose_charset(page, content_type, form);
      RC_ASSERT(once.mark <= page.size());
      RC_ASSERT(choose_charset(page, "text/x; charset=utf-8", form).said != charset::none);
    }
  }));
}
