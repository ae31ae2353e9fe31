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
# What shops write, by shop and country
# Amazon
<span class="a-price"><span class="a-offscreen">$24.99</span><span aria-hidden="true"><span class="a-price-symbol">$</span><span class="a-price-whole">24<span class="a-price-decimal">.</span></span><span class="a-price-fraction">99</span></span></span> | 24.99 USD
<span class="a-price-symbol">$</span><span class="a-price-whole">1,049<span class="a-price-decimal">.</span></span><span class="a-price-fraction">00</span> | 1049.00 USD
<span class="a-price-whole">19<span class="a-price-decimal">,</span></span><span class="a-price-fraction">49</span><span class="a-price-symbol">€</span> | 19.49 EUR
<span class="a-offscreen">74,90 €</span><span aria-hidden="true"><span class="a-price-whole">74<span class="a-price-decimal">,</span></span><span class="a-price-fraction">90</span><span class="a-price-symbol">€</span></span> | 74.90 EUR
<span class="a-price-symbol">₹</span><span class="a-price-whole">15,999</span> | 15999.00 INR
<span>£18.50</span><span class="a-size-mini">(<span>£1.85</span>/count)</span> | 18.50 GBP
<span>$12.79</span> <span class="a-text-price"><span>List: </span><span style="text-decoration: line-through">$16.99</span></span> | 12.79 USD
<span class="a-price-symbol">￥</span><span class="a-price-whole">3,280</span> | 3280.00 JPY
<span class="a-price-symbol">R$</span><span class="a-price-whole">219<span class="a-price-decimal">,</span></span><span class="a-price-fraction">90</span> | 219.90 BRL
<span class="a-price-whole">1 299<span class="a-price-decimal">,</span></span><span class="a-price-fraction">00</span><span class="a-price-symbol">kr</span> | 1299.00
# Shopify themes
<s class="price-item price-item--regular">$48.00 USD</s> <span class="price-item price-item--sale">$36.00 USD</span> | 36.00 USD
<span class="visually-hidden">Regular price</span><span class="price-item">$36.00 USD</span> | 36.00 USD
<span class="visually-hidden">Sale price</span><span>$36.00</span><span class="visually-hidden">Regular price</span><s>$48.00</s> | 36.00 USD
<span class="money">£22.00 GBP</span>                                  | 22.00 GBP
From <span class="money">€15,00</span>                                 | 15.00 EUR
<sup>$</sup>36<sup>00</sup>                                            | 36.00 USD
<span>Rs. 1,499.00</span>                                              | 1499.00
<ins><span class="amount">€29,00</span></ins> <del><span class="amount">€39,00</span></del> | 29.00 EUR
# WooCommerce
<span class="woocommerce-Price-amount amount"><bdi><span class="woocommerce-Price-currencySymbol">&#36;</span>18.00</bdi></span> | 18.00 USD
<bdi>1.249,00&nbsp;<span class="woocommerce-Price-currencySymbol">€</span></bdi> | 1249.00 EUR
<del aria-hidden="true"><span><bdi>59,90 <span>€</span></bdi></span></del> <span class="screen-reader-text">Ursprünglicher Preis war: 59,90 €</span><ins aria-hidden="true"><span><bdi>44,90 <span>€</span></bdi></span></ins><span class="screen-reader-text">Aktueller Preis ist: 44,90 €.</span> | 44.90 EUR
<del><bdi><span>£</span>35.00</bdi></del> <span class="screen-reader-text">Original price was: £35.00.</span><ins><bdi><span>£</span>28.00</bdi></ins><span class="screen-reader-text">Current price is: £28.00.</span> | 28.00 GBP
<bdi><span>€</span>12,50</bdi> – <bdi><span>€</span>18,00</bdi>        | 12.50 EUR
<bdi>250,00 <span>zł</span></bdi> <small class="woocommerce-price-suffix">netto</small> | 250.00 PLN
<bdi>89,00 <span>kr.</span></bdi> <small>inkl. moms</small>            | 89.00
<bdi>49,00 <span>€</span></bdi> <span class="subscription-details"> / Monat</span> | none
# Magento
<span class="price-label">As low as</span> <span class="price">$42.00</span> | 42.00 USD
<span class="special-price"><span class="price-label">Special Price</span> <span class="price">$31.50</span></span> <span class="old-price"><span class="price-label">Regular Price</span> <span class="price">$42.00</span></span> | 31.50 USD
<span class="price">129,00 €</span><span class="tax-details">inkl. 19% MwSt.</span> | 129.00 EUR
# OTTO, Zalando, About You
<span class="prefix">ab </span><span>89,99 €</span>                    | 89.99 EUR
<span>49,95 €</span><span>UVP</span><span style="text-decoration:line-through">79,95 €</span> | 49.95 EUR
<span>39,99 €</span><sup>*</sup>                                       | 39.99 EUR
<span>ab 27,95 €</span><span>Ursprünglich: </span><span>39,95 €</span><span>-30%</span> | 27.95 EUR
<span class="sDq_FX">119,95 €</span><span>inkl. MwSt.</span>           | 119.95 EUR
<span>Ursprünglich:</span> <span class="line-through">64,95 €</span> <span>Letzter niedrigster Preis:</span> <span>41,90 €</span> | 41.90 EUR
<span>ab </span><span>19</span><sup>90</sup><span> €</span>            | 19.90 EUR
<span>89</span><sup>90</sup> <span>€</span><sup>1</sup>                | 89.90 EUR
# IKEA
<span class="pip-price__currency">€</span><span class="pip-price__integer">149</span><span class="pip-price__decimal"><span>.</span>00</span> | 149.00 EUR
<span class="pip-price__integer">149</span><span class="pip-price__decimal"><span>,</span>–</span><span class="pip-price__currency">€</span> | 149.00 EUR
<span class="pip-price__currency">$</span><span class="pip-price__integer">79</span><span class="pip-price__decimal"><span>.</span>99</span> | 79.99 USD
<span class="pip-price__integer">1 995</span><span>:-</span>           | 1995.00
<span class="pip-price__integer">12.99</span><span class="pip-price__currency">€</span><span class="pip-price__unit">/2 Stück</span> | 12.99 EUR
# Allegro, Ceneo, Media Expert
<span class="mli8">79,</span><span class="m9qz">99</span> <span>zł</span> | 79.99 PLN
<span>1 249</span><span>,00</span><span> zł</span>                     | 1249.00 PLN
<span class="value">2 799</span><span class="penny">,99</span> zł      | 2799.99 PLN
<span class="whole">349</span><span class="rest"><span class="cents">00</span><span class="currency">zł</span></span> | 349.00 PLN
od <span class="value">58</span><span class="penny">,40</span> zł      | 58.40 PLN
<span class="whole">4 199</span> <span class="rest"><span class="cents">00</span> <span class="currency">zł</span></span> | none
# leboncoin, Fnac, Cdiscount, Carrefour
<span>450 €</span><span>Payer en 3x, 4x</span>                         | 450.00 EUR
199<sup>€99</sup>                                                      | 199.99 EUR
<span>34</span><span>€</span><span>95</span>                           | 34.95 EUR
<strong>1 099<sup>€00</sup></strong>                                   | 1099.00 EUR
<del>249€99</del><span>199€99</span>                                   | 199.99 EUR
<span>3</span><span>,</span><span>49</span> <span>€</span><span>6,98 € / KG</span> | 3.49 EUR
<span class="euros">12</span><span class="cents">,90</span><sup>€</sup> | 12.90 EUR
<span>899</span><sup>€</sup><span class="eco">dont 2,50€ d'éco-part.</span> | 899.00 EUR
# Mercado Libre
<span class="andes-money-amount__currency-symbol">$</span><span class="andes-money-amount__fraction">15.499</span> | 15499.00 USD
<span class="andes-money-amount__currency-symbol">R$</span><span class="andes-money-amount__fraction">1.289</span><span>,</span><span class="andes-money-amount__cents">90</span> | 1289.90 BRL
<s><span>R$</span><span>1.799</span></s><span>R$</span><span>1.289</span><span class="cents">90</span> <span>28% OFF</span> | 1289.90 BRL
<span>$</span><span>8.999</span><span>en </span><span>6</span><span>x </span><span>$1.499</span> | 8999.00 USD
<span>$</span><span>349</span><sup>50</sup>                            | 349.50 USD
# Rakuten, Yahoo, Mercari
<span class="price--OX_YW">3,980<span>円</span></span>                  | 3980.00 JPY
<span>3,980</span><span>円</span><span>送料無料</span>                      | 3980.00 JPY
<span>¥</span><span>2,500</span>                                       | 2500.00 JPY
<span>12,800</span><small>円(税込)</small>                                | 12800.00 JPY
<del>15,000円</del><span>12,800円</span>                                 | 12800.00 JPY
# Walmart, Target, Best Buy, Home Depot
<span class="f6 mr1">$</span><span class="f2">13</span><span class="f6">97</span> | 13.97 USD
<span>Now </span><span>$</span><span>13</span><span>97</span>          | 13.97 USD
<span>current price Now $13.97</span><span>, Was $19.97</span>         | 13.97 USD
<sup>$</sup><span>249</span><sup>00</sup>                              | 249.00 USD
<span>$</span><span>1,298</span><span>.</span><span>00</span>          | 1298.00 USD
<span>$4</span><sup>98</sup><span>/ each</span>                        | 4.98 USD
<div>$899.99</div><div>Save $100</div><div>Was $999.99</div>           | 899.99 USD
<span>$</span>5<sup>49</sup> <small>($0.34/oz)</small>                 | 5.49 USD
# Grocers: Rewe, Lidl, Aldi, Tesco
<strong>1<sup>29</sup></strong>                                        | 1.29
<span>-.99</span><sup>*</sup>                                          | 0.99
<span>2.49</span><sup>*</sup><small>1 kg = 4.98</small>                | none
<span>0,79 €</span><span>1 l = 0,79 €</span>                           | 0.79 EUR
<p>£1.75</p><p>£0.35/100g</p>                                          | 1.75 GBP
<p>£4.50</p><p>£3.50 Clubcard Price</p>                                | none
<b>1</b><sup>49</sup><span>/kg</span>                                  | 1.49
<span>je </span><span>0</span><sup>88</sup><span> €</span>             | 0.88 EUR
# Nordics
<span>1 299</span><span>,-</span>                                      | 1299.00
<span>799</span><sup>-</sup>                                           | 799.00
<span>49</span><sup>90</sup><span>/st</span>                           | 49.90
<span class="old line-through">499 kr</span><span>349 kr</span>        | 349.00
<span>8</span><sup>95</sup><span> €</span>                             | 8.95 EUR
<span>Nu </span><b>199</b><span> kr</span>                             | 199.00
<span>24.995</span><span> kr.</span>                                   | 24995.00
# Netherlands, Belgium
<span class="price">24,<sup>99</sup></span>                            | 24.99
<span>24</span><sup>,99</sup>                                          | 24.99
<span class="promo-price">34<sup class="promo-price__fraction">95</sup></span> | 34.95
<span>€</span> <span>34,-</span>                                       | 34.00 EUR
<del>€ 49,99</del> € <span>34</span><sup>95</sup>                      | 34.95 EUR
<span class="int">2</span><span class="dot">.</span><span class="frac">19</span> | 2.19
# Italy, Spain, Portugal
€ <span>1.199</span><span>,00</span>                                   | 1199.00 EUR
<span>23</span><sup>,90€</sup>                                         | 23.90 EUR
<span>23</span><sup>'90€</sup>                                         | 23.90 EUR
<span>125.000 €</span><span>1.250 €/m<sup>2</sup></span>               | 125000.00 EUR
<span>9</span><span>,</span><span>95</span><span> €</span> <s>12,95 €</s> | 9.95 EUR
<span>45</span><sup>€</sup>                                            | 45.00 EUR
# UK
<span>£</span><span>12</span><span>.</span><span>50</span>             | 12.50 GBP
<span>£1,250</span><span> pcm</span>                                   | none
<span>NOW £18</span><span>WAS £25</span>                               | 18.00 GBP
<span>£6.00</span><span>each</span>                                    | 6.00 GBP
<span>85</span><span>p</span>                                          | 0.85 GBP
# Central and eastern Europe
<strong>1 290</strong><span> Kč</span>                                 | 1290.00 CZK
<span class="line-through">1 590 Kč</span> <strong>1 290 Kč</strong>   | 1290.00 CZK
<span>12 990</span><sup> Ft</sup>                                      | 12990.00 HUF
<span>149</span><sup>99</sup><span> lei</span>                         | 149.99
<span>149</span><sup><small>,</small>99</sup> <span>Lei</span>         | 149.99
<span>1.349</span><sup>90</sup> <span>Lei</span><s>1.599<sup>90</sup> Lei</s> | 1349.90
<b>24</b><sup>90</sup> <small>лв.</small>                              | 24.90 BGN
<span>39</span><span class="dec">.99</span><sup>лв.</sup>              | 39.99 BGN
<span>5 990</span> <span>₽</span> <s>7 490 ₽</s>                       | 5990.00 RUB
<span>1 299</span><span>₴</span><small>1 599</small>                   | none
<span>1.299,</span><sup>00</sup> <span>RSD</span>                      | 1299.00 RSD
# Turkey, Greece
<span>1.249</span><span>,90</span><span> TL</span>                     | 1249.90 TRY
<span class="dec">39</span><sup>,90 €</sup>                            | 39.90 EUR
# Brazil, Mexico, Chile
<span>R$ </span><strong>89</strong><sup>,90</sup>                      | 89.90 BRL
<span>10x de R$ 12,99</span>                                           | none
<b>$</b><b>12.990</b>                                                  | 12990.00 USD
<span>$</span><span>1,299</span><sup>00</sup><span> MXN</span>         | 1299.00 MXN
# India, Asia
<span>₹</span><span>1,299</span><span>M.R.P: </span><s>₹1,999</s><span>(35% off)</span> | 1299.00 INR
<span>₫</span><span>259.000</span>                                     | 259000.00 VND
<span>RM</span><span>45</span><span>.90</span>                         | 45.90 MYR
<span>Rp</span><span>125.000</span>                                    | 125000.00 IDR
<span>12,900</span><em>원</em>                                          | 12900.00 KRW
<i>¥</i><span>128</span><span>.00</span>                               | 128.00 JPY
<span>฿</span><span>1,290</span>                                       | 1290.00 THB
<span>AED</span><b>129</b><small>.00</small>                           | 129.00 AED
<span>SAR </span><span>45</span><sup>50</sup>                          | 45.50 SAR
# Footnotes, badges and neighbours
<span>4.7</span><span>(1234)</span><span>39,99 €</span>                | 39.99 EUR
<span>-20%</span><span>39,99 €</span>                                  | 39.99 EUR
<span>Neu</span>39,99 €<sup>1</sup>                                    | 39.99 EUR
<span>39,99 €</span><sup>1,2</sup>                                     | 39.99 EUR
<span>39,99 €</span><sup>[3]</sup>                                     | 39.99 EUR
<span>39 €</span><sup>(1)</sup>                                        | 39.00 EUR
<span>2er Pack</span><span>12,99 €</span>                              | 12.99 EUR
<span>Sold</span><span>3</span><span>$25.00</span>                     | 25.00 USD
<span>128 GB</span><span>599 €</span>                                  | 599.00 EUR
<span>XL</span><span>24,90 €</span>                                    | 24.90 EUR
<span>3 left</span><span>$19.99</span>                                 | 19.99 USD
<b>599 €</b><span>2019</span><span>84 000 km</span>                    | 599.00 EUR
<span>12.900 €</span><span>VB</span>                                   | 12900.00 EUR
<span>VB</span><span>80 €</span>                                       | 80.00 EUR
<span>$</span><span>25</span><span>Buy It Now</span>                   | 25.00 USD
<strong>€ 325.000</strong><span>k.k.</span>                            | 325000.00 EUR
<span>7,50 €</span><span>Versand: 3,99 €</span>                        | 7.50 EUR
<span>7,50 €</span><span>+ 3,99 € Versand</span>                       | 7.50 EUR
<b>599 €</b><span>2019</span>                                          | 599.00 EUR
<b>599&nbsp;€</b><span>2019</span><span>84 000 km</span>               | 599.00 EUR
<span>$24,500</span><span>2019</span><span>84,000 mi</span>            | none
<span>2019</span><b>599 €</b>                                          | none
<span>-</span><span>5 €</span>                                         | none
<span>€</span><span>12,99</span>                                       | 12.99 EUR
<span>12 €</span><sup>99</sup>                                         | 12.99 EUR
<span>5€</span><span>10€</span>                                        | 5.00 EUR
<span>34</span><span>€</span><span>95</span> <span>€</span>36          | none
<span>UVP</span><s>79,95 €</s> <b>49,95 €</b>                          | 49.95 EUR
<b>49,95 €</b> statt <s>79,95 €</s>                                    | 49.95 EUR
<s>79,95 €</s> UVP <b>49,95 €</b>                                      | none
12 € <s>15 €</s> 10 €                                                  | none
<b>49,95 €</b> <span>UVP</span>                                        | none
<del>249€99</del><span>199€99</span>                                   | 199.99 EUR
<s>$59</s> <s>$49</s> $39                                              | 39.00 USD
# eBay, Etsy
<span class="ux-textspans">US $34.50</span><span class="ux-textspans">/ea</span> | 34.50 USD
<span>EUR 12,90</span><span class="s-item__logisticsCost">+EUR 4,50 Versand</span> | 12.90 EUR
<span class="POSITIVE">$19.99</span><span class="ITALIC"> to </span><span class="POSITIVE">$29.99</span> | 19.99 USD
<span>$12.00</span><span>0 bids</span>                                 | 12.00 USD
<span class="currency-symbol">€</span><span class="currency-value">18.40</span><span> </span><span style="text-decoration:line-through"><span>€</span><span>23.00</span></span> | 18.40 EUR
<span>Price: </span><span>$</span><span>45.00</span><span>+</span>     | 45.00 USD
<span>AU $</span><span>15.00</span>                                    | 15.00 AUD
<span>C $</span><span>42.11</span>                                     | 42.11 CAD
# MediaMarkt, Saturn, Kaufland, Idealo, Geizhals
<span aria-hidden="true"><span>549</span><span>.</span><span>–</span></span> | 549.00
<span class="whole">549</span><span>,</span><sup>99</sup><span>€</span> | 549.99 EUR
<span>ab</span><span>1.149,00 €</span><span>Details</span>             | 1149.00 EUR
<span>€</span> <b>1.149,00</b>                                         | 1149.00 EUR
<span>UVP € </span><s>799,–</s><span>€ 549,–</span>                    | 549.00 EUR
<span>ab</span> € <span>23,49</span> <span>(5 Angebote)</span>         | 23.49 EUR
<span>12</span><span class="price__cents">99</span><span class="price__currency">€</span><span class="price__base">Grundpreis: 1 kg = 25,98 €</span> | 12.99 EUR
<div class="price-note">UVP 24,99</div><strong class="price">17<small>.99</small></strong> | none
# Bol, Coolblue, Hema
<span data-test="price">24<sup data-test="price-fraction">95</sup></span> | 24.95
<span>De prijs van dit product is '</span>24 euro en 95 cent<span>'</span> | 24.95 EUR
<strong>1.099,-</strong><span>1.199,-</span>                           | 1099.00
<span class="js-price">449,-</span><span class="small">2e Kans: 399,-</span> | none
€ <span>7</span><sup>50</sup> <del>€ <span>10</span><sup>00</sup></del> | 7.50 EUR
# Digitec, Galaxus, Swiss
<strong>CHF <span>89.–</span></strong><span>statt <s>129.–</s></span>  | 89.00 CHF
<span>12</span><sup>.95</sup>                                          | 12.95
<b>1’299.–</b>                                                         | 1299.00
Fr. <span>24</span><sup>90</sup>                                       | 24.90 CHF
# Alza, Emag, eMAG
<span class="price-box__price">18 990,-</span>                         | 18990.00
<span>18 990</span>,- <small>bez DPH 15 694,-</small>                  | 18990.00
<p class="product-new-price">349<sup><small class="mf-decimal">,</small>99</sup> <span>Lei</span></p> | 349.99
<p class="product-new-price">1.349<sup>99</sup> <span>Lei</span></p><p>PRP: <s>1.599<sup>99</sup> Lei</s></p> | 1349.99
<span class="main">3 499</span><span class="cur"> Ft</span>            | 3499.00 HUF
<span>29</span><sup>90</sup><span> €</span><sup>/ks</sup>              | 29.90 EUR
# Ozon, Wildberries, Avito
<span>2 499 ₽</span><span>c Ozon Картой</span>                         | 2499.00 RUB
<ins>1 299 ₽</ins><del>2 500 ₽</del>                                   | 1299.00 RUB
<span>45 000</span><span> </span><span>₽</span>                        | 45000.00 RUB
<span>1 299</span><span>₽</span><span>−48%</span>                      | 1299.00 RUB
<meta content="45000"/><span>45 000 ₽</span>                           | 45000.00 RUB
# Turkey
<div class="prc-box-orgnl">899,90 TL</div><div class="prc-box-dscntd">749,90 TL</div> | 749.90 TRY
<span>1.249</span>,<span>00</span> <span>TL</span>                     | 1249.00 TRY
<span>Sepette</span><span>749,90 TL</span>                             | 749.90 TRY
# India
<div>₹12,499</div><div style="text-decoration:line-through">₹<!-- -->15,999</div><div>21% off</div> | 12499.00 INR
<span>₹</span><strong>499</strong><span>(₹49.90 / count)</span>        | 499.00 INR
Rs.<!-- --> <!-- -->1,099                                              | 1099.00
# React pieces
<span>$<!-- -->39<!-- -->.<!-- -->99</span>                            | 39.99 USD
<span>39<!-- -->,<!-- -->99<!-- --> <!-- -->€</span>                   | 39.99 EUR
<span>from <!-- -->$<!-- -->25</span>                                  | 25.00 USD
# East and south-east Asia
<i>￥</i><em>89</em><span>.90</span>                                    | 89.90 JPY
<span>券后</span><i>¥</i><em>89</em>                                     | 89.00 JPY
<span>89.00</span><span>元</span>                                       | 89.00 CNY
<strong>12,900</strong>원<del>15,900원</del>                             | 12900.00 KRW
<em>할인율</em>12%<strong>12,900</strong>원                                | 12900.00 KRW
<span>₱</span><span>499</span> <span>₱</span><span>799</span>          | 499.00 PHP
<span>Rp</span><span>12.500</span> - <span>Rp</span><span>45.000</span> | 12500.00 IDR
<span>NT$</span><b>1,290</b>                                           | 1290.00 TWD
<span>฿</span>590<small>.00</small>                                    | 590.00 THB
<span>HK$</span><span>128</span>                                       | 128.00 HKD
<b>1,980</b>円 <small>（税込 <b>2,178</b>円）</small>                        | 2178.00 JPY
<span>2,178</span>円<span>(税込)</span><span>20ポイント(1倍)</span>            | 2178.00 JPY
# Homes, cars, rooms, trips
<span>349.000 €</span><span>Kaufpreis</span>                           | 349000.00 EUR
<span>1.250 €</span><span>Kaltmiete</span>                             | 1250.00 EUR
<span>349.000 €</span><span>112 m²</span><span>4 Zi.</span>            | 349000.00 EUR
<div>£325,000</div><div>Guide Price</div>                              | 325000.00 GBP
<span>£1,450 pcm</span><span>£335 pw</span>                            | none
<p>€ 18.990</p><p>85.000 km</p><p>04/2019</p>                          | 18990.00 EUR
<span>18 990 €</span><span>85 000 km</span><span>Diesel</span>         | 18990.00 EUR
<span>$18,990</span><span>$312/mo est.</span>                          | 18990.00 USD
<span>€ 124</span><span>2 nights, 2 adults</span>                      | 124.00 EUR
<span class="old line-through">$150</span><span>$119 </span><span>night</span> | 119.00 USD
<span>89</span><sup>€</sup><span>/pers.</span>                         | 89.00 EUR
<span>ab </span><b>799</b><span> € p.P.</span>                         | 799.00 EUR
<span>19</span>,<sup>99</sup> €<sup>*</sup>                            | 19.99 EUR
# Games, apps, flat fees
<div class="discount_pct">-75%</div><div class="discount_prices"><div class="discount_original_price" style="text-decoration: line-through">59,99€</div><div class="discount_final_price">14,99€</div></div> | 14.99 EUR
<div class="discount_original_price">59,99€</div><div class="discount_final_price">14,99€</div> | 14.99 EUR
<span>$9.99</span><span>/month</span>                                  | none
<span>9</span><sup>99</sup><span>€/Monat</span>                        | none
<span>9</span><sup>99€</sup><sub>/mois</sub>                           | none
<span>Free</span>                                                      | none
# Fashion, sport
<span>39,95 EUR</span> <del>59,95 EUR</del>                            | 39.95 EUR
<span>Was </span><s>£60</s><span>Now </span><span>£42</span>           | 42.00 GBP
<span class="a">SEK </span><span>1 499,00</span>                       | 1499.00 SEK
<span>49</span><span>,</span><span>99</span><sup>€</sup>               | 49.99 EUR
<span>34,99 €*</span><span>49,99 €</span>                              | 34.99 EUR
<b>CLUB</b><span>34,99 €</span>                                        | 34.99 EUR
# Groceries and units
<span>1.</span><sup>79</sup>                                           | 1.79
<span>1</span><sup>79</sup><sub>/ Packung</sub>                        | 1.79
<span>2</span><span>.</span><span>49</span><span> €</span><span>1 kg</span> | 2.49 EUR
<b>3,99 €</b><small>(1 l = 5,32 €)</small>                             | 3.99 EUR
<b>3,99</b><small>zzgl. 0,25 Pfand</small>                             | none
<span>£2.00</span><span>£4.00/kg</span>                                | 2.00 GBP
<b>$3</b><sup>99</sup>/lb                                              | 3.99 USD
<b>2</b> for <b>$5</b><sup>00</sup>                                    | 5.00 USD
<b>99</b><sup>¢</sup>                                                  | 0.99 USD
<sup>$</sup>10<sup>99</sup><span> reg. $14.99</span>                   | 10.99 USD
# Badges and counters around
<span>Bestseller</span><span>24,99 €</span><span>Prime</span>          | 24.99 EUR
<span>4,5</span><span>★</span><span>(87)</span><span>24,99 €</span>    | 24.99 EUR
<span>24,99 €</span><span>4,5</span>                                   | 24.99 EUR
<span>24,99 €</span><span>12 Farben</span>                             | 24.99 EUR
<span>24 €</span><span>12 Farben</span>                                | 24.00 EUR
<span>1</span><span>24,99 €</span>                                     | none
<span>24</span><span>99</span><span>12</span> €                        | none
<span>2 x </span><span>24,99 €</span>                                  | 24.99 EUR
<span>Art.-Nr. 4711</span><span>24,99 €</span>                         | 24.99 EUR
<span>24,99 €</span><span>5 Sterne</span>                              | 24.99 EUR
<span>(3)</span><span>$24.99</span>                                    | 24.99 USD
<span>$24.99</span><span>3.9</span>                                    | 24.99 USD
<span>$24.99</span><span>39</span>                                     | 24.99 USD
<span>$24</span><span>39 reviews</span>                                | 24.00 USD
<span>#1</span><span>$24.99</span>                                     | 24.99 USD
<span>1</span>&#8239;<span>299,00</span> €                              | none
<span>1</span> <span>299,00</span> €                                   | none
# Numbers of other elements beside the price
<span>4.85</span> <span>$24.99</span> <span>20% off</span>             | none
<span>4,5</span> <span>$<i>24</i><i>99</i></span> <span>(87)</span>     | 24.99 USD
<span>4,5</span><span>$24.99</span>                                     | 24.99 USD
<span>24 €</span><span>4,5</span>                                       | none
<span>24 €</span> <span>50</span>                                       | none
<span>$24</span> <span>128 GB</span>                                    | 24.00 USD
<span>3</span> <span>CHF 24.–</span> <span>2 Stück</span>               | 24.00 CHF
<span>3</span><span>24 €</span>                                         | none
<span><sup>1</sup></span><span>24 €</span>                              | none
<span><i>24</i><sup>€</sup></span><span><sup>1</sup></span>             | none
<span><i>24</i>€</span><span>99</span>                                  | none
<span>Art. 4711</span><span><i>24</i><i>99</i> zł</span>                | 24.99 PLN
<span>2019</span><span><i>24</i>€</span>                                | none
<span><b>24</b><sup>99</sup> €</span> <span>4.85</span>                 | none
# A blank between elements groups no thousands
<div>$15</div><div>128 reviews</div> | 15.00 USD
<b>$15</b> <small>128 reviews</small> | 15.00 USD
$15<br>128 reviews | 15.00 USD
<b>$1</b> <small>299</small> | none
<div>$15</div><div>128 zorbl</div> | none
<div>$20</div><div>$15</div><div>-25%</div> | 15.00 USD
<del>$20.00</del> <ins>$15.00</ins> <span>-25%</span> | 15.00 USD
<b>$15</b> - <i>3 bids</i> | 15.00 USD
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
