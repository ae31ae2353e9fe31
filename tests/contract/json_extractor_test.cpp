#include <catch2/catch.hpp>
#include <rapidcheck.h>

#include "actors/policy/decimal_text.hpp"
#include "actors/policy/page_notes.hpp"
#include "adapters/extract/extract_rules.hpp"
#include "adapters/extract/json_extractor.hpp"
#include "adapters/extract/json_path.hpp"
#include "adapters/json/json_writer.hpp"

using namespace vigie;

namespace {

extract_spec rows_spec() {
  extract_spec out;
  out.framing = page_framing::ndjson;
  out.header_row = true;
  out.fields = {{"id", "asin"}, {"title", "title"}, {"brand", "brand"},
                {"url", "url"}, {"photo", "image"}, {"price", "prices"}};
  return out;
}

const std::string rows_page = R"(["asin","brand","title","url","image","rating","reviewUrl","totalReviews","prices"]
["B01","Nokia","Dual-Band / Tri-Mode Phone","https://shop.example/B01","https://img.example/1.jpg",3,"https://r.example",14,""]
["B02","Motorola","Flip 265","https://shop.example/B02","https://img.example/2.jpg",2.9,"https://r.example",7,"$49.95"]

["B03","","Slide\u00a06500","https://shop.example/B03","https://img.example/3.jpg",4,"https://r.example",5,"$142.99,$239.00"]
["B04","Nokia","Büro “X”","https://shop.example/B04","https://img.example/4.jpg",4,"https://r.example",5,"$1,199.99"]
)";

extract_spec results_spec() {
  extract_spec out;
  out.items = "results";
  out.fields = {{"id", "id"},
                {"title", "title"},
                {"price", "price"},
                {"currency", "currency_id"},
                {"condition", "condition"},
                {"url", "permalink"},
                {"photo", "thumbnail"},
                {"brand", "attributes[id=BRAND].value_name"}};
  return out;
}

const std::string results_page = R"({"site_id":"MLA","paging":{"total":103},"results":[
 {"id":"MLA1","title":" Player 3","price":4770,"sale_price":null,"currency_id":"ARS","condition":"new",
  "permalink":"https://shop.example/1","thumbnail":"http://img.example/1.jpg",
  "attributes":[{"id":"MODEL","value_name":"P3"},{"id":"BRAND","value_name":"Google"}]},
 {"id":"MLA2","title":"Speaker","price":676.43,"currency_id":"ARS","condition":"used","permalink":null,
  "thumbnail":"http://img.example/2.jpg","attributes":[{"id":"BRAND","value_name":null}]},
 {"id":3,"title":"TV 27\"","price":null,"currency_id":"ARS","condition":"new","permalink":"https://shop.example/3",
  "attributes":[{"id":"MODEL","value_name":"x"}]}]})";

const std::string advice = "; if only a search that finds nothing looks so, say in extract.empty what such a page has";

result<std::unique_ptr<extractor>> json_reader_of(const extract_spec& spec) {
  source_spec source;
  source.extract = spec;
  return make_json_extractor(source);
}

result<extraction> extract(const extract_spec& spec, std::string_view page) {
  auto x = json_reader_of(spec);
  REQUIRE(x);
  return (*x)->extract(page);
}

extract_spec small_spec(std::string items = {}) {
  extract_spec out;
  out.items = std::move(items);
  out.fields = {{"id", "id"}, {"title", "t"}, {"price", "p"}};
  return out;
}

std::string at_line(const std::string& page, size_t line, const std::string& instead) {
  std::string out;
  size_t begin = 0;
  for (size_t i = 1; begin < page.size(); ++i) {
    auto end = page.find('\n', begin) + 1;
    out += i == line ? instead + "\n" : page.substr(begin, end - begin);
    begin = end;
  }
  return out;
}

std::string random_tree(int depth) {
  std::string out;
  switch (*rc::gen::inRange(0, depth > 0 ? 8 : 4)) {
  case 0:
    return "null";
  case 1:
    return *rc::gen::element<std::string>("1", "2.5");
  case 2:
    return *rc::gen::element<std::string>("\"\"", "\"1\"", "\"x\"");
  case 3:
    return "true";
  case 4:
  case 5:
    for (int n = *rc::gen::inRange(0, 4); n > 0; --n)
      out += (out.empty() ? "" : ",") + random_tree(depth - 1);
    return "[" + out + "]";
  default:
    for (int n = *rc::gen::inRange(0, 4); n > 0; --n)
      out += (out.empty() ? "" : ",") + *rc::gen::element<std::string>("\"a\"", "\"b\"", "\"longer_name\"") + ":" +
             random_tree(depth - 1);
    return "{" + out + "}";
  }
}

std::string random_path() {
  std::string out;
  for (int n = *rc::gen::inRange(1, 4); n > 0; --n) {
    auto key = *rc::gen::element<std::string>("a", "b", "longer_name");
    const std::vector<std::string> steps{key, key, key, "[0]", "[1]", "[*]", "[" + key + "=1]"};
    auto step = steps[*rc::gen::inRange<size_t>(0, steps.size())];
    out += (out.empty() || step[0] == '[' ? "" : ".") + step;
  }
  return out;
}

} // namespace

TEST_CASE("array rows under a header") {
  auto out = extract(rows_spec(), rows_page);
  REQUIRE(out);
  REQUIRE(out->items.size() == 4);
  CHECK(out->notes.empty());
  const auto& first = out->items[0];
  CHECK(first.id.value == "B01");
  CHECK(first.title == "Dual-Band / Tri-Mode Phone");
  CHECK(first.brand == "Nokia");
  CHECK(first.url == "https://shop.example/B01");
  CHECK(first.photo == "https://img.example/1.jpg");
  CHECK_FALSE(first.price);
  CHECK_FALSE(first.currency);
  CHECK_FALSE(first.size);
  CHECK(out->items[1].price == 4995);
  CHECK(out->items[1].currency == "USD");
  CHECK(out->items[2].price == 14299);
  CHECK_FALSE(out->items[2].brand);
  CHECK(out->items[2].title == "Slide\u00a06500");
  CHECK(out->items[3].price == 119999);
  CHECK(out->items[3].title == "Büro “X”");
}

TEST_CASE("the same rows as one array") {
  auto spec = rows_spec();
  spec.framing = page_framing::json;
  spec.items = "data.rows";
  std::string page = "{\"data\":{\"rows\":[";
  for (char c : rows_page)
    page += c == '\n' ? ',' : c;
  page.pop_back();
  page.replace(page.find(",,"), 2, ",");
  auto out = extract(spec, page + "]}}");
  REQUIRE(out);
  CHECK(out->items == extract(rows_spec(), rows_page)->items);
}

TEST_CASE("objects with nested attributes, nulls, integers and floats as prices") {
  auto out = extract(results_spec(), results_page);
  REQUIRE(out);
  REQUIRE(out->items.size() == 3);
  const auto& first = out->items[0];
  CHECK(first.id.value == "MLA1");
  CHECK(first.title == " Player 3");
  CHECK(first.price == 477000);
  CHECK(first.currency == "ARS");
  CHECK(first.condition == "new");
  CHECK(first.brand == "Google");
  CHECK(out->items[1].price == 67643);
  CHECK_FALSE(out->items[1].brand);
  CHECK_FALSE(out->items[1].url);
  CHECK(out->items[2].id.value == "3");
  CHECK(out->items[2].title == "TV 27\"");
  CHECK_FALSE(out->items[2].price);
  CHECK_FALSE(out->items[2].photo);

  REQUIRE(out->notes.size() == 2);
  CHECK(out->notes[0].item == 2);
  CHECK(out->notes[0].field == "brand");
  CHECK(out->notes[0].reason == "missing");
  CHECK(out->notes[0].place == "/results/2/attributes/[id=BRAND]");
  CHECK(out->notes[1].field == "photo");
  CHECK(out->notes[1].place == "/results/2/thumbnail");
}

TEST_CASE("NDJSON of objects, the document itself as the array, and paths with indexes") {
  auto spec = small_spec();
  CHECK(extract(spec, "[]")->items.empty());
  CHECK(extract(spec, "\xef\xbb\xbf[{\"id\":\"a\",\"t\":\"x\",\"p\":1}]")->items.size() == 1);
  CHECK(extract(small_spec("a[1].b"), R"({"a":[0,{"b":[{"id":"1","t":"x","p":"5"}]}]})")->items[0].price == 500);
  spec.framing = page_framing::ndjson;
  auto out = extract(spec, "\r\n{\"id\":1,\"t\":\"x\",\"p\":1}\r\n\n  {\"id\":\" 2 \",\"t\":\"y\",\"p\":\"2,5\"}");
  REQUIRE(out);
  REQUIRE(out->items.size() == 2);
  CHECK(out->items[1].id.value == "2");
  CHECK(out->items[1].price == 250);
  spec.fields = {{"id", "[0]"}, {"title", "[1].t"}};
  CHECK(extract(spec, "[7,{\"t\":\"x\"}]")->items[0].id.value == "7");
}

TEST_CASE("which value of a field counts") {
  auto spec = small_spec();
  spec.fields["currency"] = "c";
  spec.constants = {{"condition", "used"}, {"currency", "ARS"}};
  auto out = extract(spec, R"([{"id":1,"t":"a","p":"12 €","c":"usd"},{"id":2,"t":"b","p":"12 €","c":"£"},
                              {"id":3,"t":"c","p":"12 €"},{"id":4,"t":"d","p":12,"c":null}])");
  REQUIRE(out);
  CHECK(out->items[0].currency == "USD");
  CHECK(out->items[1].currency == "GBP");
  CHECK(out->items[2].currency == "ARS");
  CHECK(out->items[3].currency == "ARS");
  CHECK(out->items[3].condition == "used");
  spec.constants = {{"price", "9.99"}, {"title", "untitled"}};
  out = extract(spec, R"([{"id":1,"t":"a","p":"12 €"},{"id":2,"t":null}])");
  REQUIRE(out);
  CHECK(out->items[0].currency == "EUR");
  CHECK(out->items[0].price == 1200);
  CHECK(out->items[1].title == "untitled");
  CHECK(out->items[1].price == 999);
}

TEST_CASE("prices that cannot be read are notes") {
  auto [price, cents_or_none, reason] = GENERATE(table<std::string, std::string, std::string>({
      {"1199.990", "1199.99", ""},
      {"1.005", "1.01", ""},
      {"\"\"", "none", ""},
      {"null", "none", ""},
      {"\"free\"", "none", "no amount that can be read"},
      {"0", "none", "0.00 is no price: it is not above 0"},
      {"-0.0", "none", "0.00 is no price: it is not above 0"},
      {"-12.50", "none", "-12.50 is no price: it is not above 0"},
      {"\"0,00 €\"", "none", "0.00 is no price: it is not above 0"},
      {"\"-5 €\"", "none", "-5.00 is no price: it is not above 0"},
      {"\"-20 % 5 €\"", "5.00", ""},
      {"\"12 99 €\"", "none", "it can be read as more than one amount"},
      {"\"12 € / $13\"", "none", "amounts in several currencies"},
      {"true", "none", "expected a price, found boolean"},
      {"{\"amount\":5}", "none", "expected a price, found object"},
      {"1e30", "none", "not a number, or one that is too large for a price"},
  }));
  CAPTURE(price);
  auto out = extract(small_spec(), "[{\"id\":1,\"t\":\"a\",\"p\":" + price + "}]");
  REQUIRE(out);
  CHECK((out->items[0].price ? format_cents(*out->items[0].price) : "none") == cents_or_none);
  REQUIRE(out->notes.size() == (reason.empty() ? 0 : 1));
  if (!reason.empty()) {
    CHECK(out->notes[0].reason == reason);
    CHECK(out->notes[0].place == "/0/p");
  }
}

TEST_CASE("what is no price is counted, and what was read of it is kept for whoever looks") {
  auto out =
      extract(small_spec(), R"([{"id":1,"t":"a","p":0},{"id":2,"t":"b","p":"12 99 €"},{"id":3,"t":"c","p":"-5 €"},
                                      {"id":4,"t":"d","p":"5 €"}])");
  REQUIRE(out);
  REQUIRE(out->items.size() == 4);
  CHECK(to_sentences(out->page_notes) == std::vector<std::string>{"2 amounts of 0 or less are no prices, first at /0/p",
                                                                  "a price could not be read, at /1/p"});
  REQUIRE(out->notes.size() == 3);
  CHECK(out->notes[0].read == "0.00");
  CHECK(out->notes[1].read.empty());
  CHECK(out->notes[2].read == "-5.00");
  auto spec = small_spec();
  spec.constants = {{"price", "0"}};
  auto refused = json_reader_of(spec);
  REQUIRE_FALSE(refused);
  CHECK(refused.error().place == "extract.constants.price");
}

TEST_CASE("texts of HTML in JSON, on request") {
  auto page =
      R"([{"id":"a&amp;1","t":"Caf&eacute; &amp; Th&eacute &#128;","p":"12,50&nbsp;&euro;","u":"/?a=1&amp;b=2"}])";
  auto spec = small_spec();
  spec.fields["url"] = "u";
  auto out = extract(spec, page);
  REQUIRE(out);
  CHECK(out->items[0].title == "Caf&eacute; &amp; Th&eacute &#128;");
  CHECK(out->items[0].url == "/?a=1&amp;b=2");
  spec.html_references = true;
  out = extract(spec, page);
  REQUIRE(out);
  CHECK(out->items[0].id.value == "a&amp;1");
  CHECK(out->items[0].title == "Café & Thé €");
  CHECK(out->items[0].url == "/?a=1&b=2");
  CHECK(out->items[0].price == 1250);
  CHECK(out->items[0].currency == "EUR");
}

TEST_CASE("prices in hundredths") {
  auto spec = small_spec();
  spec.unit = price_unit::minor;
  CHECK(extract(spec, R"([{"id":1,"t":"a","p":1250}])")->items[0].price == 1250);
}

TEST_CASE("pages that are not what the spec says are errors with their place") {
  auto [page, place, detail] = GENERATE(table<std::string, std::string, std::string>({
      {"", "1:1", "line 1, column 1: the text is empty"},
      {"<html></html>", "1:1", "line 1, column 1: expected a value here"},
      {"{}", "/r", "the items are missing" + advice},
      {"[]", "/r", "the items are missing" + advice},
      {"{\"r\":null}", "/r", "expected the array of items, found null" + advice},
      {"{\"r\":{}}", "/r", "expected the array of items, found object" + advice},
      {"{\"r\":[{\"id\":\"1\",\"t\":\"x\"}", "1:25", "line 1, column 25: the text ends too early: ] or } is missing"},
      {"{\"r\":[7]}", "/r/0", "expected an item (object), found number"},
      {"{\"r\":[{\"t\":\"x\"}]}", "/r/0/id", "id is missing"},
      {"{\"r\":[{\"id\":\"2\"}, {\"t\":\"x\"}]}", "/r/0/t", "title is missing"},
      {"{\"r\":[{\"id\":{},\"t\":\"x\"}]}", "/r/0/id", "id is object"},
      {"{\"r\":[{\"id\":true,\"t\":\"x\"}]}", "/r/0/id", "id is boolean"},
      {"{\"r\":[{\"id\":null,\"t\":\"x\"}]}", "/r/0/id", "id is null"},
      {"{\"r\":[{\"id\":\" \",\"t\":\"x\"}]}", "/r/0/id", "id is empty"},
      {"{\"r\":[{\"id\":1,\"t\":[\"x\"]}]}", "/r/0/t", "title is array"},
      {"{\"r\":[{\"id\":1,\"t\":\"\"}]}", "/r/0/t", "title is empty"},
      {"{\"r\":[{\"id\":1,\"t\":\"caf\xe9\"}]}", "1:23", "line 1, column 23: not valid UTF-8"},
      {"{\"r\":[],\"x\":tru}", "1:13", "line 1, column 13: expected a value here"},
  }));
  CAPTURE(page);
  auto out = extract(small_spec("r"), page);
  REQUIRE_FALSE(out);
  CHECK(out.error().code == errc::bad_page);
  CHECK(out.error().place == place);
  CHECK(out.error().detail == detail);
}

TEST_CASE("broken lines are errors with their number") {
  auto [line, instead, place, detail] = GENERATE(table<size_t, std::string, std::string, std::string>({
      {6, "[\"B04\",\"Nokia\",\"Cut", "6:16", "line 6, column 16: this string is not closed"},
      {6, "[\"B04\",\"Nokia\"", "6:15", "line 6, column 15: the text ends too early: ] or } is missing"},
      {3, "  oops", "3:3", "line 3, column 3: expected a value here"},
      {3, "[\"B02\",\"\",\"\xff\",\"\",\"\",1,\"\",1,\"\"]", "3:12", "line 3, column 12: not valid UTF-8"},
      {1, "[\"asin\",\"name\"]", "line 1", "the header row has no column \"title\""},
      {1, "[\"asin\",7]", "line 1, /1", "the header row holds something that is no name"},
      {1, "{}", "line 1", "expected an item (array), found object"},
  }));
  CAPTURE(line, instead);
  auto out = extract(rows_spec(), at_line(rows_page, line, instead));
  REQUIRE_FALSE(out);
  CHECK(out.error().code == errc::bad_page);
  CHECK(out.error().place == place);
  CHECK(out.error().detail == detail);
}

TEST_CASE("lines that are no items are left out, each with its number") {
  auto [instead, note] = GENERATE(table<std::string, std::string>({
      {"[\"B02\"]", "an entry that is no item was left out, at line 3"},
      {"{\"asin\":\"B02\"}", "an entry that is no item was left out, at line 3"},
      {"[null,\"\",\"t\",\"\",\"\",1,\"\",1,\"\"]", "an item without an id was left out, at line 3, /0"},
      {"[\"B02\",\"\",{},\"\",\"\",1,\"\",1,\"\"]", "an item without a title was left out, at line 3, /2"},
  }));
  CAPTURE(instead);
  auto out = extract(rows_spec(), at_line(rows_page, 3, instead));
  REQUIRE(out);
  CHECK(out->items.size() == 3);
  CHECK(to_sentences(out->page_notes) == std::vector<std::string>{note});
}

TEST_CASE("an empty NDJSON page is an error, a header alone is no item") {
  CHECK(extract(rows_spec(), "").error().detail == "the page is empty");
  CHECK(extract(rows_spec(), "\n \r\n").error().code == errc::bad_page);
  CHECK(extract(rows_spec(), "[\"asin\",\"title\"]")->items.empty());
  auto spec = rows_spec();
  spec.framing = page_framing::json;
  CHECK(extract(spec, "[]").error().detail == "the header row is missing");
}

TEST_CASE("a column that is gone is noted once") {
  auto out = extract(rows_spec(), "[\"asin\",\"title\"]\n[\"1\",\"a\"]\n[\"2\",\"b\"]");
  REQUIRE(out);
  CHECK(out->items.size() == 2);
  REQUIRE(out->notes.size() == 4);
  CHECK(out->notes[0].reason == "the header row has no column \"brand\"");
  CHECK(out->notes[0].place == "line 1");
}

TEST_CASE("an extractor is used page after page") {
  auto x = json_reader_of(rows_spec());
  REQUIRE(x);
  for (int i = 0; i < 3; ++i) {
    CHECK((*x)->extract(rows_page)->items.size() == 4);
    CHECK_FALSE((*x)->extract("[\"asin\"]"));
    auto swapped = (*x)->extract("[\"title\",\"asin\"]\n[\"a\",\"1\"]");
    REQUIRE(swapped);
    CHECK(swapped->items[0].id.value == "1");
  }
}

TEST_CASE("of a key that comes twice the last one counts, wherever it stands") {
  auto out = extract(small_spec(), R"([{"id":1,"t":"A","id":2,"t":"B"},{"id":3,"t":"C","t":null,"t":"D"}])");
  REQUIRE(out);
  CHECK(out->items[0].id.value == "2");
  CHECK(out->items[0].title == "B");
  CHECK(out->items[1].title == "D");
}

TEST_CASE("notes are bounded, and those that are not kept are counted") {
  auto notes_of_one = extract(small_spec(), R"([{"id":1,"t":"x"}])")->notes.size();
  REQUIRE(notes_of_one > 0);
  auto list = json_value::array();
  for (int i = 0; i < 1000; ++i)
    list.push(json_value::object({{"id", i}, {"t", "x"}}));
  auto out = extract(small_spec(), list.dump());
  REQUIRE(out);
  CHECK(out->items.size() == 1000);
  CHECK(out->notes.size() == max_field_notes);
  CHECK(out->notes.size() + out->notes_cut == 1000 * notes_of_one);
}

TEST_CASE("specs that make no sense are refused with what and where") {
  auto refused = [](const std::function<void(extract_spec&)>& change) {
    auto spec = small_spec("r");
    change(spec);
    auto x = json_reader_of(spec);
    REQUIRE_FALSE(x);
    CHECK(x.error().code == errc::bad_config);
    return x.error().place + ": " + x.error().detail;
  };
  using spec = extract_spec;
  CHECK(refused([](spec& x) { x.fields["colour"] = "c"; }).find("extract.fields.colour: \"colour\" is no field") == 0);
  CHECK(refused([](spec& x) { x.constants["colour"] = "c"; }).find("extract.constants.colour: ") == 0);
  CHECK(refused([](spec& x) { x.fields["brand"] = ""; }) == "extract.fields.brand: the path is empty");
  CHECK(refused([](spec& x) { x.fields["brand"] = "a[id=].b"; }) ==
        "extract.fields.brand: byte 2 of the path: [key=value] needs both");
  CHECK(refused([](spec& x) { x.items = "a..b"; }) == "extract.items: byte 3 of the path: expected a key here");
  CHECK(refused([](spec& x) { x.fields.erase("id"); }) == "extract.fields: there is no path to an item's id");
  CHECK(refused([](spec& x) { x.fields.erase("title"); }) == "extract.fields: there is no path to an item's title");
  CHECK(refused([](spec& x) { x.constants["id"] = "1"; }).find("extract.constants.id: ") == 0);
  CHECK(refused([](spec& x) { x.constants["currency"] = "euro"; }).find("extract.constants.currency: ") == 0);
  CHECK(refused([](spec& x) { x.constants["price"] = "cheap"; }).find("extract.constants.price: ") == 0);
  CHECK(refused([](spec& x) { x.constants["brand"] = ""; }).find("extract.constants.brand: ") == 0);
  CHECK(refused([](spec& x) { x.framing = page_framing::ndjson; }).find("extract.items: ") == 0);
  CHECK(refused([](spec& x) {
          x.items = "a[*]";
          x.header_row = true;
        }).find("extract.items: [*] and header_row") == 0);
}

TEST_CASE("of a field with a wildcard the first value counts") {
  auto spec = small_spec("r");
  spec.fields["price"] = "offers[*].price";
  spec.fields["brand"] = "attributes[*].names[*]";
  auto out = extract(spec, R"({"r":[
    {"id":1,"t":"a","offers":[{"price":null},{},{"price":""},{"price":"12,50 €"},{"price":9}],
     "attributes":[{"names":[]},{"names":["","Nokia"]},{"names":["Sony"]}]},
    {"id":2,"t":"b","offers":[{"price":null}],"attributes":[]},
    {"id":3,"t":"c","offers":7}]})");
  REQUIRE(out);
  CHECK(out->items[0].price == cents{1250});
  CHECK(out->items[0].currency == "EUR");
  CHECK(out->items[0].brand == "Nokia");
  CHECK_FALSE(out->items[1].price);
  REQUIRE(out->notes.size() == 4);
  CHECK(out->notes[0].place == "/r/1/attributes/[*]/names/[*]");
  CHECK(out->notes[1].place == "/r/1/offers/[*]/price");
  CHECK(out->notes[2].place == "/r/2/attributes");
  CHECK(out->notes[3].place == "/r/2/offers");
  CHECK(out->notes[3].reason == "missing");
}

TEST_CASE("a wildcard in the items' path gathers them from everywhere") {
  auto ids = [](const extract_spec& spec, std::string_view page) {
    auto out = extract(spec, page);
    if (!out)
      return out.error().detail + " at " + out.error().place;
    std::string text;
    for (const auto& x : out->items)
      text += x.id.value + " ";
    return text;
  };
  auto lists = small_spec("s[*].r");
  CHECK(ids(lists, R"({"s":[{"r":[{"id":1,"t":"a"},{"id":2,"t":"b"}]},{"ad":1},{"r":null},{"r":[]},
                            {"r":[{"id":3,"t":"c"}]}]})") == "1 2 3 ");
  CHECK(ids(lists, R"({"s":[]})").empty());
  CHECK(ids(lists, R"({"s":[{"r":{"id":1,"t":"a"}},{"r":{"id":2,"t":"b"}}]})") == "1 2 ");
  CHECK(ids(lists, R"({"s":[{"r":[{"id":1,"t":"a"}]},{"r":[{"id":2}]}]})") == "1 ");
  CHECK(ids(lists, R"({"s":[{"r":[{"id":2}]}]})") == "title is missing at /s/0/r/0/t");
  CHECK(ids(lists, R"({"s":[{"r":"x"}]})") == "expected an item (object), found string at /s/0/r");
  CHECK(ids(lists, R"({"q":[]})") == "the items are missing" + advice + " at /s");
  CHECK(ids(lists, R"({"s":{}})") == "the items are missing" + advice + " at /s");
  CHECK(ids(small_spec("[*]"), R"([[{"id":1,"t":"a"}],[{"id":2,"t":"b"},{"id":3,"t":"c"}]])") == "1 2 3 ");
}

TEST_CASE("what a page says of the next one") {
  auto next = [](paging_kind kind, const std::string& path, std::string_view page) {
    source_spec source;
    source.extract = small_spec("r");
    source.paging.kind = kind;
    source.paging.next = path;
    auto x = make_json_extractor(source);
    if (!x)
      return x.error().place + ": " + x.error().detail;
    auto out = (*x)->extract(page);
    return out ? out->next : out.error().detail + " at " + out.error().place;
  };
  CHECK(next(paging_kind::cursor, "after", R"({"r":[],"after":"abc"})") == "abc");
  CHECK(next(paging_kind::cursor, "after", R"({"r":[],"after":17})") == "17");
  CHECK(next(paging_kind::next_link, "links[rel=next].href", R"({"r":[],"links":[{"rel":"next","href":"/2"}]})") ==
        "/2");
  for (auto none : {R"({"r":[]})", R"({"r":[],"after":null})", R"({"r":[],"after":""})", R"({"r":[],"after":false})"})
    CHECK(next(paging_kind::cursor, "after", none).empty());
  CHECK(next(paging_kind::cursor, "a.b", R"({"r":[],"a":{"b":[1]}})") ==
        "expected the next page's cursor or URL, found array at /a/b");
  CHECK(next(paging_kind::page, "after", R"({"r":[],"after":"abc"})").empty());
  CHECK(next(paging_kind::cursor, "a..b", "") == "paging.next: byte 3 of the path: expected a key here");
}

TEST_CASE("the newest of the items' dates") {
  source_spec source;
  source.extract = small_spec("r");
  source.sanity.dated = "at";
  auto x = make_json_extractor(source);
  REQUIRE(x);
  auto out =
      (*x)->extract(R"({"r":[{"id":1,"t":"a","p":1,"at":"2026-11-24T10:00:00Z"},{"id":2,"t":"b","p":1,"at":1764101533},
    {"id":3,"t":"c","p":1,"at":"Wed, 25 Nov 2026 20:12:13 GMT"},{"id":4,"t":"d","p":1,"at":"soon"},{"id":5,"t":"e","p":1},
    {"id":6,"t":"f","p":1,"at":null}]})");
  REQUIRE(out);
  REQUIRE(out->newest);
  CHECK(to_rfc3339(*out->newest) == "2026-11-25T20:12:13.000Z");
  REQUIRE(out->notes.size() == 2);
  CHECK(out->notes[0].field == "date");
  CHECK(out->notes[0].reason == "is no date that is understood");
  CHECK(out->notes[0].place == "/r/3/at");
  CHECK(out->notes[1].reason == "missing");
  CHECK_FALSE((*x)->extract(R"({"r":[]})")->newest);

  source.extract = rows_spec();
  source.sanity.dated = "seen";
  auto rows = make_json_extractor(source);
  REQUIRE(rows);
  auto table =
      (*rows)->extract("[\"asin\",\"title\",\"seen\"]\n[\"1\",\"a\",\"2026-11-24\"]\n[\"2\",\"b\",\"2026-11-23\"]");
  REQUIRE(table);
  CHECK(to_rfc3339(*table->newest) == "2026-11-24T00:00:00.000Z");
  source.sanity.dated = "";
  source.paging.kind = paging_kind::cursor;
  source.paging.next = "after";
  REQUIRE_FALSE(make_json_extractor(source));
  CHECK(make_json_extractor(source).error().place == "paging.next");
}

TEST_CASE("paths") {
  for (auto good : {"", "a", "a.b", "a[0]", "[0]", "[0][1].a", "a[k=v].b", "a[k=v w.x].b", "[k=v]", "[*]", "a[*].b[*]",
                    "a[*][0]", "é.ü", "a-b c"})
    CHECK(json_path::parse(good));
  for (auto bad : {".",     ".a",    "a.",    "a..b",  "a[",
                   "a]",    "a[]",   "a[-1]", "a[1",   "a[x]",
                   "a[=v]", "a[k=]", "a[0]b", "a.[0]", "a[99999999999999999999]",
                   "[0].",  "a[ 1]", "a[**]", "a[*]b", "[*=v"}) {
    CAPTURE(bad);
    auto path = json_path::parse(bad);
    REQUIRE_FALSE(path);
    CHECK(path.error().code == errc::bad_config);
  }
  auto page = parse_json(R"({"a":[{"k":1,"v":"one"},{"k":true,"v":"yes"},{"k":"x/y","v":"z"}],"m~/n":{"o":5}})");
  REQUIRE(page);
  auto read = [&](std::string_view text) {
    auto path = json_path::parse(text);
    auto found = path->find(page->root());
    return (found ? std::string{found->as_string().value_or("?")} : "none") + " at " + path->pointer(page->root());
  };
  CHECK(read("a[k=1].v") == "one at /a/0/v");
  CHECK(read("a[k=true].v") == "yes at /a/1/v");
  CHECK(read("a[k=x/y].v") == "z at /a/2/v");
  CHECK(read("a[k=q].v") == "none at /a/[k=q]");
  CHECK(read("a[3].v") == "none at /a/3");
  CHECK(read("a[0].w.x") == "none at /a/0/w");
  CHECK(read("a.b") == "none at /a/b");
  CHECK(read("m~/n.o") == "? at /m~0~1n/o");
  CHECK(read("a[*].v") == "one at /a/0/v");
  CHECK(read("[*].v") == "none at ");
  CHECK(read("a[*].w[0][k=v].x") == "none at /a/[*]/w/0/[k=v]/x");
  CHECK(read("b[*].w") == "none at /b");
  CHECK(read("") == "? at ");
}

TEST_CASE("a path finds the same in a tree that keeps only what paths need") {
  REQUIRE(rc::check("values, kinds and places", [] {
    auto text = random_tree(4);
    std::vector<json_path> whole, kept;
    json_projection wanted;
    for (int n = *rc::gen::inRange(1, 4); n > 0; --n) {
      auto path = random_path();
      whole.push_back(*json_path::parse(path));
      kept.push_back(*json_path::parse(path));
      kept.back().keep_in(wanted);
    }
    auto document = parse_json(text);
    json_parser parser{std::move(wanted)};
    auto part = parser.parse(text);
    RC_ASSERT(document.has_value() && part.has_value());
    for (size_t i = 0; i < whole.size(); ++i) {
      auto a = whole[i].find(document->root());
      auto b = kept[i].find(*part);
      RC_ASSERT(a.has_value() == b.has_value());
      if (a)
        RC_ASSERT(a->kind() == b->kind() && a->as_string() == b->as_string() &&
                  a->as_decimal_text() == b->as_decimal_text());
      RC_ASSERT(whole[i].pointer(document->root()) == kept[i].pointer(*part));
    }
  }));
}

TEST_CASE("no page crashes the extractor, and none that is cut passes") {
  auto objects = json_reader_of(results_spec());
  auto rows = json_reader_of(rows_spec());
  REQUIRE(objects);
  REQUIRE(rows);
  for (size_t size = 0; size < results_page.size(); ++size)
    REQUIRE_FALSE((*objects)->extract(results_page.substr(0, size)));
  REQUIRE(rc::check("bytes changed anywhere", [&] {
    auto page = *rc::gen::element(results_page, rows_page);
    for (int n = *rc::gen::inRange(1, 6); n > 0; --n)
      page[*rc::gen::inRange<size_t>(0, page.size())] = *rc::gen::arbitrary<char>();
    for (auto* x : {objects->get(), rows->get()}) {
      auto out = x->extract(page);
      RC_ASSERT(out.has_value() || out.error().code == errc::bad_page);
      if (out)
        for (const auto& item : out->items)
          RC_ASSERT(!item.id.value.empty() && !item.title.empty());
    }
  }));
}
