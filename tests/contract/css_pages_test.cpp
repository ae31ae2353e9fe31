// Selectors on pages: what is selected is what the standard says, by a table and by an oracle that knows neither XPath
// nor libxml2; and where the stream has an answer, it is the tree's.
#include <catch2/catch.hpp>
#include <rapidcheck.h>

#include <algorithm>
#include <array>
#include <functional>
#include <memory>

#include "adapters/extract/html_stream.hpp"
#include "adapters/extract/markup_tree.hpp"

using namespace vigie;

namespace {

/// The attribute n of each element that is an item, or what the field finds in the only item.
std::string selected(const std::string& items, const std::string& page, const std::string& field = "::attr(n)",
                     page_framing framing = page_framing::html) {
  extract_spec spec;
  spec.framing = framing;
  spec.items = items;
  spec.fields = {{"id", field}};
  spec.namespaces = {{"x", "urn:x"}};
  auto queries = compile_queries(spec, {}, true, {});
  INFO(items);
  if (!queries)
    FAIL(queries.error().detail);
  auto tree = markup_tree::make(*queries);
  REQUIRE(tree);
  auto told = [](const markup_rows& x) {
    std::string out;
    for (size_t i = 0; i < x.size(); ++i)
      out += (i > 0 ? " " : "") + x.at(i, 0).value_or("-");
    return out;
  };
  markup_rows rows;
  if (auto problem = (*tree)->read(page, rows))
    FAIL(problem->detail);
  auto stream = html_stream::make(*queries);
  markup_rows streamed;
  if (stream && stream->read(page, streamed))
    CHECK(told(streamed) == told(rows));
  return told(rows);
}

const std::string page =
    "<html n=html><head n=head><title n=title>t</title></head><body n=body>"
    "<div n=1 class=shop><h2 n=2>Offers</h2><ul n=3 class=found>"
    "<li n=4 class=ad><a n=5 href=/ad>Buy now</a></li>"
    "<li n=6 class='item new'><a n=7 href=/1>One</a><span n=8 class=price>12 €</span><i n=9>in stock</i></li>"
    "<li n=10 class=item><a n=11>Two</a><b n=12 class=old>20 €</b><span n=13 class=price>15 €</span></li>"
    "</ul><p n=14>Nothing <b n=15>else</b></p></div>"
    "<form n=16><input n=17 type=CheckBox checked><input n=18 type=checkbox><input n=19 type=radio checked>"
    "<input n=20 type=text checked><select n=21><option n=22>a</option><option n=23>b</option></select>"
    "<select n=24><option n=25>a</option><option n=26 selected>b</option></select>"
    "<select n=27 multiple><option n=28>a</option></select><select n=29 size=4><option n=30>a</option></select>"
    "<select n=33><optgroup n=34 disabled><option n=35>S</option></optgroup><option n=36 disabled>M</option>"
    "<option n=37>L</option></select><fieldset n=38 disabled><legend n=39><input n=40></legend><input n=41></fieldset>"
    "</form><img n=31 src=a><a n=32 href=/more>more</a></body></html>";

} // namespace

TEST_CASE("selectors on a page, as the standard, Scrapy and cheerio read them") {
  struct row {
    const char* selector;
    const char* ids;
  };
  auto x = GENERATE(values<row>({
      // :is(), :where()
      {":is(h2, p)", "2 14"},
      {"li:is(.item, .ad)", "4 6 10"},
      {":is(ul, p) > :is(li.ad, b)", "4 15"},
      {":where(.shop ul) > li:where(.new)", "6"},
      {"li:is(.shop > ul > .item)", "6 10"},
      {"li:is(p > li)", ""},
      {":is(:is(h2))", "2"},
      {":matches(h2)", "2"},
      {"div :is(ul li) > a", "5 7 11"},
      // :not() of complex selectors
      {"a:not(li a)", "32"},
      {"li:not(.ad)", "6 10"},
      {"li:not(.ad, .new)", "10"},
      {"b:not(.found b, p > b)", ""},
      {"b:not(.found > b)", "12 15"},
      {"li:not(:not(.ad))", "4"},
      {"li:not(.ad + li)", "4 10"},
      {"li:not(.ad ~ li)", "4"},
      {":not(li) > a", "32"},
      {"a[href!='/1']", "5 11 32"},
      // :has(), :not() within and around it
      {"li:has(a:not([href]))", "10"},
      {"li:not(:has(.price))", "4"},
      {"li:has(> a):not(:has(i))", "4 10"},
      {"li:has(+ .new)", "4"},
      {"li:has(~ li:not(.new))", "4 6"},
      {"ul:has(li:has(i))", "3"},
      {"div:has(:is(h2, h3) + ul > li)", "1"},
      {"li:has(a, i)", "4 6 10"},
      {"li:has(b):has(.price)", "10"},
      // :root, :scope
      {":root", "html"},
      {":scope", "html"},
      {":scope > body > div", "1"},
      {":root > head", "head"},
      {"body:root", ""},
      {":not(:root) > h2", "2"},
      {":not(*)", ""},
      // Positions among those of one type, without a type
      {"li > :first-of-type", "5 7 8 9 11 12 13"},
      {"form > :nth-of-type(2)", "18 24"},
      {"form > :nth-last-of-type(1)", "20 33 38"},
      {"form > :last-of-type", "20 33 38"},
      {"li > :only-of-type", "5 7 8 9 11 12 13"},
      {"*:first-of-type > .new", "6"},
      {"ul > :nth-of-type(odd):not(.ad)", "10"},
      {":is(input, select):nth-of-type(2)", "18 24"},
      // :contains()
      {"li:contains('in stock')", "6"},
      {"li:contains(in stock)", "6"},
      {"li:contains( Two ) > b", "12"},
      {"p:contains('Nothing else')", "14"},
      {"p:contains(nothing)", ""},
      {"li:not(:contains('€'))", "4"},
      {"i:contains(\"in\"):contains(stock)", "9"},
      // HTML's own
      {":checked", "17 19 22 26 37"},
      {"option:checked", "22 26 37"},
      {"input:not(:checked)", "18 20 40 41"},
      {"a:link", "5 7 32"},
      {"a:not(:any-link)", "11"},
      {":disabled", "34 35 36 38 41"},
      {"select:has(optgroup) option:enabled", "37"},
      {"fieldset input:enabled", "40"},
      // Lists of all that, in the page's order
      {"p:has(b), li:not(.item), :is(h2)", "2 4 14"},
  }));
  CHECK(selected(x.selector, page) == x.ids);
}

TEST_CASE("what an item is asked") {
  auto of_item = [](const std::string& field) { return selected("li.new", page, field); };
  CHECK(of_item(":scope > a::attr(n)") == "7");
  CHECK(of_item(":scope::attr(class)") == "item new");
  CHECK(of_item(":scope.new::attr(n)") == "6");
  CHECK(of_item(":scope.ad::attr(n)") == "-");
  CHECK(of_item(":scope.new > span::attr(n)") == "8");
  CHECK(of_item(":scope + li::attr(n)") == "10");
  CHECK(of_item(":scope.new + li .old::attr(n)") == "12");
  CHECK(of_item(":scope ~ li::attr(n)") == "10");
  CHECK(of_item(":scope:has(i)::attr(n)") == "6");
  CHECK(of_item("a:is(:scope > a)::attr(n)") == "7");
  CHECK(of_item("a:not(:scope > a)::attr(n)") == "-");
  CHECK(of_item("a:is(.shop a)::attr(n)") == "7");
  CHECK(of_item(":not(a)::attr(n)") == "8");
  CHECK(of_item(":root::attr(n)") == "-");
  CHECK(of_item("span:contains('€')") == "12 €");
  CHECK(of_item(":is(i, span)::text") == "12 €");
  CHECK(of_item(":nth-of-type(1)::attr(n)") == "7");
}

TEST_CASE("the same of XML, where names have namespaces and HTML's own means nothing") {
  auto on = [](const std::string& selector) {
    return selected(selector,
                    "<r n='0' xmlns:y='urn:x'><a n='1'/><y:a n='2'/><a n='3'>t</a><b n='4'><a n='5'/></b></r>",
                    "::attr(n)", page_framing::xml);
  };
  CHECK(on("r > :nth-of-type(2)") == "3");
  CHECK(on("r > :first-of-type") == "1 2 4");
  CHECK(on("x|*:first-of-type") == "2");
  CHECK(on(":is(x|a, b)") == "2 4");
  CHECK(on("a:not(b > a, x|a)") == "1 3");
  CHECK(on(":root") == "0");
  CHECK(on("a:contains(t)") == "3");
  CHECK_FALSE(parse_css("a:checked", css_dialect::xml));
}

TEST_CASE("counting those of one name is work that has a limit") {
  std::string wide = "<html><body>";
  for (int i = 0; i < 20000; ++i)
    wide += "<i>1</i>";
  extract_spec spec;
  spec.framing = page_framing::html;
  spec.items = "body > :nth-of-type(7)";
  spec.fields = {{"id", "::text"}};
  auto queries = compile_queries(spec, {}, true, {});
  REQUIRE(queries);
  auto tree = markup_tree::make(*queries);
  REQUIRE(tree);
  markup_rows rows;
  auto problem = (*tree)->read(wide + "</body></html>", rows);
  REQUIRE(problem);
  CHECK(problem->detail.find("takes more work than the limit of") != std::string::npos);
}

namespace {

/// An element as the oracle knows it.
struct element {
  std::string name, classes, text; ///< text stands before the children
  element* parent = nullptr;
  std::vector<std::unique_ptr<element>> children;
  size_t number = 0;

  size_t index() const {
    const auto& all = parent->children;
    return static_cast<size_t>(std::find_if(all.begin(), all.end(), [&](const auto& x) { return x.get() == this; }) -
                               all.begin());
  }
  const element* before() const { return parent && index() > 0 ? parent->children[index() - 1].get() : nullptr; }
  std::string whole_text() const {
    auto out = text;
    for (const auto& x : children)
      out += x->whole_text();
    return out;
  }
};

bool fits(const element& x, const css_compound& what);

/// Those that stand so to x that `combinator` leads from them to it.
std::vector<const element*> sources(const element& x, css_combinator combinator) {
  std::vector<const element*> out;
  if (combinator == css_combinator::child || combinator == css_combinator::descendant)
    for (auto* y = x.parent; y && (out.empty() || combinator == css_combinator::descendant); y = y->parent)
      out.push_back(y);
  else
    for (auto* y = x.before(); y && (out.empty() || combinator == css_combinator::later); y = y->before())
      out.push_back(y);
  return out;
}

/// x is the end of the first `count` steps; `from`: which begin there, else anywhere.
bool is_end(const element& x, const std::vector<css_step>& steps, size_t count, const element* from) {
  const auto& step = steps[count - 1];
  if (!fits(x, step.compound))
    return false;
  if (count == 1 && !from)
    return true;
  auto outer = sources(x, step.combinator);
  return std::any_of(outer.begin(), outer.end(),
                     [&](const element* y) { return count == 1 ? y == from : is_end(*y, steps, count - 1, from); });
}

void visit(const element& x, const std::function<void(const element&)>& f) {
  f(x);
  for (const auto& y : x.children)
    visit(*y, f);
}

bool finds(const element& x, const std::vector<css_step>& steps) {
  auto* root = &x;
  while (root->parent)
    root = root->parent;
  bool out = false;
  visit(*root, [&](const element& y) { out = out || is_end(y, steps, steps.size(), &x); });
  return out;
}

bool holds(const element& x, const css_position& p) {
  int number = 1;
  if (x.parent)
    for (const auto& y : x.parent->children) {
      bool counts = p.from_end ? y->index() > x.index() : y->index() < x.index();
      number += counts && (!p.of_type || y->name == x.name) ? 1 : 0;
    }
  if (p.step == 0)
    return number == p.offset;
  return (number - p.offset) % p.step == 0 && (number - p.offset) / p.step >= 0;
}

bool fits(const element& x, const css_compound& what) {
  auto ends = [&](const std::vector<css_step>& steps) { return is_end(x, steps, steps.size(), nullptr); };
  auto any_ends = [&](const css_alternatives& list) { return std::any_of(list.begin(), list.end(), ends); };
  auto any_found = [&](const css_alternatives& list) {
    return std::any_of(list.begin(), list.end(), [&](const auto& steps) { return finds(x, steps); });
  };
  return (what.type.empty() || what.type == x.name) &&
         std::all_of(what.attributes.begin(), what.attributes.end(),
                     [&](const css_attribute& a) { return matches(a, x.classes); }) &&
         std::all_of(what.positions.begin(), what.positions.end(), [&](const auto& p) { return holds(x, p); }) &&
         (!what.empty || (x.children.empty() && x.text.empty())) && (!what.root || !x.parent) &&
         std::all_of(what.contains.begin(), what.contains.end(),
                     [&](const auto& text) { return x.whole_text().find(text) != std::string::npos; }) &&
         std::all_of(what.any_of.begin(), what.any_of.end(), any_ends) && !any_ends(what.none_of) &&
         std::all_of(what.has.begin(), what.has.end(), any_found);
}

bool chance(int of) {
  return *rc::gen::inRange(0, of) == 0;
}

void grow(element& x, int depth, size_t& count) {
  for (int i = *rc::gen::inRange(0, depth > 4 ? 1 : 4); i > 0; --i) {
    auto y = std::make_unique<element>();
    y->name = *rc::gen::element<std::string>("div", "span", "section", "custom-x");
    y->classes = *rc::gen::element<std::string>("", "a", "b", "a b");
    y->text = *rc::gen::element<std::string>("", "", "one", "two");
    y->parent = &x;
    y->number = ++count;
    grow(*y, depth + 1, count);
    x.children.push_back(std::move(y));
  }
}

std::string written(const element& x) {
  auto out = "<" + x.name + " n=" + std::to_string(x.number) + " class='" + x.classes + "'>" + x.text;
  for (const auto& y : x.children)
    out += written(*y);
  return out + "</" + x.name + ">";
}

std::vector<css_step> any_steps(int depth);

css_alternatives any_list(int depth, bool relative) {
  css_alternatives out;
  for (int i = *rc::gen::inRange(1, 3); i > 0; --i) {
    out.push_back(any_steps(depth));
    if (relative)
      out.back().front().combinator = *rc::gen::element(css_combinator::descendant, css_combinator::child,
                                                        css_combinator::next, css_combinator::later);
  }
  return out;
}

css_compound any_compound(int depth) {
  css_compound out;
  if (chance(3))
    out.type = *rc::gen::element<std::string>("div", "span", "section", "custom-x", "body");
  if (chance(5))
    out.attributes.push_back({{}, "class", css_match::word, *rc::gen::element<std::string>("a", "b")});
  if (chance(5))
    out.positions.push_back({*rc::gen::inRange(-2, 3), *rc::gen::inRange(0, 4), chance(2), chance(2)});
  out.empty = chance(20);
  out.root = chance(20);
  if (chance(10))
    out.contains.push_back(*rc::gen::element<std::string>("one", "t", "onetwo"));
  if (depth > 0 && chance(3))
    out.any_of.push_back(any_list(depth - 1, false));
  if (depth > 0 && chance(3))
    out.none_of = any_list(depth - 1, false);
  if (depth > 0 && chance(3))
    out.has.push_back(any_list(depth - 1, true));
  return out;
}

std::vector<css_step> any_steps(int depth) {
  std::vector<css_step> out{{css_combinator::descendant, any_compound(depth)}};
  for (int i = *rc::gen::inRange(0, depth + 1); i > 0; --i)
    out.push_back({*rc::gen::element(css_combinator::descendant, css_combinator::child, css_combinator::next,
                                     css_combinator::later),
                   any_compound(depth)});
  return out;
}

std::string written(const std::vector<css_step>& steps);

std::string written(const css_alternatives& list) {
  std::string out;
  for (const auto& x : list)
    out += (out.empty() ? "" : ", ") + written(x);
  return "(" + out + ")";
}

std::string written(const css_compound& x) {
  auto out = x.type.empty() ? "*" : x.type;
  for (const auto& a : x.attributes)
    out += "." + a.value;
  for (const auto& p : x.positions)
    out += std::string{":nth-"} + (p.from_end ? "last-" : "") + (p.of_type ? "of-type(" : "child(") +
           std::to_string(p.step) + "n+" + std::to_string(p.offset) + ")";
  out += x.empty ? ":empty" : "";
  out += x.root ? ":root" : "";
  for (const auto& text : x.contains)
    out += ":contains('" + text + "')";
  for (const auto& list : x.any_of)
    out += ":is" + written(list);
  if (!x.none_of.empty())
    out += ":not" + written(x.none_of);
  for (const auto& list : x.has)
    out += ":has" + written(list);
  return out;
}

std::string written(const std::vector<css_step>& steps) {
  std::string out;
  for (const auto& x : steps) {
    static constexpr std::array<const char*, 4> signs{" ", " > ", " + ", " ~ "};
    auto sign = signs[static_cast<size_t>(x.combinator)];
    out += (out.empty() && x.combinator == css_combinator::descendant ? "" : sign) + written(x.compound);
  }
  return out;
}

} // namespace

TEST_CASE("any selector selects what the oracle says, and is read as it was written") {
  size_t some = 0;
  REQUIRE(rc::check([&] {
    element html{"html", "", "", nullptr, {}, 1};
    for (const auto* name : {"head", "body"}) {
      html.children.push_back(std::make_unique<element>());
      auto& x = *html.children.back();
      x.name = name;
      x.parent = &html;
      x.number = html.children.size() + 1;
    }
    size_t count = 3;
    grow(*html.children[1], 0, count);
    auto text = written(html);
    for (int i = 0; i < 8; ++i) {
      auto steps = any_steps(*rc::gen::inRange(0, 3));
      auto css = written(steps);
      RC_LOG() << css << "\n" << text << "\n";
      auto read = parse_css(css, css_dialect::html);
      RC_ASSERT(read.has_value());
      RC_ASSERT(read->front().steps == steps);
      std::string wanted;
      visit(html, [&](const element& x) {
        if (is_end(x, steps, steps.size(), nullptr))
          wanted += (wanted.empty() ? "" : " ") + std::to_string(x.number);
      });
      some += wanted.empty() ? 0 : 1;
      RC_ASSERT(selected(css, text) == wanted);
    }
  }));
  CHECK(some > 100); // of 800
}
