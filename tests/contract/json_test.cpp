#include <algorithm>
#include <limits>
#include <regex>

#include <catch2/catch.hpp>
#include <rapidcheck.h>

#include "adapters/json/json_reader.hpp"
#include "adapters/json/json_text.hpp"
#include "adapters/json/json_writer.hpp"
#include "messages/values/optional.hpp"

using namespace vigie;

namespace {

/// A document as text again, by the reader's own view of it.
json_value rebuilt(json_node x) {
  switch (x.kind()) {
  case json_kind::null:
    return {};
  case json_kind::boolean:
    return *x.as_bool();
  case json_kind::number:
    return x.as_int() ? json_value{*x.as_int()} : json_value{*x.as_double()};
  case json_kind::string:
    return *x.as_string();
  case json_kind::array: {
    auto out = json_value::array();
    for (auto element : x.elements())
      out.push(rebuilt(element));
    return out;
  }
  default: {
    auto out = json_value::object();
    for (auto member : x.members())
      out.set(member.key(), rebuilt(member));
    return out;
  }
  }
}

std::string echo(std::string_view text) {
  auto document = parse_json(text);
  return document ? rebuilt(document->root()).dump() : document.error().place + " " + document.error().detail;
}

/// RFC 8259 once more, by the book and slowly. Escapes with \\u are not looked into.
class plain_acceptor {
public:
  explicit plain_acceptor(std::string_view text) : text_(text) {}

  bool accepts() {
    return first_invalid_utf8(text_) == std::string_view::npos && value() && (skip_blanks(), text_.empty());
  }

private:
  void skip_blanks() { text_.remove_prefix(std::min(text_.find_first_not_of(" \t\r\n"), text_.size())); }

  bool take(std::string_view word) {
    skip_blanks();
    if (text_.substr(0, word.size()) != word)
      return false;
    text_.remove_prefix(word.size());
    return true;
  }

  bool string() {
    if (!take("\""))
      return false;
    for (; !text_.empty() && text_[0] != '"'; text_.remove_prefix(1)) {
      if (static_cast<unsigned char>(text_[0]) < 0x20)
        return false;
      if (text_[0] != '\\')
        continue;
      text_.remove_prefix(1);
      if (text_.empty() || std::string_view{"\"\\/bfnrtu"}.find(text_[0]) == std::string_view::npos)
        return false;
    }
    return take("\"");
  }

  bool list(std::string_view close, bool named) {
    if (take(close))
      return true;
    do {
      if (named && !(string() && take(":")))
        return false;
      if (!value())
        return false;
    } while (take(","));
    return take(close);
  }

  bool value() {
    skip_blanks();
    if (take("{"))
      return list("}", true);
    if (take("["))
      return list("]", false);
    if (!text_.empty() && text_[0] == '"')
      return string();
    if (take("true") || take("false") || take("null"))
      return true;
    auto size = std::min(text_.find_first_not_of("+-.0123456789eE"), text_.size());
    bool number = std::regex_match(std::string{text_.substr(0, size)}, number_);
    text_.remove_prefix(size);
    return number;
  }

  inline static const std::regex number_{"-?(0|[1-9][0-9]*)(\\.[0-9]+)?([eE][+-]?[0-9]+)?"};
  std::string_view text_;
};

json_value random_value(int depth) {
  switch (*rc::gen::inRange(0, depth > 0 ? 7 : 5)) {
  case 0:
    return {};
  case 1:
    return *rc::gen::arbitrary<bool>();
  case 2:
    return *rc::gen::arbitrary<int64_t>();
  case 3:
    return *rc::gen::arbitrary<double>();
  case 4:
    return *rc::gen::arbitrary<std::string>();
  case 5: {
    auto out = json_value::array();
    for (int n = *rc::gen::inRange(0, 4); n > 0; --n)
      out.push(random_value(depth - 1));
    return out;
  }
  default: {
    auto out = json_value::object();
    for (int n = *rc::gen::inRange(0, 4); n > 0; --n)
      out.set(*rc::gen::arbitrary<std::string>(), random_value(depth - 1));
    return out;
  }
  }
}

} // namespace

TEST_CASE("the writer keeps order, kinds and limits of numbers") {
  auto x = json_value::object({{"z", 1},
                               {"a", json_value::array({"x", nullptr, true, 1.5, -3})},
                               {"big", std::numeric_limits<uint64_t>::max()},
                               {"small", std::numeric_limits<int64_t>::min()},
                               {"none", std::optional<std::string>{}},
                               {"some", optional<std::string>{"s"}},
                               {"nan", std::numeric_limits<double>::quiet_NaN()}});
  x.set("z", 2).set("last", json_value::object());
  CHECK(x.size() == 8);
  CHECK(x.dump() == R"({"z":2,"a":["x",null,true,1.5,-3],"big":18446744073709551615,"small":-9223372036854775808,)"
                    R"("none":null,"some":"s","nan":null,"last":{}})");
  CHECK(json_value{}.dump() == "null");
  CHECK(json_value::object({{"a", json_value::array({1})}}).dump(json_layout::pretty) ==
        "{\n  \"a\": [\n    1\n  ]\n}");
}

TEST_CASE("the writer replaces what is no UTF-8") {
  CHECK(json_value{std::string{"a\xff\"\n\x01"}}.dump() == "\"a\xef\xbf\xbd\\\"\\n\\u0001\"");
  CHECK(json_value::object({{"k\xc3", 1}}).dump() == "{\"k\xef\xbf\xbd\":1}");
}

TEST_CASE("the reader reads what JSON allows") {
  CHECK(echo(" [1, -2.5,\t\"x\" ,null,true,false, {} , []]\n") == R"([1,-2.5,"x",null,true,false,{},[]])");
  CHECK(echo("\xef\xbb\xbf{\"a\":{\"b\":[{\"c\":1}]}}") == R"({"a":{"b":[{"c":1}]}})");
  CHECK(echo("7") == "7");
  CHECK(echo(" \"s\\u00e9\" ") == "\"sé\"");
  CHECK(echo("null") == "null");
  CHECK(echo(R"({"\u0061\n\"\\\/":"\b\f\r\t"})") == R"({"a\n\"\\/":"\b\f\r\t"})");
  CHECK(echo(R"(["\ud83d\ude00"])") == "[\"\xf0\x9f\x98\x80\"]");
  // Half a pair, as cut titles have it.
  CHECK(echo(R"(["\ud83d","\ude00x","\ud83d\u0041"])") == "[\"\xef\xbf\xbd\",\"\xef\xbf\xbdx\",\"\xef\xbf\xbd"
                                                          "A\"]");
}

TEST_CASE("the reader's tree") {
  auto document =
      parse_json(R"({"a":1,"n":12345678901234567890123,"p":1199.990,"e":1e400,"a":"last","l":[[0,1],"x"]})");
  REQUIRE(document);
  auto moved = std::move(*document);
  auto root = moved.root();
  CHECK(root.kind() == json_kind::object);
  CHECK(root.size() == 6);
  CHECK(root.find("a")->as_string() == "last");
  CHECK(root.find("n")->as_decimal_text() == "12345678901234567890123");
  CHECK_FALSE(root.find("n")->as_int());
  CHECK(root.find("n")->as_double() == 12345678901234567890123.0);
  CHECK(root.find("p")->as_decimal_text() == "1199.990");
  CHECK_FALSE(root.find("p")->as_int());
  CHECK_FALSE(root.find("e")->as_double());
  CHECK_FALSE(root.find("b"));
  CHECK_FALSE(root.find("a")->find("x"));
  CHECK_FALSE(root.at(0));
  auto list = *root.find("l");
  CHECK(list.size() == 2);
  CHECK(list.at(1)->as_string() == "x");
  CHECK(list.at(0)->at(1)->as_int() == 1);
  CHECK_FALSE(list.at(2));
  CHECK(list.members().empty());
  CHECK_FALSE(list.as_bool());
}

TEST_CASE("the reader refuses what JSON does not allow, and says where") {
  auto [text, place] = GENERATE(table<std::string, std::string>({{"", "1:1"},
                                                                 {"  \n ", "2:2"},
                                                                 {"{\"a\":1", "1:7"},
                                                                 {"[1,2", "1:5"},
                                                                 {"[1 2]", "1:4"},
                                                                 {"[1,]", "1:4"},
                                                                 {"[,1]", "1:2"},
                                                                 {"{\"a\" 1}", "1:6"},
                                                                 {"{a:1}", "1:2"},
                                                                 {"{\"a\":tru}", "1:6"},
                                                                 {"{\"a\":nulll}", "1:6"},
                                                                 {"{\"a\":01}", "1:6"},
                                                                 {"{\"a\":1.}", "1:6"},
                                                                 {"{\"a\":+1}", "1:6"},
                                                                 {"{\"a\":.5}", "1:6"},
                                                                 {"{\"a\":1e}", "1:6"},
                                                                 {"{\"a\":-}", "1:6"},
                                                                 {"{\"a\":NaN}", "1:6"},
                                                                 {"{\"a\":'x'}", "1:6"},
                                                                 {"{\"a\":\n \"x", "2:2"},
                                                                 {"{\"a\":\"\\x\"}", "1:6"},
                                                                 {"[\"\\u12g4\"]", "1:2"},
                                                                 {"[\"a\tb\"]", "1:4"},
                                                                 {"[\"ok\",\n\"b\xff\"]", "2:3"},
                                                                 {"[\"\xed\xa0\x80\"]", "1:3"},
                                                                 {"[1]]", "1:4"},
                                                                 {"[1] x", "1:5"},
                                                                 {"{} {}", "1:4"},
                                                                 {"1 2", "1:3"},
                                                                 {"\"a\" \"b\"", "1:5"},
                                                                 {"[1}", "1:3"},
                                                                 {"{\"a\":1]", "1:7"},
                                                                 {"<html></html>", "1:1"},
                                                                 {"{\"a\":1,}", "1:8"},
                                                                 {"{\"a\":1,2}", "1:8"},
                                                                 {"{\"a\":[1,2}", "1:10"},
                                                                 {std::string("[\"a\0\"]", 6), "1:4"}}));
  CAPTURE(text);
  auto document = parse_json(text);
  REQUIRE_FALSE(document);
  CHECK(document.error().code == errc::bad_request);
  INFO(document.error().detail);
  CHECK(document.error().place == place);
}

TEST_CASE("depth and size are capped") {
  auto nested = [](size_t n) { return std::string(n, '[') + std::string(n, ']'); };
  CHECK(parse_json(nested(64)));
  CHECK(parse_json(nested(65)).error().detail == "line 1, column 65: nested deeper than 64 levels");
  CHECK_FALSE(parse_json(nested(1'000'000)));
  CHECK_FALSE(parse_json(std::string(1'000'000, '[')));
  CHECK_FALSE(parse_json(std::string(2'000'000, '{')));
  CHECK_FALSE(parse_json("[1,2,3]", json_limits{.max_bytes = 6}));
}

TEST_CASE("a parser is used again after errors, and after large texts") {
  json_parser parser{json_limits{.keep_bytes = 1000}};
  auto large = "[\"" + std::string(5000, 'x') + "\"]";
  for (int i = 0; i < 3; ++i) {
    CHECK(parser.parse(large)->at(0)->as_string()->size() == 5000);
    CHECK_FALSE(parser.parse("[1,"));
    CHECK(parser.parse("[1,\"\\n\"]")->at(1)->as_string() == "\n");
  }
}

TEST_CASE("whatever was built is read back the same") {
  REQUIRE(rc::check("dump, parse, dump", [] {
    auto text = random_value(4).dump();
    auto document = parse_json(text);
    if (!document)
      RC_FAIL(text + " " + document.error().detail);
    RC_ASSERT(rebuilt(document->root()).dump() == text);
    auto pretty = parse_json(rebuilt(document->root()).dump(json_layout::pretty));
    RC_ASSERT(pretty.has_value());
    RC_ASSERT(rebuilt(pretty->root()).dump() == text);
  }));
}

TEST_CASE("the reader agrees with a plain one on broken texts") {
  REQUIRE(rc::check("one byte is changed, taken out or put in, or the end is cut", [] {
    auto text = random_value(3).dump();
    auto at = *rc::gen::inRange<size_t>(0, text.size());
    static const std::string bytes = "{}[],:\"\\0123456789.eE+-truefalsn \n\t\x01\xff\xc3";
    auto byte = bytes[*rc::gen::inRange<size_t>(0, bytes.size())];
    switch (*rc::gen::inRange(0, 4)) {
    case 0:
      text[at] = byte;
      break;
    case 1:
      text.erase(at, 1);
      break;
    case 2:
      text.insert(at, 1, byte);
      break;
    default:
      text.resize(at);
    }
    auto document = parse_json(text);
    if (plain_acceptor{text}.accepts() != document.has_value() && text.find("\\u") == std::string::npos)
      RC_FAIL(text);
  }));
}

TEST_CASE("names of a list's objects: in any order, escaped, twice, or missing") {
  auto document = parse_json(R"([{"a":1,"a_long_name":2},{"a":3,"a_long_name":4},{"a_long_name":5,"a":6},{"a":7},
    {"a":8,"a":9},{"\u0061":10,"a_long_nam_":11,"a_long_name":12},{"a" :13,"a_long_name" : 14},
    {"a":{"a":15,"a_long_name":16},"a_long_name":[{"a":17}]},{"a":18,"a_long_name":19}])");
  REQUIRE(document);
  std::string seen;
  for (auto x : document->root().elements())
    for (auto name : {"a", "a_long_name"}) {
      auto found = x.find(name);
      seen += !found ? "- " : found->as_decimal_text() ? std::string{*found->as_decimal_text()} + " " : "# ";
    }
  CHECK(seen == "1 2 3 4 6 5 7 - 9 - 10 12 13 14 # # 18 19 ");
  CHECK(document->root().at(7)->find("a")->find("a_long_name")->as_int() == 16);
  // What escapes leave behind in memory is no name that was met.
  CHECK_FALSE(parse_json(R"([{"\/\"\/":1},{"/"/":1}])"));
}

TEST_CASE("a list of objects alike reads as its objects one by one, and broken as a plain reader says") {
  static const std::vector<std::string> names{"a", "b", "name", "longer_name", "a_name_beyond_two_words", "a\"q", "\n"};
  REQUIRE(rc::check("whole, and with one byte changed", [] {
    auto text = std::string{"["};
    std::vector<std::string> objects;
    for (int n = *rc::gen::inRange(1, 6); n > 0; --n) {
      auto x = json_value::object();
      for (int m = *rc::gen::inRange(0, 5); m > 0; --m)
        x.set(names[*rc::gen::inRange<size_t>(0, names.size())], random_value(1));
      objects.push_back(x.dump());
      text += (objects.size() > 1 ? "," : "") + objects.back();
    }
    text += "]";
    auto document = parse_json(text);
    RC_ASSERT(document.has_value());
    for (size_t i = 0; i < objects.size(); ++i)
      RC_ASSERT(rebuilt(*document->root().at(i)).dump() == objects[i]);
    static const std::string bytes = "{}[],:\"\\0ab \n";
    text[*rc::gen::inRange<size_t>(0, text.size())] = bytes[*rc::gen::inRange<size_t>(0, bytes.size())];
    if (plain_acceptor{text}.accepts() != parse_json(text).has_value() && text.find("\\u") == std::string::npos)
      RC_FAIL(text);
  }));
}

TEST_CASE("what is not wanted is checked and not kept") {
  json_projection wanted;
  wanted.member("list").member("id");
  wanted.member("list").member("price").member("amount");
  json_parser parser{std::move(wanted)};
  auto root =
      parser.parse(R"({"x":[1,{"id":2}],"list":[{"id":3,"y":"\n","price":{"amount":4,"z":0}},[{"id":5}],6],"w":7})");
  REQUIRE(root);
  CHECK(root->size() == 1);
  CHECK(rebuilt(*root).dump() == R"({"list":[{"id":3,"price":{"amount":4}},[{"id":5}],6]})");
  for (auto bad : {R"({"x":tru,"list":[]})", R"({"x":"\q","list":[]})", R"({"list":[{"y":[1,]}]})", R"({"x":01})"})
    CHECK_FALSE(parser.parse(bad));
}

TEST_CASE("the plain one knows its grammar") {
  for (auto good : {"[]", " {\"a\" : [1, -2.5e3, true, null, \"x\\n\"]} ", "0"})
    CHECK(plain_acceptor{good}.accepts());
  for (auto bad : {"", "[1,]", "{\"a\"}", "01", "tru", "[1] 2", "\"\\x\"", "[\"\t\"]", "{a:1}"})
    CHECK_FALSE(plain_acceptor{bad}.accepts());
}

TEST_CASE("numbers") {
  for (auto good : {"0", "-0", "10", "1.5", "1e5", "1E+5", "-1.25e-3"})
    CHECK(is_json_number(good));
  for (auto bad : {"", "-", "00", "01", "1.", ".1", "1e", "1e+", "+1", "1 ", "0x1", "1.5.5", "--1"})
    CHECK_FALSE(is_json_number(bad));
}

TEST_CASE("UTF-8") {
  CHECK(first_invalid_utf8("aé€😀") == std::string_view::npos);
  for (auto bad : {"x\x80", "x\xc0\xaf", "x\xc3", "x\xe0\x80\x80", "x\xed\xa0\x80", "x\xf0\x80\x80\x80",
                   "x\xf4\x90\x80\x80", "x\xf5\x80\x80\x80", "x\xe2\x82", "x\xff"})
    CHECK(first_invalid_utf8(bad) == 1);
}
