// What a page costs grows with its size and not with its square, whatever it is made of; and what a parser would need
// for ever for is refused, with its place.
#include <catch2/catch.hpp>

#include <algorithm>
#include <ctime>
#include <functional>
#include <map>

#include "adapters/extract/extractors.hpp"
#include "adapters/extract/html_extractor.hpp"
#include "adapters/extract/markup_tree.hpp"

using namespace vigie;

namespace {

source_spec source_of(page_framing framing, const std::string& items = "li") {
  source_spec out;
  out.extract.framing = framing;
  if (framing == page_framing::html || framing == page_framing::xml) {
    out.extract.items = items;
    out.extract.fields = {{"id", "a::attr(x)"}, {"title", "a"}};
  } else if (framing == page_framing::json) {
    out.extract.items = "items";
    out.extract.fields = {{"id", "id"}, {"title", "title"}};
  }
  return out;
}

result<extraction> read(const source_spec& source, std::string_view page) {
  auto reader = make_extractor(source);
  REQUIRE(reader);
  return (*reader)->extract(page);
}

error trouble(const source_spec& source, std::string_view page) {
  auto out = read(source, page);
  REQUIRE_FALSE(out);
  CHECK(out.error().code == errc::bad_page);
  return out.error();
}

/// Processor time of this thread, the least of some.
double cost(const source_spec& source, const std::string& page) {
  double least = 1e9;
  for (int i = 0; i < 3; ++i) {
    auto now = [] {
      timespec x{};
      ::clock_gettime(CLOCK_THREAD_CPUTIME_ID, &x);
      return static_cast<double>(x.tv_sec) * 1e3 + static_cast<double>(x.tv_nsec) / 1e6;
    };
    auto reader = make_extractor(source);
    REQUIRE(reader);
    auto begun = now();
    static_cast<void>((*reader)->extract(page));
    least = std::min(least, now() - begun);
  }
  return least;
}

std::string times(size_t n, const std::string& text) {
  std::string out;
  out.reserve(n * text.size());
  while (n-- > 0)
    out += text;
  return out;
}

std::string numbered(size_t n, const std::string& before, const std::string& behind) {
  std::string out;
  for (size_t i = 0; i < n; ++i)
    out += before + std::to_string(i) + behind;
  return out;
}

std::string title_of_feed(const std::string& text) {
  return "<rss><channel><item><guid>1</guid><title><![CDATA[" + text + "]]></title></item></channel></rss>";
}

/// `page(n)` and `page(4 n)`: what grows with the square costs sixteen times as much.
struct kind {
  std::string name;
  page_framing framing;
  size_t n;
  std::function<std::string(size_t)> page;
  std::string items = "li";
  std::string title = "a";
};

const std::vector<kind>& kinds() {
  constexpr auto html = page_framing::html, xml = page_framing::xml, feed = page_framing::feed;
  static const std::vector<kind> out{
      {"attributes", html, 10000, [](size_t n) { return "<ul><li " + numbered(n, "a", "=1 ") + ">x</li></ul>"; }},
      {"quoted attributes behind a fault", html, 10000,
       [](size_t n) { return "<ul></b><li " + numbered(n, "a", "='1'") + ">x</li></ul>"; }},
      {"the same attribute", html, 10000, [](size_t n) { return "<ul></b><li " + times(n, "a=1 ") + ">x</li></ul>"; }},
      {"attributes of html and body", html, 10000,
       [](size_t n) { return numbered(n, "<html a", "=1>") + numbered(n, "<body b", "=1>") + "<ul></ul>"; }},
      {"names of elements", html, 20000, [](size_t n) { return "<ul>" + numbered(n, "<b", ">y</i></ul>"); }},
      {"ids", html, 20000, [](size_t n) { return "<ul></b>" + numbered(n, "<i id=x", ">y</i>") + "</ul>"; }},
      {"items", html, 5000, [](size_t n) { return "<ul></b>" + numbered(n, "<li><a x=", ">t</a></li>") + "</ul>"; }},
      {"a list of selectors", html, 2000,
       [](size_t n) { return "<ul></b>" + numbered(n, "<li><a x=", ">t</a></li><p><a x=1>t</a></p>") + "</ul>"; },
       "li, p"},
      {"what stands behind something", html, 2000,
       [](size_t n) { return "<ul></b>" + numbered(n, "<li></li><p><a x=", ">t</a></p>") + "</ul>"; }, "li ~ p"},
      {"what stands deep in something", html, 5,
       [](size_t n) {
         return "<ul></b>" + times(n, times(200, "<div>") + "<li><a x=1>t</a></li>" + times(200, "</div>")) + "</ul>";
       },
       "div div div li"},
      {"what is found deep in something", html, 1000,
       [](size_t n) { return "<ul></b>" + times(100, "<div>") + times(n, "<p></p>") + times(100, "</div>") + "</ul>"; },
       "div:has(div p i)"},
      {"what stands below something behind", html, 500,
       [](size_t n) { return "<ul></b>" + numbered(n, "<li><a x=", ">t</a></li><p><a>t</a></p>") + "</ul>"; }, "li",
       "~ p a"},
      {"what stands behind something behind", html, 300,
       [](size_t n) { return "<ul></b>" + numbered(n, "<li><a x=", ">t</a></li><p></p>") + "</ul>"; }, "li", "~ p ~ p"},
      {"several things behind", html, 1000,
       [](size_t n) { return "<ul></b>" + numbered(n, "<li><a x=", ">t</a></li><p></p>") + "</ul>"; }, "li",
       "~ p, ~ i"},
      {"titles of two kinds, of which the first is empty", html, 500,
       [](size_t n) { return "<ul></b><li>" + times(n, "<a x></a><b></b>") + "</li></ul>"; }, "li", "a::attr(x), b"},
      {"rows that are counted, from both ends", html, 3000,
       [](size_t n) { return "<ul></b>" + numbered(n, "<li><a x=", ">t</a></li>\n") + "</ul>"; },
       "li:nth-child(2n+1):nth-last-child(n+2)"},
      {"what stays open", html, 5000, [](size_t n) { return "<ul>" + times(n, "<p>x<a>y<b>"); }},
      {"ends without begins", html, 5000, [](size_t n) { return "<ul>" + times(200, "<b>") + times(n, "</i>"); }},
      {"open comments", html, 20000, [](size_t n) { return "<ul>" + times(n, "<!-- -- "); }},
      {"open scripts", html, 20000, [](size_t n) { return "<html><body><script>" + times(n, "</scrip"); }},
      {"references", html, 20000, [](size_t n) { return "<ul><li><a x=1>" + times(n, "&a;&") + "</a></ul>"; }},
      {"attributes", xml, 10000, [](size_t n) { return "<r><li " + numbered(n, "a", "='1' ") + "/></r>"; }},
      {"namespaces", xml, 20000, [](size_t n) { return "<r><li " + numbered(n, "xmlns:a", "='u' ") + "/></r>"; }},
      {"namespaces around one another", xml, 5000,
       [](size_t n) { return numbered(200, "<x xmlns:a", "='u'>") + times(n, "<a0:b/>") + times(200, "</x>"); }},
      {"declared attributes", xml, 10000,
       [](size_t n) { return "<!DOCTYPE r [<!ATTLIST li " + numbered(n, "a", " CDATA 'v' ") + ">]><r><li/></r>"; }},
      {"attributes that come by declaration", xml, 2000,
       [](size_t n) {
         return "<!DOCTYPE r [<!ATTLIST li " + numbered(250, "a", " CDATA 'v' ") + ">]><r>" + times(n, "<li/>") +
                "</r>";
       }},
      {"attributes", feed, 10000, [](size_t n) { return "<rss><channel " + numbered(n, "a", "='1' ") + "/></rss>"; }},
      {"namespaces", feed, 20000, [](size_t n) { return "<rss " + numbered(n, "xmlns:a", "='u' ") + "/>"; }},
      {"empty elements of an item", feed, 5000,
       [](size_t n) { return "<rss><channel><item>" + times(n, "<link/><guid/>") + "</item></channel></rss>"; }},
      {"items", feed, 2000,
       [](size_t n) {
         return "<rss xml:base='http://a/'><channel>" +
                numbered(n, "<item><guid>", "</guid><title>t</title><link>x</link></item>") + "</channel></rss>";
       }},
      {"tags in a title", feed, 4000, [](size_t n) { return title_of_feed(times(n, "<a")); }},
      {"comments in a title", feed, 4000, [](size_t n) { return title_of_feed(times(n, "<!--")); }},
      {"references in a title", feed, 4000, [](size_t n) { return title_of_feed(times(n, "&a")); }},
      {"members of an item", page_framing::json, 20000,
       [](size_t n) { return R"({"items":[{"id":"1","title":"t")" + numbered(n, R"(,"k)", R"(":1)") + "}]}"; }},
      {"the same member", page_framing::json, 20000,
       [](size_t n) { return R"({"items":[{"title":"t")" + times(n, R"(,"id":"1")") + "}]}"; }},
  };
  return out;
}

} // namespace

TEST_CASE("what a page costs grows with its size, and not with its square") {
  // Of a machine that does other things as well; of times too small to be compared.
  constexpr double tolerance = 2, least_ms = 3;
  for (const auto& x : kinds()) {
    auto source = source_of(x.framing, x.items);
    if (x.framing == page_framing::html || x.framing == page_framing::xml)
      source.extract.fields["title"] = x.title;
    auto once = cost(source, x.page(x.n));
    auto four = cost(source, x.page(4 * x.n));
    INFO(x.name << ": " << once << " ms, four times as much of it " << four << " ms");
    CHECK(four < 4 * tolerance * std::max(once, least_ms));
  }
}

namespace {

/// Read as a tree: something in it does not belong.
std::string odd_page(const std::string& body) {
  return "<html><body></b>" + body + "</body></html>";
}

} // namespace

TEST_CASE("work that the parser of XPath does not count is counted, and a page that needs too much of it is refused") {
  auto html = source_of(page_framing::html);
  auto too_much = [&](const std::string& items, const std::string& page,
                      std::map<std::string, std::string> fields = {}) {
    html.extract.items = items;
    html.extract.fields = {{"id", "a::attr(x)"}, {"title", "a"}};
    for (auto& [name, path] : fields)
      html.extract.fields[name] = path;
    CAPTURE(items);
    CHECK(trouble(html, page).detail == "on this page it takes more work than the limit of 20971520 operations");
  };
  auto many = times(6000, "<p class=y></p>");
  auto big = times(50'000, "ab ") + "x";
  // One attribute is looked at for each element below it.
  too_much(".x .y", odd_page("<div class='" + big + "'>" + many + "</div>"));
  too_much("[id='" + big.substr(0, 2000) + "'] .y", odd_page("<div id='" + big + "'>" + many + "</div>"));
  // The same text for each element around it.
  too_much("div" + times(10, ":not(:contains(nothing))"),
           odd_page(times(240, "<div>") + times(60'000, "abcde ") + times(240, "</div>")));
}

TEST_CASE("the text of items within items counts as often as it is gone over") {
  extract_spec spec;
  spec.framing = page_framing::html;
  spec.items = "div";
  spec.fields = {{"id", "::text"}, {"title", "::text"}};
  auto queries = compile_queries(spec, {}, true, {});
  REQUIRE(queries);
  auto page = odd_page(times(100, "<div>") + times(1000, "<p></p>") + times(100, "</div>"));
  markup_rows rows;
  for (bool enough : {true, false}) {
    queries->limits.xpath_operations = enough ? 1'000'000 : 100'000;
    auto tree = markup_tree::make(*queries);
    REQUIRE(tree);
    auto problem = (*tree)->read(page, rows);
    CHECK(problem.has_value() != enough);
    CHECK((enough || problem->detail == "on this page it takes more work than the limit of 100000 operations"));
  }
}

TEST_CASE("a text that is nearly there at every place costs no more than one that is nowhere") {
  constexpr double tolerance = 8, least_ms = 10; // it was a thousand times as much
  std::string nearly(2000, 'x'), text(100'000, 'x');
  auto html = source_of(page_framing::html, "div:contains('" + nearly + "y')");
  auto page = [](const std::string& x) { return odd_page(times(20, "<div>") + x + times(20, "</div>")); };
  auto plain = cost(html, page(std::string(100'000, 'z')));
  CHECK(cost(html, page(text)) < tolerance * std::max(plain, least_ms));
  for (std::string how : {"*=", "~=", "$=", "^="}) {
    html.extract.items = "p[a" + how + "'" + nearly + "y']";
    for (std::string fault : {"</b>", ""}) {
      auto in_attribute = [&](char c) {
        return "<html><body>" + fault + times(100, "<p a='" + std::string(20'000, c) + "'></p>") + "</body></html>";
      };
      CAPTURE(how, fault);
      auto nowhere = cost(html, in_attribute('z'));
      CHECK(cost(html, in_attribute('x')) < tolerance * std::max(nowhere, least_ms));
    }
  }
}

TEST_CASE("what a page has of all that in ordinary numbers is read") {
  auto html = source_of(page_framing::html, "tr.athing");
  html.extract.fields = {{"id", "::attr(id)"}, {"title", "td a"}, {"brand", "+ tr td span.score"}};
  auto page = read(html, odd_page("<table>" +
                                  numbered(2000, "<tr class=athing id=",
                                           "><td><a>t</a></td></tr><tr><td><span class=score>7</span></td></tr>") +
                                  "<tr><td><b>end</b></td></tr></table>"));
  REQUIRE(page);
  CHECK(page->items.size() == 2000);
  CHECK(std::all_of(page->items.begin(), page->items.end(), [](const item& x) { return x.brand == "7"; }));
}

TEST_CASE("an element has a bounded number of attributes, whoever reads it") {
  auto html = source_of(page_framing::html);
  auto page = [](size_t n, const std::string& fault) {
    return "<html><body><ul>\n" + fault + "<li " + numbered(n, "a", "='1' ") +
           "><a x='1'>t</a></li></ul></body></html>";
  };
  for (std::string fault : {"", "</b>"}) {
    CAPTURE(fault);
    CHECK(read(html, page(256, fault))->items.size() == 1);
    auto said = trouble(html, page(257, fault));
    CHECK(said.detail == "the page cannot be read: an element has more than 256 attributes");
    CHECK(said.place.substr(0, 2) == "2:");
  }
  for (auto framing : {page_framing::xml, page_framing::feed})
    CHECK(trouble(source_of(framing), "<r " + numbered(257, "a", "='1' ") + "/>").detail.find("256 attributes") !=
          std::string::npos);
  // What one page did, the next one does not suffer from.
  auto reader = make_html_extractor(html, markup_path::tree);
  REQUIRE(reader);
  CHECK_FALSE((*reader)->extract(page(5000, "")));
  CHECK((*reader)->extract(page(256, "")));
}

TEST_CASE("a tag without an end is refused before the parser sees the rest of it") {
  constexpr size_t many = 1'000'000;
  auto attributes = numbered(many, "a", "=1 ");
  auto plain = "<html><body><ul>" + times(attributes.size() / 8, "<li>x</b>");
  auto html = source_of(page_framing::html);
  CHECK(trouble(html, "<ul><li " + attributes).detail.find("256 attributes") != std::string::npos);
  CHECK(cost(html, "<ul><li " + attributes) < cost(html, plain));
}

TEST_CASE("other things of which a page may have only so many") {
  auto xml = source_of(page_framing::xml);
  CHECK(trouble(xml, "<r " + numbered(300, "xmlns:a", "='u' ") + "><b/></r>").detail.find("256 namespaces") !=
        std::string::npos);
  CHECK(trouble(xml, "<!DOCTYPE r [<!ATTLIST r " + numbered(300, "a", " CDATA 'v' ") + ">]><r/>")
            .detail.find("declares more than 256 attributes") != std::string::npos);
  CHECK(trouble(xml, "<r>" + numbered(60'000, "<a", "/>") + "</r>").detail.find("50000 different names") !=
        std::string::npos);
  CHECK(trouble(xml, "<r>" + times(1'000'001, "<a/>") + "</r>").detail.find("1000000 elements") != std::string::npos);
  CHECK(trouble(source_of(page_framing::html), "<ul></b>" + times(1'000'001, "<p>")).detail.find("1000000 elements") !=
        std::string::npos);
}

TEST_CASE("an id has the same limit in every format") {
  auto text = std::string(65'537, 'i');
  auto fits = text.substr(1);
  struct row {
    page_framing framing;
    std::string before, behind;
  };
  for (const auto& x :
       {row{page_framing::html, "<html><body><ul><li><a x='", "'>t</a></li></ul></body></html>"},
        row{page_framing::json, R"({"items":[{"title":"t","id":")", R"("}]})"},
        row{page_framing::feed, "<rss><channel><item><title>t</title><guid>", "</guid></item></channel></rss>"}}) {
    CHECK(trouble(source_of(x.framing), x.before + text + x.behind).detail == "id is longer than 64 KiB");
    CHECK(read(source_of(x.framing), x.before + fits + x.behind)->items[0].id.value == fits);
  }
}

TEST_CASE("titles and other fields of JSON and feeds are bounded as those of HTML are") {
  auto text = std::string(65'537, 'x');
  auto json = source_of(page_framing::json);
  CHECK(trouble(json, R"({"items":[{"id":1,"title":")" + text + R"("}]})").detail == "title is longer than 64 KiB");
  json.extract.fields["brand"] = "brand";
  json.extract.fields["price"] = "price";
  auto out = read(json, R"({"items":[{"id":1,"title":"t","brand":")" + text + R"(","price":")" + text + R"("}]})");
  REQUIRE(out);
  CHECK_FALSE(out->items[0].brand);
  CHECK_FALSE(out->items[0].price);
  REQUIRE(out->notes.size() == 2);
  CHECK(out->notes[0].reason == "is longer than 64 KiB");
  json.paging.kind = paging_kind::cursor;
  json.paging.next = "next";
  CHECK(trouble(json, R"({"items":[],"next":")" + text + R"("})").detail ==
        "the next page's cursor or URL is longer than 64 KiB");
  CHECK(trouble(source_of(page_framing::json),
                R"({"items":[)" + times(100'000, R"({"id":1,"title":"t"},)") + R"({"id":1,"title":"t"}]})")
            .detail == "the page has more than 100000 items, or more than 64 MiB of fields");

  auto feed = source_of(page_framing::feed);
  CHECK(trouble(feed, title_of_feed(text)).detail == "title is longer than 64 KiB");
  auto with_link =
      read(feed, "<rss><channel><item><guid>1</guid><title>t</title><link>" + text + "</link></item></channel></rss>");
  REQUIRE(with_link);
  CHECK_FALSE(with_link->items[0].url);
}
