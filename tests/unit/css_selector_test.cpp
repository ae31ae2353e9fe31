#include <catch2/catch.hpp>
#include <rapidcheck.h>
#include <rapidcheck/catch.h>

#include "actors/policy/css_selector.hpp"
#include "actors/policy/css_xpath.hpp"

using namespace vigie;

namespace {

std::string html(std::string_view css) {
  auto x = parse_css(css, css_dialect::html);
  INFO(css);
  if (!x)
    FAIL(x.error().detail);
  return to_xpath(*x, css_dialect::html);
}

std::string of_document(std::string_view css) {
  auto x = parse_css(css, css_dialect::html);
  REQUIRE(x);
  return to_xpath(*x, css_dialect::html, css_scope::document);
}

std::string xml(std::string_view css) {
  auto x = parse_css(css, css_dialect::xml);
  INFO(css);
  if (!x)
    FAIL(x.error().detail);
  return to_xpath(*x, css_dialect::xml);
}

std::string refused(std::string_view css, css_dialect dialect = css_dialect::html) {
  auto x = parse_css(css, dialect);
  INFO(css);
  REQUIRE_FALSE(x);
  CHECK(x.error().code == errc::bad_config);
  return x.error().detail;
}

std::string joined(const std::vector<std::string>& all) {
  std::string out;
  for (const auto& x : all)
    out += x;
  return out;
}

} // namespace

TEST_CASE("selectors as XPath") {
  CHECK(html("p") == "descendant::p");
  CHECK(html("*") == "descendant::*");
  CHECK(html("DIV > a") == "descendant::a[parent::div[ancestor::node()[vigie-asked()]]]");
  CHECK(html(" ul  li ") == "descendant::li[ancestor::ul[ancestor::node()[vigie-asked()]]]");
  CHECK(html("h2 + p") == "descendant::p[vigie-previous()[self::h2[ancestor::node()[vigie-asked()]]]]");
  CHECK(html("h2~p") == "descendant::p[preceding-sibling::h2[ancestor::node()[vigie-asked()]]]");
  CHECK(html("> a") == "child::a");
  CHECK(html("> a b") == "descendant::b[ancestor::a[parent::node()[vigie-asked()]]]");
  CHECK(html("~ a") == "following-sibling::a");
  CHECK(html("+ a > b") == "vigie-next()[self::a]/child::b");
  CHECK(html("+ a b c") ==
        "vigie-next()[self::a]/descendant::c[ancestor::b[ancestor::a[vigie-previous()[vigie-asked()]]]]");
  CHECK(html("+ a + b") == "vigie-next()[self::a]/following-sibling::*[1][self::b]");
  CHECK(html("p:has(+ a + b)") == "descendant::p[vigie-next()[self::a][vigie-next()[self::b]]]");
  CHECK(html("~ a + b") == "following-sibling::b[vigie-previous()[self::a[vigie-behind()]]]");
  CHECK(html("~ a b") == "parent::node()/descendant::b[ancestor::a[vigie-behind()]]");
  CHECK(html("p:has(~ a b c)") == "descendant::p[following-sibling::a[descendant::b[descendant::c]]]");
  CHECK(html("+ a b") == "vigie-next()[self::a]/descendant::b");
  CHECK(html("a, > b") == "descendant::*[self::a[ancestor::node()[vigie-asked()]] or "
                          "self::b[parent::node()[vigie-asked()]]]");
  CHECK(html("a, b::attr(c)") == "descendant::a | descendant::b/@c");
  CHECK(html("a, + b") == "descendant::a | vigie-next()[self::b]");
  CHECK(of_document("a, b") == "descendant::*[self::a or self::b]");
  CHECK(of_document("ul li > a") == "descendant::a[parent::li[ancestor::ul]]");
  CHECK(html("#m") == "descendant::*[vigie-attribute(@id, '=', 'm')]");
  CHECK(html("p.a") == "descendant::p[vigie-attribute(@class, '~=', 'a')]");
  CHECK(html("a[href]") == "descendant::a[@href]");
  CHECK(html("a[href^='/x']") == "descendant::a[vigie-attribute(@href, '^=', '/x')]");
  CHECK(html("a[href*=x]") == "descendant::a[vigie-attribute(@href, '*=', 'x')]");
  CHECK(html("a[lang|=en]") == "descendant::a[vigie-attribute(@lang, '|=', 'en')]");
  CHECK(html("[data-n=7]") == "descendant::*[vigie-attribute(@data-n, '=', '7')]");
  CHECK(html("p:first-child") == "descendant::p[vigie-before() = 0]");
  CHECK(html("li:not(.a, [b])") == "descendant::li[not(self::*[vigie-attribute(@class, '~=', 'a')] or self::*[@b])]");
  CHECK(html("li:not(a b)") == "descendant::li[not(self::b[ancestor::a])]");
  CHECK(html("li:is(a > b, c)") == "descendant::li[self::b[parent::a] or self::c]");
  CHECK(html(":scope > a") == "child::a");
  CHECK(html(":scope") == "self::node()");
  CHECK(html(":scope.x > a") == "self::*[vigie-attribute(@class, '~=', 'x')][vigie-asked()]/child::a");
  CHECK(html(":root") == "descendant::*[not(parent::*)]");
  CHECK(html("p:contains(x)") == "descendant::p[contains(., 'x')]");
  CHECK(html(":last-of-type") == "descendant::*[vigie-same-behind() = 0]");
  CHECK(html("a[b!=c]") == "descendant::a[not(self::*[vigie-attribute(@b, '=', 'c')])]");
  CHECK(html("tr:has(> td a)") == "descendant::tr[child::td[descendant::a]]");
  CHECK(html("p:empty") == "descendant::p[not(* or text())]");
  CHECK(html("p::text") == "descendant::p");
  CHECK(html("a::attr(HREF)") == "descendant::a/@href");
  CHECK(html("::attr(href)") == "self::node()/@href");
  CHECK(html("::text") == "self::node()");
}

TEST_CASE("names and texts that XPath has no place for") {
  CHECK(html("[a=\"it's\"]") == "descendant::*[vigie-attribute(@a, '=', \"it's\")]");
  CHECK(html("[a='x\"y\\'z']") == "descendant::*[vigie-attribute(@a, '=', concat('x\"y', \"'z\", ''))]");
  CHECK(html("a::attr(xml\\:lang)") == "descendant::a/@*[name() = 'xml:lang']");
  CHECK(html("[a^='']") == "descendant::*[vigie-attribute(@a, '^=', '')]");
  CHECK(html(".\\31 a") == html(".\\000031a"));
  CHECK(html("[a=\\e9t\\e9]") == "descendant::*[vigie-attribute(@a, '=', '\xC3\xA9t\xC3\xA9')]");
}

TEST_CASE("XML: any namespace, or the one that is said") {
  CHECK(xml("Entry") == "descendant::*[local-name() = 'Entry']");
  CHECK(xml("dc|title") == "descendant::dc:title");
  CHECK(xml("dc|*") == "descendant::dc:*");
  CHECK(xml("*|a") == "descendant::*[local-name() = 'a']");
  CHECK(xml("link::attr(xlink|href)") == "descendant::*[local-name() = 'link']/@xlink:href");
  CHECK(xml("[xml|lang=en]") == "descendant::*[vigie-attribute(@xml:lang, '=', 'en')]");
}

TEST_CASE("what is not understood, and where") {
  CHECK(refused("") == "column 1: the selector ends too early");
  CHECK(refused("a >") == "column 4: the selector ends too early");
  CHECK(refused("a,") == "column 3: the selector ends too early");
  CHECK(refused("a > > b") == "column 5: \">\" is not understood here");
  CHECK(refused("div.") == "column 5: the selector ends too early");
  CHECK(refused("div.5") == "column 5: \"5\" is not understood here");
  CHECK(refused("a)") == "column 2: \")\" is not understood here");
  CHECK(refused("a[href") == "column 7: the selector ends too early");
  CHECK(refused("a[b='x]") == "column 5: this quote is not closed");
  CHECK(refused("a[b%=x]") == "column 4: \"%\" is not understood here");
  CHECK(refused("p:first").starts_with("column 2: \":first\" is not understood; there are :first-child"));
  CHECK(refused("p:checked", css_dialect::xml).starts_with("column 2: \":checked\" is not understood"));
  CHECK(refused("p:contains()") == "column 12: :contains() says no text");
  CHECK(refused("p:contains(a(b)") == "column 13: \"(\" is not understood here");
  CHECK(refused("p:contains('a") == "column 12: this quote is not closed");
  CHECK(refused("p:is()") == "column 6: \")\" is not understood here");
  CHECK(refused("p:is(> a)") == "column 6: \">\" is not understood here");
  CHECK(refused("p:not(a") == "column 8: the selector ends too early");
  CHECK(refused("p:not(a::text)") == "column 8: \":\" is not understood here");
  CHECK(refused("a[b!c]") == "column 5: \"c\" is not understood here");
  CHECK(refused("p::before").starts_with("column 2: \"::before\" is not understood"));
  CHECK(refused("p ::text") == "column 3: put ::text directly behind an element");
  CHECK(refused("p:nth-child(x)") == "column 13: \"x\" is not understood here");
  CHECK(refused("p:nth-child(99999999999)") == "column 13: the number is too large");
  CHECK(refused("svg|a") == "column 1: HTML has no namespaces");
  CHECK(refused("a\\") == "column 2: nothing stands behind \"\\\"");
  CHECK(refused("\\d800 x") == "column 7: the escape names no character");
  CHECK(refused("a::text b") == "column 9: \"b\" is not understood here");
  CHECK(refused(std::string(5000, 'a')).find("longer than 4096 bytes") != std::string::npos);
  std::string many;
  for (int i = 0; i < 201; ++i)
    many += "a ";
  CHECK(refused(many).find("more than 200 elements") != std::string::npos);
  std::string deep;
  for (int i = 0; i < 33; ++i)
    deep += ":not(";
  CHECK(refused(deep + "a").find("more than 32 brackets stand in one another") != std::string::npos);
}

TEST_CASE("positions are the n of an+b, by brute force") {
  CHECK(rc::check([] {
    auto step = *rc::gen::inRange(-4, 5);
    auto offset = *rc::gen::inRange(-6, 7);
    auto text = std::to_string(step) + "n" + (offset < 0 ? "-" : "+") + std::to_string(std::abs(offset));
    auto x = parse_css("p:nth-child(" + text + ")", css_dialect::html);
    RC_ASSERT(x.has_value());
    const auto& p = x->front().steps.front().compound.positions.front();
    RC_ASSERT(p.step == step);
    RC_ASSERT(p.offset == offset);
  }));
  auto position = [](std::string_view css) {
    return parse_css(css, css_dialect::html)->front().steps.front().compound.positions.front();
  };
  CHECK(position("p:nth-child(odd)") == css_position{2, 1, false, false});
  CHECK(position("p:nth-child( even )") == css_position{2, 0, false, false});
  CHECK(position("p:nth-last-child(n)") == css_position{1, 0, true, false});
  CHECK(position("p:nth-of-type(-n + 3)") == css_position{-1, 3, false, true});
  CHECK(position("p:nth-child(+4)") == css_position{0, 4, false, false});
}

TEST_CASE("attributes are matched as CSS says") {
  auto matching = [](std::string_view css, std::string_view value) {
    return matches(parse_css(css, css_dialect::html)->front().steps.front().compound.attributes.front(), value);
  };
  CHECK(matching(".b", "a b\tc"));
  CHECK(matching(".b", "bb b"));
  CHECK_FALSE(matching(".b", "bb ab b-"));
  CHECK(matching("[a=x]", "x"));
  CHECK_FALSE(matching("[a=x]", "X"));
  CHECK(matching("[a=x i]", "X"));
  CHECK(matching("[a|=en]", "en-GB"));
  CHECK_FALSE(matching("[a|=en]", "eng"));
  CHECK(matching("[a$='.jpg']", "a.jpg"));
  CHECK_FALSE(matching("[a$='']", "a"));
  CHECK_FALSE(matching("[a~='x y']", "x y"));
}

TEST_CASE("any text is parsed or refused with a column within it") {
  CHECK(rc::check([] {
    auto piece = rc::gen::element<std::string>(
        "a", ".b", "#c", "[d]", "[e='f']", "[g=", "]", "(", ")", ":not(", ":has(", ":is(", ":contains(", ":scope",
        ":root", ":checked", "[a!=b]", ":nth-child(", "2n+1", ":empty", "::text", "::attr(", " ", ">", "+", "~", ",",
        "*", "\\", "\"", "'", "|", "\xC3\xA9", "\xFF", "-", "7", ":first-of-type");
    auto text = joined(*rc::gen::container<std::vector<std::string>>(piece));
    for (auto dialect : {css_dialect::html, css_dialect::xml}) {
      auto x = parse_css(text, dialect);
      if (x) {
        RC_ASSERT(!to_xpath(*x, dialect).empty());
        continue;
      }
      const auto& why = x.error().detail;
      RC_ASSERT(why.starts_with("column "));
      auto column = std::stoul(why.substr(7));
      RC_ASSERT(column >= 1 && column <= text.size() + 1);
    }
  }));
}
