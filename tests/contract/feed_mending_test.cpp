// Feeds and sitemaps that are nearly right, as they are found: each kind costs a note, none costs the feed. And what is
// not nearly right stays refused.
#include <catch2/catch.hpp>
#include <rapidcheck.h>

#include <algorithm>

#include "adapters/extract/extractors.hpp"
#include "adapters/extract/feed_mending.hpp"
#include "tests/support/feed_source.hpp"

using namespace vigie;

namespace {

result<extraction> extract(std::string_view page, page_framing framing = page_framing::feed) {
  auto x = make_extractor(feed_source(framing));
  REQUIRE(x);
  return (*x)->extract(page);
}

/// A feed's frame, and where its first entry's title goes.
struct frame {
  const char* name;
  page_framing framing;
  std::string before, behind;
  /// With another entry behind it.
  std::string with(const std::string& title) const { return before + title + behind; }
};

const frame rss{"RSS", page_framing::feed,
                "<rss version=\"2.0\"><channel><title>x</title>\n<item><guid>1</guid><title>",
                "</title></item>\n<item><guid>2</guid><title>Second</title></item></channel></rss>\n"};
const frame atom{"Atom", page_framing::feed,
                 "<feed xmlns=\"http://www.w3.org/2005/Atom\"><title>x</title>\n<entry><id>1</id><title>",
                 "</title></entry>\n<entry><id>2</id><title>Second</title></entry></feed>\n"};
const frame rdf{"RDF", page_framing::feed,
                "<r:RDF xmlns:r=\"http://www.w3.org/1999/02/22-rdf-syntax-ns#\" xmlns=\"http://purl.org/rss/1.0/\">"
                "<channel/>\n<item r:about=\"1\"><title>",
                "</title></item>\n<item r:about=\"2\"><title>Second</title></item></r:RDF>\n"};
const frame sitemap{"sitemap", page_framing::sitemap,
                    "<urlset xmlns=\"http://www.sitemaps.org/schemas/sitemap/0.9\">\n<url><loc>",
                    "</loc></url>\n<url><loc>Second</loc></url></urlset>\n"};
const std::string declaration = "<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n";

long lines_of(const std::string& text) {
  return std::count(text.begin(), text.end(), '\n');
}

std::vector<std::string> told(const extraction& x) {
  std::vector<std::string> out;
  for (const auto& y : x.page_notes)
    out.push_back((y.count == 1 ? y.one : std::to_string(y.count) + " " + y.many) + " at " + y.place);
  return out;
}

} // namespace

TEST_CASE("one mistake of a kind costs a note, not the feed, whatever the feed's format") {
  struct row {
    const char* written;
    const char* read;
    const char* note;
  };
  auto x = GENERATE(values<row>({
      {"Tisch\x08"
       "decke",
       "Tischdecke", "a control character was left out"},
      {"Tisch\x10"
       "decke",
       "Tischdecke", "a control character was left out"},
      {"Tisch\x18"
       "decke",
       "Tischdecke", "a control character was left out"},
      {"Tisch\x1f\x0c"
       "decke",
       "Tischdecke", "2 control characters were left out"},
      {"a\xef\xbf\xbf"
       "b",
       "ab", "a control character was left out"},
      {"a&#8;b", "ab", "a control character was left out"},
      {"a&#x1F;b&#xD800;c&#xFFFF;d&#x110000;e&#0;", "abcde", "5 control characters were left out"},
      {"<![CDATA[a\x08<b]]>", "a<b", "a control character was left out"},
      {"AT&T", "AT&T", "an & that begins no reference was taken as it is"},
      {"A & B && C&", "A & B && C&", "4 & that begin no references were taken as they are"},
      {"http://a.example/?b=1&c=2&d", "http://a.example/?b=1&c=2&d", "2 & that begin no references"},
      {"a&nosuch;b &#; &#x; &#-1;", "a&nosuch;b &#; &#x; &#-1;", "4 & that begin no references"},
      {"Pull&nbsp;bleu",
       "Pull\xc2\xa0"
       "bleu",
       "a character by HTML's name, which XML does not have, was read"},
      {"Caf&eacute; &ndash; th&eacute;", "Caf\xc3\xa9 \xe2\x80\x93 th\xc3\xa9", "3 characters by HTML's names"},
      {"< 3 kg", "< 3 kg", "a < that begins no tag was taken as it is"},
      {"I <3 you, 1 << 2", "I <3 you, 1 << 2", "3 < that begin no tags were taken as they are"},
      {"a<!-- b -- c --->d", "ad", "a comment with -- in it was left out"},
      {"a<!-- b -- &nbsp; \x08\n -->d", "a d", "a comment with -- in it was left out"},
  }));
  const auto& in = GENERATE(std::cref(rss), std::cref(atom), std::cref(rdf), std::cref(sitemap));
  CAPTURE(x.written, in.get().name);
  auto out = extract(in.get().with(x.written), in.get().framing);
  REQUIRE(out);
  REQUIRE(out->items.size() == 2);
  CHECK(out->items[0].title == x.read);
  CHECK(out->items[1].title == "Second");
  auto notes = told(*out);
  REQUIRE(notes.size() == 1);
  CHECK(notes[0].find(x.note) == 0);
  CHECK(notes[0].ends_with(" at line 2"));
}

TEST_CASE("what stands before the declaration") {
  auto before =
      GENERATE(as<std::string>{}, "\n", " \t\r\n\n", "\xef\xbb\xbf\n", "\n\xef\xbb\xbf", "\xef\xbb\xbf\xef\xbb\xbf",
               "<!-- cached -->\n", "\n<!-- a -- b -->\n", std::string{"\0\n", 2});
  const auto& in = GENERATE(std::cref(rss), std::cref(atom), std::cref(rdf), std::cref(sitemap));
  CAPTURE(before, in.get().name);
  auto out = extract(before + declaration + in.get().with("St\xc3\xbchle"), in.get().framing);
  REQUIRE(out);
  CHECK(out->items.size() == 2);
  CHECK(out->items[0].title == "St\xc3\xbchle");
  auto notes = told(*out);
  REQUIRE_FALSE(notes.empty());
  CHECK(notes[0] == "what stands before the XML declaration was passed over at line 1");
}

TEST_CASE("what a script complains of before the declaration, and what a server adds behind the end") {
  const auto& in = GENERATE(std::cref(rss), std::cref(atom), std::cref(rdf), std::cref(sitemap));
  CAPTURE(in.get().name);
  auto notes_of = [&](const std::string& text) {
    auto out = extract(text, in.get().framing);
    REQUIRE(out);
    CHECK(out->items.size() == 2);
    CHECK(out->items[0].title == "A");
    return told(*out);
  };
  using notes = std::vector<std::string>;
  auto whole = declaration + in.get().with("A");
  CHECK(notes_of("<br />\n<b>Warning</b>: no & such <file> in a.php\n" + whole) ==
        notes{"text before the XML declaration was left out at line 1"});
  CHECK(notes_of("Notice \xef\xbb\xbf" + whole) == notes{"text before the XML declaration was left out at line 1"});
  auto lines = std::to_string(std::count(whole.begin(), whole.end(), '\n'));
  CHECK(notes_of(whole + "<!-- cached -->\n<?pi ?>\n") == notes{});
  CHECK(notes_of(whole + "<script src=a></script>\n") ==
        notes{"what stands behind the end of the feed was left out at line " + lines});
  CHECK(notes_of(whole + "<!-- cached -->\nand more\n") ==
        notes{"what stands behind the end of the feed was left out at line " + lines});
  // Two pages in one: whose entries would count?
  CHECK_FALSE(extract(whole + whole, in.get().framing));
  CHECK_FALSE(extract(std::string(16 << 10, 'x') + whole, in.get().framing));
}

TEST_CASE("a declaration that does not come first still names the encoding") {
  auto out = extract("\n<?xml version=\"1.0\" encoding=\"windows-1251\"?>\n" + rss.with("\xcb\xe0\xec\xef\xe0"));
  REQUIRE(out);
  CHECK(out->items[0].title == "\xd0\x9b\xd0\xb0\xd0\xbc\xd0\xbf\xd0\xb0");
}

TEST_CASE("several kinds at once, and lines that keep their numbers") {
  auto out = extract("\n\n" + declaration + rss.before + "A & B</title>\n<description>\x0b &mdash; </description>" +
                     "<!-- -- \n\n --></item>\n<item><guid>2</guid><title>&amp;&lt;&#65;&#x42;</title>" +
                     "<g:price>ask us</g:price></item></channel></rss>");
  REQUIRE(out);
  CHECK(out->items[0].title == "A & B");
  CHECK(out->items[1].title == "&<AB");
  auto notes = told(*out);
  for (const std::string what : {"what stands before", "a control character", "a character by HTML's name", "an & that",
                                 "a comment with --", "a prefix that is not declared"}) {
    CAPTURE(what);
    CHECK(std::any_of(notes.begin(), notes.end(), [&](const auto& x) { return x.starts_with(what); }));
  }
  REQUIRE(out->notes.size() == 1);
  CHECK(out->notes[0].place == "line 9, /rss/channel/item[2]");
}

TEST_CASE("a well-formed feed has no notes and is read as it is written") {
  for (const auto* x : {&rss, &atom, &rdf, &sitemap}) {
    CAPTURE(x->name);
    auto page = x->with("a &amp; b <!-- & < - --> <![CDATA[& < &nbsp;]]><?pi & < ?> &#160;");
    auto out = extract(page, x->framing);
    REQUIRE(out);
    CHECK(out->page_notes.empty());
    CHECK_FALSE(mend_xml(page, 1 << 20));
    CHECK_FALSE(mend_xml(declaration + page, 1 << 20));
    CHECK(mend_xml("\xef\xbb\xbf" + declaration + page, 1 << 20)); // a page's own mark is gone by then
  }
}

TEST_CASE("entities by HTML's names may be declared, for they mean the same; no others may") {
  auto with = [](const std::string& subset, const std::string& title) {
    return extract("<?xml version=\"1.0\"?>\n<!DOCTYPE rss " + subset + ">\n" + rss.with(title));
  };
  auto out = with("[<!ENTITY nbsp \"&#160;\">\n<!ENTITY % eacute 'x'>]", "x");
  CHECK_FALSE(out);
  out = with("[<!-- '>]\" --> <!ENTITY nbsp \"&#160;\">\n<!ENTITY eacute '>]'>]", "Pull&nbsp;caf&eacute;");
  REQUIRE(out);
  CHECK(out->items[0].title == "Pull\xc2\xa0"
                               "caf\xc3\xa9");
  CHECK(told(*out) ==
        std::vector<std::string>{"2 characters by HTML's names, which XML does not have, were read at line 5",
                                 "a document type with entities of HTML's names was left out at line 2"});
  for (const auto* subset :
       {"[<!ENTITY a \"xxxxxxxxxx\"><!ENTITY b \"&a;&a;&a;&a;\">]", "[<!ENTITY nbsp 'x'><!ENTITY b 'y'>]",
        "[<!ENTITY x SYSTEM \"file:///etc/hostname\">]", "[<!ENTITY % x SYSTEM 'a'> %x;]",
        "[<!ENTITY % x \"<!ENTITY b 'y'>\"> %x;]", "[<!ENTITY"}) {
    CAPTURE(subset);
    auto refused = with(subset, "&b;");
    REQUIRE_FALSE(refused);
    CHECK(refused.error().code == errc::bad_page);
  }
  CHECK(with("[<!ENTITY b 'y'>]", "a & b").error().detail.find("entities of its own") != std::string::npos);
}

TEST_CASE("prefixes that are not declared, and namespaces that are nearly right") {
  auto photo = [](const std::string& attributes, const std::string& element) {
    auto out = extract("<rss" + attributes + "><channel><item><guid>1</guid><title>t</title>" + element +
                       "</item></channel></rss>");
    REQUIRE(out);
    return out->items[0].photo.value_or("none") + (out->page_notes.empty() ? "" : ", " + out->page_notes[0].one);
  };
  CHECK(photo("", "<media:thumbnail url='i'/>") ==
        "i, a prefix that is not declared was taken for what it usually means");
  CHECK(photo("", "<m:thumbnail url='i'/>") ==
        "none, a prefix that is not declared was taken for what it usually means");
  for (const auto* uri : {"http://search.yahoo.com/mrss/", "http://search.yahoo.com/mrss",
                          "https://search.yahoo.com/mrss/", "http://Search.Yahoo.com/MRSS/"}) {
    CAPTURE(uri);
    CHECK(photo(" xmlns:m='" + std::string{uri} + "'", "<m:thumbnail url='i'/>") == "i");
  }
  CHECK(photo(" xmlns:media='urn:other'", "<media:thumbnail url='i'/>") == "none");
  CHECK(photo(" xmlns:media='http://search.yahoo.com/mrss/2'", "<media:thumbnail url='i'/>") == "none");
  for (const auto* space : {"", " xmlns='http://www.w3.org/2005/Atom/'", " xmlns='https://www.w3.org/2005/Atom'"}) {
    CAPTURE(space);
    auto out =
        extract("<feed" + std::string{space} + "><entry><id>1</id><title>t</title><link href='u'/></entry></feed>");
    REQUIRE(out);
    CHECK(out->items[0].title == "t");
    CHECK(out->items[0].url);
  }
  CHECK_FALSE(extract("<feed xmlns='urn:other'><entry><id>1</id><title>t</title></entry></feed>"));
}

TEST_CASE("where else a title, an address and a date may stand") {
  auto item_of = [](const std::string& inside) {
    auto out = extract("<rss xmlns:dc='http://purl.org/dc/elements/1.1/' xmlns:media='http://search.yahoo.com/mrss/' "
                       "xmlns:atom='http://www.w3.org/2005/Atom'><channel><item>" +
                       inside + "</item></channel></rss>");
    REQUIRE(out);
    REQUIRE(out->items.size() == 1);
    return *out;
  };
  CHECK(item_of("<guid>1</guid><dc:title>Lampe</dc:title>").items[0].title == "Lampe");
  CHECK(item_of("<guid>1</guid><media:title>Lampe</media:title>").items[0].title == "Lampe");
  CHECK(item_of("<guid>1</guid><media:group><media:title>Lampe</media:title></media:group>").items[0].title == "Lampe");
  CHECK(item_of("<guid>1</guid><media:title>No</media:title><title>Lampe</title>").items[0].title == "Lampe");
  CHECK(item_of("<title>t</title><atom:link href='https://a.example/1'/>").items[0].url == "https://a.example/1");
  CHECK(item_of("<title>t</title><atom:link href='https://a.example/1'/>").items[0].id.value == "https://a.example/1");
  CHECK(
      item_of("<title>t</title><atom:link rel='self' href='s'/><atom:link rel='alternate' href='https://a.example/1'/>")
          .items[0]
          .url == "https://a.example/1");
  auto dated = item_of("<guid>1</guid><title>t</title><pubdate>Wed, 25 Nov 2026 20:12:13 GMT</pubdate>");
  REQUIRE(dated.newest);
  CHECK(to_rfc3339(*dated.newest) == "2026-11-25T20:12:13.000Z");
}

TEST_CASE("no page that is cut passes for a mended one, and any page is read or refused") {
  auto page = "\n" + declaration + rss.with("A & B < 3 <!-- -- --> &nbsp; <![CDATA[ & ]]>");
  auto reader = make_extractor(feed_source(page_framing::feed));
  REQUIRE((*reader)->extract(page));
  for (size_t size = 0; size + 1 < page.size(); ++size)
    REQUIRE_FALSE((*reader)->extract(page.substr(0, size)));
  REQUIRE(rc::check("bytes of the kinds, anywhere", [&] {
    static const std::vector<std::string> mistakes{"&",
                                                   "<",
                                                   "\x08",
                                                   "&nbsp;",
                                                   "&#8;",
                                                   "<!--",
                                                   "--",
                                                   "-->",
                                                   "]]>",
                                                   "<![CDATA[",
                                                   "<?",
                                                   "?>",
                                                   "\xef\xbb\xbf",
                                                   "\xef\xbf\xbf",
                                                   "&x;",
                                                   "<!DOCTYPE a [",
                                                   "<!ENTITY nbsp '",
                                                   "'>",
                                                   "]>"};
    auto broken = page;
    for (int n = *rc::gen::inRange(1, 5); n > 0; --n)
      broken.insert(*rc::gen::inRange<size_t>(0, broken.size()), *rc::gen::elementOf(mistakes));
    auto out = (*reader)->extract(broken);
    RC_ASSERT(out.has_value() || (out.error().code == errc::bad_page && !out.error().detail.empty()));
    if (auto mended = mend_xml(broken, 1 << 20))
      RC_ASSERT(lines_of(mended->text) == lines_of(broken));
  }));
  CHECK_FALSE(mend_xml("<a>" + std::string(1000, '&') + "</a>", 4000));
  CHECK(mend_xml("<a>" + std::string(1000, '&') + "</a>", 8000));
}
