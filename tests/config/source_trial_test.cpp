// `vigie source test` on a page that is given: its items, and what the reader left out or mended.
#include <unistd.h>

#include <filesystem>
#include <fstream>
#include <sstream>
#include <thread>

#include <catch2/catch.hpp>

#include "adapters/extract/reading_threads.hpp"
#include "adapters/json/json_reader.hpp"
#include "runtime/commands/commands.hpp"

using namespace vigie;

namespace {

namespace fs = std::filesystem;

struct said {
  int code;
  std::string out;
  bool has(std::string_view x) const { return out.find(x) != std::string::npos; }
};

/// Port 9: nobody listens there.
said try_source(const std::string& extract, source_test_options options, std::istream& in, std::ostream& err) {
  auto path = fs::temp_directory_path() / ("vigie-trial-" + std::to_string(getpid()) + ".toml");
  std::ofstream{path} << "[node]\nname = \"t\"\nroles = [\"main\", \"worker\"]\n[channels.log]\ntype = \"log\"\n"
                         "[fetch]\nallow_private = [\"127.0.0.1/32:9\"]\n"
                         "[sources.s]\nurl = \"http://127.0.0.1:9/x\"\n"
                      << extract;
  fs::permissions(path, fs::perms::owner_read | fs::perms::owner_write);
  options.config.path = path.string();
  options.source = "s";
  std::ostringstream out;
  auto code = run_source_test(options, in, out, err);
  fs::remove(path);
  return {code, out.str()};
}

said try_page(const std::string& extract, const std::string& page, bool json = false) {
  source_test_options options;
  options.body = "-";
  options.style.json = json;
  std::istringstream in{page};
  std::ostringstream err;
  auto out = try_source(extract, options, in, err);
  INFO(err.str());
  CHECK(err.str().empty());
  return out;
}

const std::string json_source = "[sources.s.extract]\nformat = \"json\"\nitems = \"r\"\nempty = \"total=0\"\n"
                                "[sources.s.extract.fields]\nid = \"id\"\ntitle = \"t\"\n";

} // namespace

TEST_CASE("what was left out stands behind the items, as lines and as JSON") {
  const auto page = R"({"r":[{"id":1,"t":"A"},{"id":1,"t":"B"},{"id":2,"t":"C"},{"id":3},{"t":"ad"}]})";
  auto shown = try_page(json_source, page);
  CHECK(shown.code == exit_done);
  CHECK(shown.has("3 items\nnote       an item without an id was left out, at /r/4/id\n"
                  "note       an item without a title was left out, at /r/3/t\n"
                  "note       an item has the id of another one on its page: of these only the first counts, at item "
                  "2, \"B\", id 1\n"));
  auto read = parse_json(try_page(json_source, page, true).out);
  REQUIRE(read);
  CHECK(read->root().find("notes")->size() == 3);
  CHECK(read->root().find("items")->size() == 3);
  CHECK(read->root().find("sanity")->is_null());
  auto good = parse_json(try_page(json_source, R"({"r":[{"id":1,"t":"A"}]})", true).out);
  REQUIRE(good);
  CHECK(good->root().find("notes")->size() == 0);
}

TEST_CASE("what is not kept is not claimed: of a page with many notes, it is said that there are more") {
  std::string items;
  for (int i = 0; i < 150; ++i)
    items += std::string{i > 0 ? "," : ""} + R"({"id":)" + std::to_string(i) + R"(,"t":"x","p":"ask","b":{}})";
  auto page = R"({"r":[)" + items + R"(,{"id":900,"t":"y"},{"id":901,"t":"z","p":"","b":""}]})";
  auto source = json_source + "price = \"p\"\nbrand = \"b\"\n";
  auto read = parse_json(try_page(source, page, true).out);
  REQUIRE(read);
  auto why = [&](size_t item, std::string_view field) {
    for (auto x : read->root().find("items")->at(item)->find("missing")->elements())
      if (x.find("field")->as_string() == field)
        return std::string{*x.find("why")->as_string()};
    return std::string{};
  };
  CHECK(why(0, "brand") == "expected text, found object (/r/0/b)");
  CHECK(why(99, "price").ends_with("(/r/99/p)"));
  // The 200 notes end here.
  for (size_t item : {100, 149, 150, 151})
    for (auto field : {"price", "brand"})
      CHECK(why(item, field) == "not known: there are more notes than are kept of a page");
  CHECK(why(150, "size") == "the source does not say where it stands");
  CHECK(try_page(source, page)
            .has("note       why a field is missing is only kept for the first 200 such fields; 102 more "
                 "are not shown\n"));
  auto few = try_page(source, R"({"r":[{"id":901,"t":"z","p":"","b":""}]})");
  CHECK(few.has("brand      - the page has none\n"));
  CHECK_FALSE(few.has("not shown"));
}

TEST_CASE("a page that takes too long to be read is given up, as by a worker") {
  // Each li is found by each div around it, and compared with all that were found before, which nobody can end.
  std::string begin, middle, end;
  for (int i = 0; i < 200; ++i)
    begin += "<div>", end += "</div>";
  for (int i = 0; i < 10'000; ++i)
    middle += "<li>t</li>";
  auto page = "<html><body></b>" + begin + middle + end + "</body></html>";
  const std::string source =
      "[sources.s.extract]\nformat = \"html\"\nselectors = \"xpath\"\nitems = \"//div//div//li\"\n"
      "[sources.s.extract.fields]\nid = \".\"\ntitle = \".\"\n[limits]\npage_time = \"100ms\"\n";
  auto shown = try_page(source, page);
  CHECK(shown.code == exit_failed);
  CHECK(shown.has("bad_page: the page takes longer to be read than limits.page_time (100 ms)"));
  while (pages_left_behind() > 0)
    std::this_thread::sleep_for(std::chrono::milliseconds{10});
}

TEST_CASE("a page whose ids are none, or too many of whose entries are no items, is not believed") {
  auto same = try_page(json_source, R"({"r":[{"id":1,"t":"A"},{"id":1,"t":"B"},{"id":1,"t":"C"}]})");
  CHECK(same.has("suspicious_schema"));
  CHECK(same.has("2 of 3 items have the id of another one on their page, 50 % at most are expected"));
  auto ruled = "[sources.s.sanity]\nrequired = [\"title\"]\nrequired_percent = 60\n" + json_source;
  CHECK(try_page(ruled, R"({"r":[{"id":1,"t":"A"},{"id":2}]})").has("1 of 2 items have title, 60 % are expected"));
}

TEST_CASE("an empty search is no item and no error, another page without items is one that says what to do") {
  auto empty = try_page(json_source, R"({"total":0})");
  CHECK(empty.code == exit_failed); // nothing was read, if rightly so
  CHECK(empty.has("0 items"));
  CHECK_FALSE(empty.has("bad_page"));
  auto bad = try_page(json_source, R"({"total":1})");
  CHECK(bad.has("bad_page"));
  CHECK(bad.has("extract.empty"));
}

TEST_CASE("a site that is away is told as what it is: nobody else could try") {
  std::istringstream in;
  std::ostringstream err;
  auto tried = try_source(json_source, {}, in, err);
  auto told = tried.out + err.str();
  CAPTURE(told);
  CHECK(tried.code == exit_failed);
  CHECK(told.find("http://127.0.0.1:9/robots.txt cannot be read: ") != std::string::npos);
  CHECK(told.find("another worker") == std::string::npos);
}
