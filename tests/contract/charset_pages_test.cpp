// Pages in every encoding, announced in every way, through the readers of every format.
#include <algorithm>
#include <set>

#include <catch2/catch.hpp>

#include "actors/policy/charset.hpp"
#include "adapters/extract/extractors.hpp"
#include "adapters/extract/page_text.hpp"

using namespace vigie;

namespace {

struct title_in {
  std::string label;
  std::string bytes;
  std::string text;
};

const std::vector<title_in> titles{
    {"IBM866", "\213\240\254\257\240", "Лампа"},
    {"ISO-8859-2", "\257\363\263ta", "Żółta"},
    {"ISO-8859-3", "\241ob\277", "Ħobż"},
    {"ISO-8859-4", "\323\272ni\361\271", "Ķēniņš"},
    {"ISO-8859-5", "\273\320\334\337\320", "Лампа"},
    {"ISO-8859-6", "\345\325\310\307\315", "مصباح"},
    {"ISO-8859-7", "\313\334\354\360\341", "Λάμπα"},
    {"ISO-8859-8", "\356\360\345\370\344", "מנורה"},
    {"ISO-8859-8-I", "\356\360\345\370\344", "מנורה"},
    {"ISO-8859-10", "\257\341\271\271i", "Ŋáđđi"},
    {"ISO-8859-13", "\336vaig\376d\353", "Žvaigždė"},
    {"ISO-8859-14", "\320y\376", "Ŵyŷ"},
    {"ISO-8859-15", "\275uf 5\244", "œuf 5€"},
    {"ISO-8859-16", "\252tefan 5\244", "Ștefan 5€"},
    {"KOI8-R", "\354\301\315\320\301", "Лампа"},
    {"KOI8-U", "\247\326\301\313", "їжак"},
    {"macintosh", "St\237hle", "Stühle"},
    {"windows-874", "\342\244\301\344\277", "โคมไฟ"},
    {"windows-1250", "\257\363\263ta", "Żółta"},
    {"windows-1251", "\313\340\354\357\340", "Лампа"},
    {"windows-1252", "St\374hle 5\200", "Stühle 5€"},
    {"windows-1253", "\313\334\354\360\341", "Λάμπα"},
    {"windows-1254", "I\376\375k", "Işık"},
    {"windows-1255", "\356\360\345\370\344", "מנורה"},
    {"windows-1256", "\343\325\310\307\315", "مصباح"},
    {"windows-1257", "\336vaig\376d\353", "Žvaigždė"},
    {"windows-1258", "\320\364i \375a", "Đôi ưa"},
    {"x-mac-cyrillic", "\213\340\354\357\340 \377", "Лампа €"},
    {"GBK", "\314\250\265\306", "台灯"},
    {"gb18030", "\314\250\265\306\2252\2026", "台灯𠀀"},
    {"Big5", "\302i\277O", "檯燈"},
    {"EUC-JP", "\245\351\245\363\245\327 \306\374", "ランプ 日"},
    {"ISO-2022-JP", "\033$B%i%s%W\033(B \033$BF|\033(B", "ランプ 日"},
    {"Shift_JIS", "\203\211\203\223\203v\207@", "ランプ①"},
    {"EUC-KR", "\267\245\307\301", "램프"},
};

std::string utf_16(std::string_view text, bool big) {
  std::string out;
  for (auto c : text) {
    if (big)
      out += '\0';
    out += c;
    if (!big)
      out += '\0';
  }
  return out;
}

source_spec source_of(page_framing framing) {
  source_spec out;
  out.extract.framing = framing;
  if (framing == page_framing::feed)
    return out;
  if (framing == page_framing::html || framing == page_framing::xml)
    out.extract.items = "item";
  bool markup = framing == page_framing::html || framing == page_framing::xml;
  out.extract.fields = {{"id", markup ? "::attr(id)" : "id"}, {"title", markup ? "name" : "name"}};
  return out;
}

/// The first title, or what is said instead.
std::string read(page_framing framing, const std::string& page, const std::string& content_type = {}) {
  auto made = make_extractor(source_of(framing));
  REQUIRE(made);
  auto out = (*made)->extract(page, {"", content_type});
  return out ? out->items.at(0).title : out.error().detail;
}

std::string html(const std::string& title, const std::string& head = {}) {
  return "<html><head>" + head + "</head><body><item id=1><name>" + title + "</name></item></body></html>";
}

std::string xml(const std::string& title, const std::string& declared = {}) {
  return (declared.empty() ? "" : "<?xml version=\"1.0\" encoding=\"" + declared + "\"?>\n") +
         "<all><item id=\"1\"><name>" + title + "</name></item></all>";
}

std::string feed(const std::string& title, const std::string& declared = {}) {
  return (declared.empty() ? "" : "<?xml version=\"1.0\" encoding=\"" + declared + "\"?>\n") +
         "<rss><channel><item><guid>1</guid><title>" + title + "</title></item></channel></rss>";
}

std::string json(const std::string& title) {
  return "[{\"id\": 1, \"name\": \"" + title + "\"}]";
}

} // namespace

TEST_CASE("the header names the encoding of a page of any format") {
  for (const auto& x : titles) {
    INFO(x.label);
    auto type = "; charset=" + x.label;
    CHECK(read(page_framing::html, html(x.bytes), "text/html" + type) == x.text);
    CHECK(read(page_framing::html, html(x.bytes, "<meta charset=utf-8>"), "text/html" + type) == x.text);
    CHECK(read(page_framing::xml, xml(x.bytes), "text/xml" + type) == x.text);
    CHECK(read(page_framing::xml, xml(x.bytes, "utf-8"), "text/xml" + type) == x.text);
    CHECK(read(page_framing::feed, feed(x.bytes), "application/rss+xml" + type) == x.text);
    if (x.label != "Shift_JIS" && x.label != "ISO-2022-JP") // their bytes may look like JSON's own
      CHECK(read(page_framing::json, json(x.bytes), "application/json" + type) == x.text);
  }
  CHECK(read(page_framing::html, html("\xC1"), "text/html; charset=x-user-defined") == "\uF7C1");
}

TEST_CASE("a page says its encoding itself") {
  for (const auto& x : titles) {
    INFO(x.label);
    CHECK(read(page_framing::html, html(x.bytes, "<meta charset=\"" + x.label + "\">")) == x.text);
    CHECK(read(page_framing::html,
               html(x.bytes, "<meta http-equiv=Content-Type content='text/html; charset=" + x.label + "'>")) == x.text);
    CHECK(read(page_framing::html, "<?xml version='1.0' encoding='" + x.label + "'?>" + html(x.bytes)) == x.text);
    CHECK(read(page_framing::xml, xml(x.bytes, x.label)) == x.text);
    CHECK(read(page_framing::feed, feed(x.bytes, x.label)) == x.text);
    // A label that nobody knows says nothing.
    CHECK(read(page_framing::html, html(x.bytes, "<meta charset=\"" + x.label + "\">"), "text/html; charset=klingon") ==
          x.text);
  }
}

TEST_CASE("a byte order mark goes before all that is said") {
  const std::string mark = "\xEF\xBB\xBF";
  const std::string text = "Stühle";
  for (std::string label : {"koi8-r", "utf-16", "replacement", "klingon"}) {
    INFO(label);
    auto type = "text/html; charset=" + label;
    CHECK(read(page_framing::html, mark + html(text, "<meta charset=" + label + ">"), type) == text);
    CHECK(read(page_framing::xml, mark + xml(text, label), type) == text);
    CHECK(read(page_framing::feed, mark + feed(text, label), type) == text);
    CHECK(read(page_framing::json, mark + json(text), type) == text);
  }
  for (bool big : {true, false}) {
    auto marked = [&](const std::string& page) { return (big ? "\xFE\xFF" : "\xFF\xFE") + utf_16(page, big); };
    auto type = "text/html; charset=koi8-r";
    CHECK(read(page_framing::html, marked(html("Lampe", "<meta charset=gbk>")), type) == "Lampe");
    CHECK(read(page_framing::xml, marked(xml("Lampe", "UTF-16")), type) == "Lampe");
    CHECK(read(page_framing::feed, marked(feed("Lampe", "UTF-16")), type) == "Lampe");
    CHECK(read(page_framing::json, marked(json("Lampe")), type) == "Lampe");
    // Without a mark: as the header says, and of XML and JSON by the zero bytes.
    CHECK(read(page_framing::html, utf_16(html("Lampe"), big), big ? "a/b;charset=utf-16be" : "a/b;charset=utf-16le") ==
          "Lampe");
    CHECK(read(page_framing::xml, utf_16(xml("Lampe", "UTF-16"), big)) == "Lampe");
    CHECK(read(page_framing::feed, utf_16(feed("Lampe"), big)) == "Lampe");
    CHECK(read(page_framing::json, utf_16(json("Lampe"), big)) == "Lampe");
  }
}

TEST_CASE("a page that says nothing of its encoding") {
  CHECK(read(page_framing::html, html("Stühle")) == "Stühle");
  CHECK(read(page_framing::html, html("St\374hle 5\200")) == "Stühle 5€");
  CHECK(read(page_framing::html, html("St\374hle", "<!-- <meta charset=koi8-r> -->")) == "Stühle");
  // Not quite what the standard asks of a meta, but better than a guess.
  auto sloppy = "<meta httpequiv=Content-Type content='text/html; charset=gbk'>";
  CHECK(read(page_framing::html, html("\314\250\265\306", sloppy)) == "台灯");
  CHECK(read(page_framing::html, html("台灯", sloppy)) == "台灯");
  CHECK(read(page_framing::xml, xml("Stühle")) == "Stühle");
  CHECK(read(page_framing::feed, feed("Stühle")) == "Stühle");
  CHECK(read(page_framing::json, json("Stühle")) == "Stühle");
}

TEST_CASE("a control character is a blank, and what is no character U+FFFD, wherever they stand") {
  std::string room;
  for (size_t at = 0; at < 80; ++at) {
    auto page = std::string(80, 'x');
    auto seen = [&](char c) {
      page[at] = c;
      auto out = text_of_page(page, "text/html; charset=utf-8", page_form::html, room);
      REQUIRE(out);
      auto text = std::string{out->text};
      REQUIRE(text.size() == page.size());
      CHECK(std::count(text.begin(), text.end(), 'x') == 79);
      return text[at];
    };
    CAPTURE(at);
    CHECK(seen('\x01') == ' ');
    CHECK(seen('\x1f') == ' ');
    CHECK(seen('\0') == ' ');
    CHECK(seen('\n') == '\n');
    CHECK(seen('\x7f') == '\x7f');
    auto out = text_of_page(page.substr(0, at) + "\xEF\xBF\xBE" + "y", "", page_form::html, room);
    CHECK(out->text == page.substr(0, at) + "\uFFFDy");
  }
}

TEST_CASE("a declaration that cannot be true is passed over where the bytes are UTF-8") {
  CHECK(read(page_framing::feed, feed("Stühle", "utf-16")) == "Stühle");
  CHECK(read(page_framing::feed, feed("Stühle", "klingon")) == "Stühle");
  CHECK(read(page_framing::xml, xml("Stühle", "UTF-16")) == "Stühle");
  CHECK(read(page_framing::xml, xml("Stühle", "klingon")) == "Stühle");
  // By its own standard JSON is UTF-8; whoever says otherwise is right only where it is not.
  CHECK(read(page_framing::json, json("Stühle"), "application/json; charset=iso-8859-1") == "Stühle");
  CHECK(read(page_framing::json, json("St\374hle"), "application/json; charset=iso-8859-1") == "Stühle");
}

TEST_CASE("a page in no encoding that can be read is refused with words") {
  for (auto framing : {page_framing::html, page_framing::xml, page_framing::feed, page_framing::json}) {
    CHECK(read(framing, "\xFF\xFF", "a/b; charset=iso-2022-kr").find("do not read any more") != std::string::npos);
    CHECK(read(framing, std::string{"\xFF\xFE\0\0<\0\0\0", 8}).find("UTF-32") != std::string::npos);
  }
  CHECK(read(page_framing::xml, std::string{"<\0\0\0a\0\0\0", 8}).find("UTF-32") != std::string::npos);
  CHECK(read(page_framing::json, std::string{"\0\0\0[\0\0\0]", 8}).find("UTF-32") != std::string::npos);
  CHECK(read(page_framing::feed, feed("St\374hle", "klingon")).find("\"klingon\", which nobody knows") !=
        std::string::npos);
  auto made = make_extractor(source_of(page_framing::json));
  auto out = (*made)->extract(json("St\374hle"));
  REQUIRE_FALSE(out);
  CHECK(out.error().place.starts_with("1:"));
}

TEST_CASE("bytes that are none in the encoding do not cost the page, and the title says so") {
  for (auto framing : {page_framing::html, page_framing::xml, page_framing::feed}) {
    auto title = "caf\xE9";
    auto page = framing == page_framing::html ? html(title) : framing == page_framing::xml ? xml(title) : feed(title);
    auto made = make_extractor(source_of(framing));
    auto out = (*made)->extract(page, {"", "text/html; charset=utf-8"});
    REQUIRE(out);
    CHECK(out->items.at(0).title == "caf\uFFFD");
    REQUIRE(out->page_notes.size() == 1);
    CHECK(out->page_notes[0].one.find("U+FFFD") != std::string::npos);
    CHECK(out->page_notes[0].place == "item 1");
  }
  auto made = make_extractor(source_of(page_framing::json));
  auto out = (*made)->extract(json("caf\xC2\x85"));
  REQUIRE(out->page_notes.size() == 1);
  CHECK(out->page_notes[0].one.find("C1") != std::string::npos);
  // The first of both is told.
  for (auto [title, told] : {std::pair{"\u00a3 \uFFFD \u0085", "U+FFFD"}, std::pair{"\u00a3 \u0085 \uFFFD", "C1"}}) {
    out = (*made)->extract(json(title));
    REQUIRE(out->page_notes.size() == 1);
    CHECK(out->page_notes[0].one.find(told) != std::string::npos);
  }
  CHECK((*made)->extract(json("\u00a3 \u00e9 \u20ac"))->page_notes.empty());
}

TEST_CASE("HTML of which nothing is said: UTF-8 that was cut or damaged is still that, and no other encoding is taken "
          "for it") {
  auto read = [](const std::string& title) {
    std::string room;
    auto page = "<html><body><item id=1><name>" + title + "</name></item></body></html>";
    auto text = text_of_page(page, "text/html", page_form::html, room);
    REQUIRE(text);
    return std::pair{text->from, std::string{text->text.substr(29, text->text.find("</name>") - 29)}};
  };
  CHECK(read("5 € für Stühle") == std::pair{charset::utf_8, std::string{"5 € für Stühle"}});
  CHECK(read("5 € für St\xC3") == std::pair{charset::utf_8, std::string{"5 € für St\uFFFD"}});
  CHECK(read("5 €\xFC") == std::pair{charset::windows_1252, std::string{"5 â‚¬ü"}});
  for (const auto& x : titles) {
    CAPTURE(x.label);
    if (x.label != "ISO-2022-JP") // ASCII alone
      CHECK(read(x.bytes).first == charset::windows_1252);
  }
}

TEST_CASE("a page that is said to be in one encoding, and whose bytes are all UTF-8, is believed with a note") {
  auto notes = [](page_framing framing, const std::string& page, const std::string& type) {
    auto reader = make_extractor(source_of(framing));
    REQUIRE(reader);
    auto out = (*reader)->extract(page, {"", type});
    REQUIRE(out);
    std::string said;
    for (const auto& x : out->page_notes)
      said += x.one + "\n";
    return out->items.at(0).title + "\n" + said;
  };
  auto html = [](const std::string& title) {
    return "<html><body><item id=1><name>" + title + "</name></item></body></html>";
  };
  auto feed = [](const std::string& encoding, const std::string& title) {
    return "<?xml version=\"1.0\" encoding=\"" + encoding + "\"?><rss><channel><item><guid>1</guid><title>" + title +
           "</title></item></channel></rss>";
  };
  const std::string note = "\nthe page is said to be in windows-1252, although all its bytes are UTF-8: its texts are "
                           "probably wrong\n";
  CHECK(notes(page_framing::html, html("für"), "text/html; charset=iso-8859-1") == "fÃ¼r" + note);
  CHECK(notes(page_framing::feed, feed("iso-8859-1", "für"), "") == "fÃ¼r" + note);
  CHECK(notes(page_framing::html, html("fur"), "text/html; charset=iso-8859-1") == "fur\n");
  CHECK(notes(page_framing::html, html("f\xFCr"), "text/html; charset=iso-8859-1") == "für\n");
  CHECK(notes(page_framing::feed, feed("utf-8", "für"), "") == "für\n");
}
