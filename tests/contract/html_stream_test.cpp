// The stream and the tree are two readers of one page: where the stream has an answer, it is the tree's.
#include <catch2/catch.hpp>
#include <rapidcheck.h>
#include <rapidcheck/catch.h>

#include "actors/policy/unicode.hpp"
#include "adapters/extract/html_elements.hpp"
#include "adapters/extract/html_stream.hpp"
#include "adapters/extract/markup_tree.hpp"
#include "adapters/extract/page_text.hpp"

using namespace vigie;

namespace {

struct both_readers {
  std::unique_ptr<html_stream> stream;
  std::unique_ptr<markup_tree> tree;
};

both_readers readers(std::string items, std::map<std::string, std::string> fields, const std::string& next = {}) {
  extract_spec spec;
  spec.framing = page_framing::html;
  spec.items = std::move(items);
  spec.fields = std::move(fields);
  auto queries = compile_queries(spec, next, true, {});
  REQUIRE(queries);
  auto tree = markup_tree::make(*queries);
  REQUIRE(tree);
  return {html_stream::make(*queries), std::move(*tree)};
}

std::string show(const markup_rows& x, size_t columns) {
  std::string out;
  auto cell = [](const markup_rows::cell& c) { return c ? "\"" + *c + "\"" : std::string{"-"}; };
  for (size_t row = 0; row < x.size(); ++row) {
    for (size_t column = 0; column < columns; ++column)
      out += cell(x.at(row, column)) + " ";
    out += "\n";
  }
  return out + "base " + cell(x.base) + ", next " + cell(x.next) + (x.list_seen ? ", list" : "");
}

/// True if the stream answered; then the tree said the same.
bool agree(const both_readers& x, std::string_view bytes, size_t columns) {
  std::string room;
  auto text = text_of_page(bytes, "", page_form::html, room);
  if (!text)
    return false;
  auto page = text->text;
  markup_rows streamed;
  if (!x.stream || !x.stream->read(page, streamed))
    return false;
  markup_rows read;
  INFO(page);
  REQUIRE_FALSE(x.tree->read(page, read));
  CHECK(show(streamed, columns) == show(read, columns));
  CHECK(streamed == read);
  return true;
}

std::string in_body(const std::string& inside) {
  return "<!DOCTYPE html><html><head><title>t</title></head><body>" + inside + "</body></html>";
}

/// A page that needs no mending, of few names, so that selectors often fit.
class page_writer {
public:
  std::string page() {
    out_ = *rc::gen::element<std::string>("", "<!DOCTYPE html>", "<!doctype html>\n<!-- a > b -->\n");
    out_ += "<html lang=fr><head><title>";
    text();
    out_ += "</title><meta charset=utf-8>";
    if (chance(3))
      out_ += "<base href=\"https://shop.example/a/\" />";
    out_ += "<script>if (a</b/.test(c)) document.write('<p class=\"a\">')</script></head>\n<body class='a b'>";
    content(0, "body");
    return out_ + "</body> </html>\n";
  }

private:
  static bool chance(int of) { return *rc::gen::inRange(0, of) == 0; }

  static html_element number_of(const std::string& name) {
    const auto& all = html_elements::names();
    auto found = std::find(all.begin(), all.end(), name);
    return found == all.end() ? html_element{0} : static_cast<html_element>(found - all.begin() + 1);
  }

  void content(int depth, const std::string& outer) {
    auto count = *rc::gen::inRange(0, 5);
    for (int i = 0; i < count; ++i) {
      switch (*rc::gen::inRange(0, 8)) {
      case 0:
      case 1:
        text();
        break;
      case 2:
        small(outer);
        break;
      default:
        element(depth, outer);
      }
    }
  }

  /// What has nothing in it that is read.
  void small(const std::string& outer) {
    auto piece =
        *rc::gen::element<std::string>("<br>", "<img src=/i.png alt='x'>", "<hr/>", "<!-- <p class=a> - -->",
                                       "<script>'<div class=\"a\">&amp;'</script>", "<input disabled value=\"\">",
                                       "<picture><source srcset=a><img src=b></picture>",
                                       "<template><b class=\"a\">x<br></b><p id=m>y</p></template>");
    auto closes = piece == "<hr/>" && html_elements::get().closes(number_of(outer), number_of("hr"));
    out_ += closes ? "" : piece;
  }

  void element(int depth, const std::string& outer) {
    auto name = *rc::gen::element<std::string>("div", "p", "a", "span", "h3", "ul", "section", "custom-x", "b", "i",
                                               "sup", "del", "s");
    // What would close the element around it is left out, so that nothing has to be mended.
    if (html_elements::get().closes(number_of(outer), number_of(name)))
      return;
    if (depth > 6)
      return;
    auto upper = chance(12);
    auto written = name;
    if (upper)
      for (auto& c : written)
        c = static_cast<char>(std::toupper(static_cast<unsigned char>(c)));
    out_ += "<" + written;
    attributes();
    out_ += chance(8) ? " >" : ">";
    content(depth + 1, name);
    out_ += "</" + (chance(10) ? name : written) + (chance(10) ? " >" : ">");
  }

  void attributes() {
    auto count = *rc::gen::inRange(0, 4);
    for (int i = 0; i < count; ++i)
      out_ += *rc::gen::element<std::string>(
          " class=\"a\"", " class='a b'", " class=\"x a-b\tb\"", " id=m", " class=\"&#97;&#9;c\"", " id=\"n\"",
          " href=\"/x?a=1&amp;b=&#50;\"", " HREF='/y?a=1&b=2&copy=3'", " data-n=7", " hidden", " data-x",
          " title=\"a &lt; b > c &nbsp;&euro;\"", " class=\"\"", " data-n = \" 7 \"", " xml:lang=\"en-GB\"", " lang=en",
          " class=\"a line-through\"", " style=\"text-decoration: line-through\"", " class=b-line-through", " style");
  }

  void text() {
    out_ += *rc::gen::element<std::string>("x", " ", "\n  ", "12,00 €", "a &amp; b", "L&#39;a  b&#160;&#8364;", " y ",
                                           "&#x41;&#66; ", "caf&eacute;", "&unknown; & &lt", "\xC2\xA0", " 中文 ",
                                           "&nbsp;z", "-->", "a > b", "12", "9", "39,", " 5");
  }

  std::string out_;
};

} // namespace

TEST_CASE("the stream says what the tree says, on pages that need no mending") {
  auto answered = 0;
  auto compound =
      rc::gen::element<std::string>("div", "p", "a", "span", "h3", "ul", "*", ".a", ".b", ".b.a", ".a-b", "#m", "div.a",
                                    "a[href]", "[class='a b']", "[class~=b]", "[href*='b=2']", "[data-n='7']",
                                    "[lang|=en]", "custom-x", "img", "[hidden]", "[data-x='']", "b", "body");
  auto selector = [&] {
    std::string out = *compound;
    for (int i = *rc::gen::inRange(0, 3); i > 0; --i)
      out += *rc::gen::element<std::string>(" ", " > ") + *compound;
    return out;
  };
  CHECK(rc::check([&] {
    std::map<std::string, std::string> fields;
    for (const auto* name : {"id", "title", "url", "brand", "price"}) {
      auto front = *rc::gen::element<std::string>("", "", "> ");
      auto text = *rc::gen::element<std::string>("", "::text", "::attr(href)", "::attr(class)", "::attr(hidden)");
      fields[name] = *rc::gen::inRange(0, 6) == 0 && !text.empty() ? text : front + selector() + text;
    }
    auto items = selector();
    auto readers_of = readers(items, fields, *rc::gen::inRange(0, 2) == 0 ? selector() : "");
    RC_ASSERT(readers_of.stream != nullptr);
    // The text of the whole page has the blanks between head and body in it: which of them count, the tree says.
    auto whole_page =
        items == "*" && std::any_of(fields.begin(), fields.end(), [](const auto& x) { return x.second == "::text"; });
    auto page = page_writer{}.page();
    RC_LOG() << "items " << items << "\n" << page;
    for (const auto& [name, text] : fields)
      RC_LOG() << name << " = " << text << "\n";
    auto same = agree(readers_of, page, fields.size());
    answered += same ? 1 : 0;
    RC_TAG(same);
    RC_ASSERT(same || whole_page);
  }));
  CHECK(answered > 0);
}

TEST_CASE("every element in every other: the stream agrees, or leaves the page to the tree") {
  auto x = readers(
      "div", {{"id", "i"}, {"title", "::text"}, {"brand", "> *"}, {"price", "::text"}, {"url", "* > *::attr(n)"}});
  size_t answered = 0;
  for (auto outer : html_elements::names())
    for (auto inner : html_elements::names()) {
      auto end = [](std::string_view name) { return "</" + std::string{name} + ">"; };
      auto a = std::string{outer};
      auto b = std::string{inner};
      auto whole = in_body("<div>1<" + a + " n=1>2<" + b + " n=2>3" + end(b) + "4" + end(a) + "<i>5</i></div>");
      auto open = in_body("<div>1<" + a + " n=1>2<" + b + " n=2>3<i n=3>5</i></div>");
      answered += agree(x, whole, 5) ? 1 : 0;
      answered += agree(x, open, 5) ? 1 : 0;
    }
  CHECK(answered > 4000);
}

TEST_CASE("any bytes: the stream agrees, or leaves the page to the tree") {
  auto x = readers(
      "div, li", {{"id", "b"}, {"title", "::text"}, {"url", "a::attr(href)"}, {"brand", ".c > i"}, {"price", "::text"}},
      "a.next");
  auto piece = rc::gen::element<std::string>(
      "<div>", "</div>", "<li class=c>", "</li>", "<b>", "</b>", "<i>", "</i>", "<a href='x' class=next>", "</a>",
      "<p>", "</p>", "<", ">", "&", "&#", "&#0;", "&#xD800;", "&#65", "&amp", "&eacute", "&notit;", "&notin;", "&#128;",
      "&#x110000;", "&#8;", "&lang;", "&NotEqualTilde;", "<a href='?a&copy=1&amp;b&reg;&reg'>",
      "<a href=?x&lt=1&gt&quot;>", "<a title=\"&#34;&apos;&Tab;x&NewLine;\">", "<style>", "</style>", "<br>", "<h3>",
      "</h3>", "<td>", "<span>", "</span>", "<!--", "-->", "--!>", "<![CDATA[", "<?pi", "<!x>", "\"", "'", "=", " ",
      "\n", "text", "<table>", "<tr>", "<td>", "</table>", "<script>", "</script>", "</scriptx>", "<a href=>",
      "<a href=a\"b>", "<a / href=q>", "<br/>", "</br>", "<body>", "</body>", "</html>", "<html>", "<head>", "<form>",
      "<title>", "</title>", "\xFF", "\x01", std::string(1, '\0'), "<svg:a>", "<a href='x' href='y'>", "<b c>",
      "<i =x>", "<a @x=1>", "<source>", "<textarea>", "</textarea>", "<div", "</div x>", "<frameset>", "<noscript>",
      "</noscript>", "<base href=/b>", "<sup>", "</sup>", "<del>", "</del>", "<s style=line-through>", "<wbr>", "39",
      "9");
  CHECK(rc::check([&] {
    auto pieces = *rc::gen::container<std::vector<std::string>>(piece);
    std::string inside;
    for (const auto& p : pieces)
      inside += p;
    agree(x, *rc::gen::arbitrary<bool>() ? in_body(inside) : inside, 5);
  }));
}

TEST_CASE("the stream answers ordinary pages") {
  auto x =
      readers("ul.found > li", {{"id", "::attr(data-id)"}, {"title", "h3 a"}, {"url", "h3 a::attr(href)"}}, "a.next");
  CHECK(agree(x,
              in_body("<ul class=found><li data-id=1><h3><a href=/1>One</a></h3></li></ul><a class=next href='?p=2'>"
                      "on</a>"),
              3));
  CHECK(agree(x, in_body("<ul class=found></ul>"), 3));
  CHECK(agree(x, "<html><body><ul class=\"found\"><li DATA-ID='2'>x<img src=a></li></ul></body></html>", 3));
  // Items within items.
  auto nested = readers("div", {{"id", "b"}, {"title", "::text"}, {"brand", "> div > b"}});
  CHECK(agree(nested, in_body("<div><div>a<b>1</b></div><div><div>c<b>2</b></div>d</div><b>3</b></div>"), 3));
  CHECK(agree(nested, in_body("<div/><div>a</div>"), 3));
}

TEST_CASE("words end where lines do, and scripts are no text, to either") {
  auto x = readers("li", {{"all", "::text"}, {"script", "script"}, {"link", "a::attr(href)"}});
  auto seen = [&](const std::string& inside) {
    auto page = in_body("<ul><li>" + inside + "</li></ul>");
    CHECK(agree(x, page, 3));
    markup_rows rows;
    REQUIRE_FALSE(x.tree->read(page, rows));
    auto out = show(rows, 3);
    return out.substr(0, out.find(" \n"));
  };
  CHECK(seen("One<br>two<br/>three") == "\"One two three\" - -");
  CHECK(seen("<div>One</div>two<p>three</p>four") == "\"One two three four\" - -");
  CHECK(seen("<h3>One</h3><table><tr><td>2</td><td>3</td></tr></table>") == "\"One 2 3\" - -");
  CHECK(seen("i<b>Phone</b><span> 1</span><wbr>5<i>e</i>") == "\"iPhone 15e\" - -");
  CHECK(seen("<svg><title>icon<br>x</title></svg>Lampe") == "\"Lampe\" - -");
  CHECK(seen("Steh&shy;lam\u200bpe \u2060 x\ufeff ") == "\"Stehlampe x\" - -");
  CHECK(seen("\u200d\u200c") == "\"\u200d\u200c\" - -");
  CHECK(seen("One<hr>two<BR>three<DIV>four</DIV>") == "\"One two three four\" - -");
  CHECK(seen("a<script>b && '</b>'</script>c<style>d</style>e") == "\"ace\" - \"b && '</b>'\"");
  CHECK(seen("&#128;5 &eacute &notit; &notin; &#0; &bogus; AT&T &amp;lt;") ==
        "\"\u20ac5 \u00e9 \u00acit; \u2209 \ufffd &bogus; AT&T &lt;\" - -");
  CHECK(seen("<a href='/?a=1&copy=2&amp;b&reg;&notit;&#x41;'>x</a>") == "\"x\" \"/?a=1&copy=2&b\u00ae&notit;A\" -");
  CHECK(seen("<a href=/?a&lt;b&gt>&lt;b&gt;</a>") == "\"<b>\" \"/?a<b>\" -");
}

TEST_CASE("elements within a price are marked, within nothing else, and to either") {
  auto x = readers("li", {{"price", "em"}, {"title", "em"}});
  auto seen = [&](const std::string& inside) {
    auto page = in_body("<ul><li><em>" + inside + "</em></li></ul>");
    CHECK(agree(x, page, 2));
    markup_rows rows;
    REQUIRE_FALSE(x.tree->read(page, rows));
    CHECK(rows.at(0, 1)->find("\uFDD0") == std::string::npos);
    std::string out;
    for (std::string_view rest{*rows.at(0, 0)}; !rest.empty();) {
      auto c = take_code_point(rest);
      auto mark = price_mark_of(c);
      if (mark)
        out += std::string_view{"?|+^-"}[static_cast<size_t>(*mark)];
      else
        append_utf8(out, c);
    }
    return out;
  };
  CHECK(seen("39<sup>99</sup> €") == "39^99 |€");
  CHECK(seen("39 <span>99</span><i>5</i>") == "39 +99++5");
  CHECK(seen("<b>39</b>99") == "39|99");
  CHECK(seen("39<i></i>99") == "39||99");
  CHECK(seen("39<i><b></b>99</i>") == "39+++99");
  CHECK(seen("39<i>,</i><i>99</i> <i>€</i>") == "39+,++99 ++€");
  CHECK(seen("<i>39</i><div>99</div><br>5<!-- -->1<wbr>2") == "39 |99 512");
  CHECK(seen("<s>59 €</s>39 €") == "-59 €|39 €");
  CHECK(seen("<s>5<b>9</b> </s> <ins>39<sup>9</sup></ins>") == "-5-9 +++39^9");
  CHECK(seen("<i class='x line-through'>5</i><i style='a:b;text-decoration:line-through'>6</i>7") == "-5--6|7");
  CHECK(seen("<i class='hover:line-through'>5</i><i class='no-line-through'>6</i>") == "5++6");
  CHECK(seen("<p class=line-through>5</p>6") == "-5 |6");
  CHECK(seen("ab<b>12</b>€<i>x</i>y") == "ab+12|€+x|y");
  CHECK(seen("<svg><title>7<b>8</b></title></svg>5<script>9</script>6<template>1<b>2</b></template>3") == "5||6||3");
  CHECK(seen("<sup></sup><del> </del>").empty());
}

TEST_CASE("text in pieces is text as a whole") {
  CHECK(rc::check([] {
    auto pieces = *rc::gen::container<std::vector<std::string>>(
        rc::gen::container<std::string>(rc::gen::elementOf(std::string{"abc  \n\t"})));
    auto limit = *rc::gen::element<size_t>(0, 1, 4, 1000);
    std::string whole, expected;
    text_collector out{limit};
    for (const auto& x : pieces) {
      whole += x;
      out.add(x);
    }
    for (char c : whole)
      if (!is_markup_blank(c))
        expected += c;
      else if (!expected.empty() && expected.back() != ' ')
        expected += ' ';
    if (expected.ends_with(' '))
      expected.pop_back();
    RC_ASSERT(out.full() == (expected.size() > limit));
    RC_ASSERT(out.take() == expected.substr(0, limit + 1));
  }));
}

TEST_CASE("what a template holds is no part of the page, to either") {
  auto x = readers("li", {{"id", "b"}, {"title", "i"}, {"whole", "::text"}});
  auto seen = [&](const std::string& inside) {
    auto page = in_body(inside);
    CHECK(agree(x, page, 3));
    markup_rows rows;
    REQUIRE_FALSE(x.tree->read(page, rows));
    return show(rows, 3);
  };
  CHECK(seen("<ul><li><b>1</b><i>A</i></li><template><li><b>{{id}}</b></li></template></ul>") ==
        "\"1\" \"A\" \"1A\" \nbase -, next -");
  CHECK(seen("<ul><li>x<TEMPLATE class=t>y<b>no</b><template><i>no</i></template><br><i>no</i></TEMPLATE>"
             "<b>2</b><i>B</i></li></ul>") == "\"2\" \"B\" \"x2B\" \nbase -, next -");
  CHECK(seen("<ul><li><template shadowrootmode=open><b>3</b></template></li></ul>") ==
        "\"3\" - \"3\" \nbase -, next -");
  CHECK(seen("<template><script>'<li>'</script></template><li><b>4</b></li>") == "\"4\" - \"4\" \nbase -, next -");
  CHECK(seen("<template></template><p>x</p>") == "base -, next -");
}

TEST_CASE("what the stream leaves to the tree") {
  auto x = readers("li", {{"id", "b"}, {"title", "::text"}});
  for (const auto& page : {std::string{"<ul><li>a<b>1</b></ul>"}, in_body("<ul><li>a<b>1</b><li>c<b>2</b></ul>"),
                           in_body("<p>a<div>b</div></p>"), in_body("<b><i>a</b></i>"),
                           std::string{"<html><body><li>a</li>"}, in_body("<li>a</li>") + "b"})
    CHECK_FALSE(agree(x, page, 2));
  for (const auto* selector : {"li:first-child", "a + b", "a ~ b", "li:not(.x)", "li:empty", "li:has(b)"})
    CHECK_FALSE(readers(selector, {{"id", "b"}, {"title", "::text"}}).stream);
  CHECK_FALSE(readers("li", {{"id", "a::text, b::attr(x)"}, {"title", "::text"}}).stream);
  // More steps than a word has bits.
  std::string many = "a";
  for (int i = 0; i < 64; ++i)
    many += " a";
  CHECK_FALSE(readers("li", {{"id", many}, {"title", "::text"}}).stream);
}

TEST_CASE("what the stream looks at of attributes is bounded, for items within items too") {
  extract_spec spec;
  spec.framing = page_framing::html;
  spec.items = "div";
  spec.fields = {{"id", "p[a*=y]::attr(b)"}, {"title", "p[a~=z]::attr(b)"}};
  auto queries = compile_queries(spec, {}, true, {});
  REQUIRE(queries);
  std::string page = "<html><body>";
  for (int i = 0; i < 50; ++i)
    page += "<div>";
  page += "<p b=1 a='" + std::string(10'000, 'x') + "'></p>";
  for (int i = 0; i < 50; ++i)
    page += "</div>";
  page += "</body></html>";
  // 50 items, two selectors each.
  queries->limits.looked_at_each = 0;
  markup_rows rows;
  for (size_t limit : {1'000'000, 999'999}) {
    queries->limits.looked_at = limit;
    auto stream = html_stream::make(*queries);
    REQUIRE(stream);
    CHECK(stream->read(page, rows) == (limit == 1'000'000));
  }
}
