// Prices with the markup that shops put into them, each with what a person would say who sees it: by the stream, by the
// tree, by XPath, and as XHTML.
#include <catch2/catch.hpp>

#include "adapters/extract/html_extractor.hpp"
#include "tests/unit/price_texts.hpp"

using namespace vigie;

namespace {

enum class way { stream, tree, xpath, xhtml };

result<std::unique_ptr<extractor>> reader_of(way how) {
  source_spec source;
  auto& spec = source.extract;
  spec.items = how == way::xhtml ? "//h:li" : how == way::xpath ? "//li" : "li";
  if (how == way::stream || how == way::tree) {
    spec.fields = {{"id", "a"}, {"title", "a"}, {"price", "em"}};
    return make_html_extractor(source, how == way::stream ? markup_path::automatic : markup_path::tree);
  }
  spec.selectors = selector_kind::xpath;
  spec.framing = how == way::xhtml ? page_framing::xml : page_framing::html;
  std::string front = how == way::xhtml ? "h:" : "";
  spec.fields = {{"id", front + "a"}, {"title", front + "a"}, {"price", front + "em"}};
  spec.namespaces = {{"h", "http://www.w3.org/1999/xhtml"}};
  return how == way::xhtml ? make_xml_extractor(source) : make_html_extractor(source);
}

std::string read(const std::string& markup, way how) {
  auto reader = reader_of(how);
  REQUIRE(reader);
  std::string root = how == way::xhtml ? "<html xmlns='http://www.w3.org/1999/xhtml'>" : "<html>";
  auto page = (*reader)->extract(
      root + "<head><title>t</title></head><body><ul><li><a>x</a><em>" + markup + "</em></li></ul></body></html>", {});
  if (!page)
    return page.error().detail;
  const auto& x = page->items.at(0);
  bool noted = !page->notes.empty();
  if (!x.price)
    return noted ? "none" : "none, and no note";
  return format_cents(*x.price) + (x.currency ? " " + *x.currency : "");
}

/// In well-formed XML, all elements are closed.
bool is_xhtml(const std::string& markup) {
  return markup.find("&nbsp;") == markup.npos && markup.find("&euro;") == markup.npos &&
         markup.find("<br>") == markup.npos && markup.find("<wbr>") == markup.npos;
}

void check_markup(std::string_view table) {
  size_t said = 0;
  std::vector<std::string> unread;
  for (const auto& row : price_rows(table)) {
    CAPTURE(row.text);
    said += row.said != "none" ? 1 : 0;
    for (auto how : {way::stream, way::tree, way::xpath, way::xhtml}) {
      if (how == way::xhtml && !is_xhtml(row.text))
        continue;
      auto found = read(row.text, how);
      if (found == "none" && row.said != "none" && how == way::stream)
        unread.push_back(row.text);
      else if (found != "none")
        CHECK(found == row.said);
    }
  }
  CAPTURE(unread);
  CHECK(unread.size() * 50 <= said);
}

constexpr std::string_view texts = R"(
# Cents and footnotes in elements of their own, old prices struck out
39<sup>99</sup> €                                                      | 39.99 EUR
$39<sup>99</sup>                                                       | 39.99 USD
<span>$</span><span>39</span><span>99</span>                           | 39.99 USD
4<sup>99</sup>                                                         | 4.99
1.299<sup>99</sup> €                                                   | 1299.99 EUR
39<!-- -->99                                                           | 3999.00
19,99 €<sup>2</sup>                                                    | 19.99 EUR
12,99 €1                                                               | 12.99 EUR
19,99 €3)                                                              | 19.99 EUR
12,99<sup>1</sup> €                                                    | 12.99 EUR
$19.99<sup>1</sup>                                                     | 19.99 USD
<s>59</s>39 €                                                          | 39.00 EUR
<del>5</del>4,99 €                                                     | 4.99 EUR
<span>4.5</span><span>24,50 €</span>                                   | 24.50 EUR
<sup>$</sup>39<sup>99</sup>                                            | 39.99 USD
39<sup>€</sup>99                                                       | 39.99 EUR
39<sup>€99</sup>                                                       | 39.99 EUR
39 <sup>99</sup> €                                                     | 39.99 EUR
39 €<sup>99</sup>                                                      | 39.99 EUR
39,<sup>99</sup> €                                                     | 39.99 EUR
39<sup>,99 €</sup>                                                     | 39.99 EUR
1,79<sup>9</sup> €                                                     | none
12 €/m<sup>2</sup>                                                     | 12.00 EUR
<del>59,99 €</del>                                                     | none
<del>$59</del> <ins>39</ins>                                           | 39.00 USD
<span>1</span><span>299</span> €                                       | none
<span>1</span><span>2</span><span>9</span> €                           | none
<b>39</b>99 €                                                          | none
<span style="text-decoration:line-through">59</span><span>39 €</span>  | 39.00 EUR
<span class="a line-through">59 €</span><span>39 €</span>              | 39.00 EUR
<span>ab</span><span>12 €</span>                                       | 12.00 EUR
<span>Foo</span><span>12 €</span>                                      | 12.00 EUR
12 EUR<span>inkl. MwSt.</span>                                         | 12.00 EUR
<small>US</small>$39                                                   | 39.00 USD
<small>R</small>$39,90                                                 | 39.90 BRL
R<span>$</span><span>39</span><span>,</span><span>90</span>            | 39.90 BRL
<span>39</span><span>,</span><span>99</span> €                         | 39.99 EUR
12,99<span>1</span> €                                                  | none
<span>59,99</span><span>39,99 €</span>                                 | 39.99 EUR
39<wbr>99                                                              | 3999.00
)";

} // namespace

TEST_CASE("prices in pieces are read as a person sees them, or not at all") {
  check_markup(texts);
}

TEST_CASE("a program's elements tell no cents") {
  source_spec source;
  source.extract.framing = page_framing::xml;
  source.extract.items = "offer";
  source.extract.fields = {{"id", "@id"}, {"title", "name"}, {"price", "price"}};
  source.extract.selectors = selector_kind::xpath;
  source.extract.items = "//offer";
  auto reader = make_xml_extractor(source);
  REQUIRE(reader);
  auto read = [&](const std::string& price) {
    auto page = (*reader)->extract("<x><offer id='1'><name>n</name><price>" + price + "</price></offer></x>", {});
    REQUIRE(page);
    return page->items.at(0).price ? format_cents(*page->items.at(0).price) : "none";
  };
  CHECK(read("<amount>39.99</amount><currency>EUR</currency>") == "39.99");
  CHECK(read("<min>10</min><max>20</max>") == "none");
  CHECK(read("<units>39</units><cents>99</cents>") == "none");
  CHECK(read("<count>2</count><each>24.50</each>") == "none");
  CHECK(read("39<sup>99</sup>") == "none");
}
