// `vigie init`, and `vigie source test` of a URL: against a site on loopback, from an empty folder.
#include <filesystem>
#include <fstream>
#include <sstream>

#include <catch2/catch.hpp>
#include <sys/stat.h>
#include <unistd.h>

#include "adapters/json/json_reader.hpp"
#include "runtime/commands/commands.hpp"
#include "runtime/config_units.hpp"
#include "runtime/sample_site/sample_site.hpp"

using namespace vigie;
namespace fs = std::filesystem;

namespace {

const std::string shop =
    "<!DOCTYPE html><html><head><link rel=\"alternate\" type=\"application/rss+xml\" href=\"/new.rss\"></head><body>"
    "<nav><a href=\"/a\">Kitchen</a><a href=\"/b\">Garden</a><a href=\"/c\">Tools</a></nav><ul class=\"found\">"
    "<li class=\"offer\"><a href=\"/i/1\">Pull en laine</a><span class=\"price\">12,50 €</span></li>"
    "<li class=\"offer\"><a href=\"/i/2\">Robe d'été</a><span class=\"price\"><i>ask</i><sup>us</sup></span></li>"
    "<li class=\"offer\"><a href=\"/i/3\">Jean</a><span class=\"price\">31 €</span></li></ul></body></html>";
const std::string feed =
    "<rss version=\"2.0\"><channel><title>t</title><item><title>One</title><link>http://x.example/1</link>"
    "<guid>g1</guid></item></channel></rss>";
const std::string paths =
    "<sitemapindex xmlns=\"http://www.sitemaps.org/schemas/sitemap/0.9\"><sitemap><loc>/a.xml</loc>"
    "</sitemap></sitemapindex>";

/// A folder and a site on this machine, both gone after the test.
class place {
public:
  place() {
    auto pattern = (fs::temp_directory_path() / "vigie-init-XXXXXX").string();
    REQUIRE(mkdtemp(pattern.data()) != nullptr);
    folder_ = pattern;
    fs::create_directory(folder_ / "site");
    auto page = [&](const char* name, const std::string& text) { std::ofstream{folder_ / "site" / name} << text; };
    page("shop.html", shop);
    page("new.rss", feed);
    page("sitemap.xml", paths);
    page("empty.html", "<html><body><p>Nothing here.</p></body></html>");
    page("words.txt", "just words");
    sample_site_config config;
    config.http.port = 0;
    config.serve_dir = (folder_ / "site").string();
    config.items = 50;
    auto made = start_sample_site(std::move(config));
    REQUIRE(made);
    site_ = std::move(*made);
  }
  ~place() {
    site_.reset();
    fs::remove_all(folder_);
  }

  std::string url(const std::string& target) const {
    return "http://127.0.0.1:" + std::to_string(site_->port()) + target;
  }
  std::string file(const std::string& name) const { return (folder_ / name).string(); }
  std::string read(const std::string& name) const {
    std::ifstream in{folder_ / name};
    return {std::istreambuf_iterator<char>{in}, {}};
  }

private:
  fs::path folder_;
  std::unique_ptr<sample_site> site_;
};

struct said {
  int code = 0;
  std::string out;
  std::string err;
  bool has(std::string_view x) const { return out.find(x) != std::string::npos || err.find(x) != std::string::npos; }
};

said init(const place& p, init_options options) {
  if (options.file == "vigie.toml")
    options.file = p.file("vigie.toml");
  std::ostringstream out, err;
  auto code = run_init(options, out, err);
  return {code, out.str(), err.str()};
}

said init(const place& p, const std::string& url, bool force = false) {
  init_options options;
  options.page.url = url;
  options.force = force;
  return init(p, options);
}

loaded_config load(const std::string& path, std::map<std::string, std::string> environment = {}) {
  config_request what;
  what.path = path;
  what.environment = std::move(environment);
  return load_config(what);
}

said try_url(source_test_options options, const std::string& body = {}) {
  std::istringstream in{body};
  std::ostringstream out, err;
  auto code = run_source_test(options, in, out, err);
  return {code, out.str(), err.str()};
}

} // namespace

TEST_CASE("without an address: the sample site, a file that is right as it is") {
  place p;
  auto x = init(p, "");
  INFO(x.out << x.err);
  CHECK(x.code == exit_done);
  auto loaded = load(p.file("vigie.toml"));
  REQUIRE(loaded.ok());
  CHECK(loaded.warnings.empty());
  CHECK(loaded.config.is_main);
  CHECK(loaded.config.is_worker);
  CHECK(loaded.config.sources.at(0).id.value == "market");
  struct stat info = {};
  REQUIRE(::stat(p.file("vigie.toml").c_str(), &info) == 0);
  CHECK((info.st_mode & 0777) == 0644);
  CHECK(x.has("vigie sample-site\n"));
  CHECK(x.has("vigie run "));
}

TEST_CASE("HTML, a feed, an index of sitemaps, JSON: found, shown, and read again by the file that was written") {
  place p;
  struct kind {
    const char* target;
    page_framing framing;
    const char* proof;
  };
  for (const auto& x :
       {kind{"/shop.html", page_framing::html, "Pull en laine"}, kind{"/new.rss", page_framing::feed, "One"},
        kind{"/sitemap.xml", page_framing::sitemap, "/a.xml"},
        kind{"/search?q=a&page=1&per_page=20", page_framing::json, "20 items"}}) {
    INFO(x.target);
    auto said = init(p, p.url(x.target), true);
    INFO(said.out << said.err);
    CHECK(said.code == exit_done);
    CHECK(said.has(x.proof));
    auto loaded = load(p.file("vigie.toml"));
    std::ostringstream problems;
    print_problems(loaded, {}, problems);
    CHECK(problems.str().empty());
    REQUIRE(loaded.config.sources.size() == 1);
    CHECK(loaded.config.sources[0].extract.framing == x.framing);
    CHECK(loaded.config.sources[0].id.value == "site");
  }
  auto loaded = load(p.file("vigie.toml"));
  const auto& source = loaded.config.sources[0];
  CHECK(source.url == p.url("/search?q={query}&page={page}&per_page=20"));
  CHECK(source.paging.kind == paging_kind::page);
  CHECK(source.paging.page_size == 20);
  for (const auto* field : {"id", "title", "price", "currency", "brand", "condition", "url", "photo"})
    CHECK(source.extract.fields.at(field) == field);
  source_test_options again;
  again.config.path = p.file("vigie.toml");
  again.query = "a";
  auto shown = try_url(again);
  CHECK(shown.code == exit_done);
  CHECK(shown.has("20 items"));
  CHECK(shown.has("next page  " + p.url("/search?q=a&page=2&per_page=20")));
}

TEST_CASE("a page that names a feed says so; one without a list leaves a file to fill in, which is still right") {
  place p;
  CHECK(init(p, p.url("/shop.html")).has("vigie init " + p.url("/new.rss") + "\n"));
  auto x = init(p, p.url("/empty.html"), true);
  CHECK(x.code == exit_failed);
  CHECK(x.has("nothing found: no list was found on it"));
  CHECK(load(p.file("vigie.toml")).ok());
  CHECK(load(p.file("vigie.toml")).config.sources.empty());
  CHECK(p.read("vigie.toml").find("# items = \"li.offer\" # FILL IN") != std::string::npos);
  // As a person would: the marks taken away.
  auto text = p.read("vigie.toml");
  auto from = text.find("# [sources.");
  auto to = text.find("\n[channels");
  std::string filled;
  std::istringstream lines{text.substr(from, to - from)};
  for (std::string line; std::getline(lines, line);)
    filled += line.substr(line.starts_with("# ") ? 2 : 1) + "\n";
  std::ofstream{p.file("filled.toml")} << text.substr(0, from) << filled << text.substr(to);
  CHECK(load(p.file("filled.toml")).ok());
  CHECK(load(p.file("filled.toml")).config.sources.size() == 1);
}

TEST_CASE("nothing is written where nothing can be had, and no file is written over unasked") {
  place p;
  CHECK(init(p, p.url("/nowhere")).code == exit_failed);
  CHECK_FALSE(fs::exists(p.file("vigie.toml")));
  CHECK(init(p, "http://127.0.0.1:1/").has("nothing was written"));
  for (const auto* unfinished :
       {"127.0.0.1:1/search", "shop.example/search?q=coat", "//shop.example", "ftp://a.example/"}) {
    auto half = init(p, unfinished);
    CHECK(half.code == exit_usage);
    CHECK(half.has("Write it whole, as a browser shows it: https://"));
  }
  CHECK_FALSE(fs::exists(p.file("vigie.toml")));
  std::ofstream{p.file("vigie.toml")} << "mine";
  auto x = init(p, "");
  CHECK(x.code == exit_failed);
  CHECK(x.has("is there already"));
  CHECK(x.has("--force"));
  CHECK(p.read("vigie.toml") == "mine");
  CHECK(init(p, "", true).code == exit_done);
  CHECK(p.read("vigie.toml") != "mine");
  init_options elsewhere;
  elsewhere.file = p.file("no/such/folder.toml");
  CHECK(init(p, elsewhere).has("cannot be written: "));
  for (const auto& entry : fs::directory_iterator{fs::path{p.file("vigie.toml")}.parent_path()})
    CHECK((entry.path().filename() == "vigie.toml" || entry.path().filename() == "site"));
}

TEST_CASE("a site that is not on this machine is asked under a name, and by nobody else's") {
  place p;
  auto x = init(p, "https://shop.example/list");
  CHECK(x.code == exit_usage);
  CHECK(x.has("--product-token acme-watch --contact https://example.org/bot"));
  init_options options;
  options.page = {"https://shop.example/list", "", "Chrome", "https://example.org/bot", {}};
  x = init(p, options);
  CHECK(x.code == exit_usage);
  CHECK(x.err.starts_with("vigie: --product-token: \"chrome\" is the name of a browser"));
  options.page.product_token = "acme";
  options.page.contact = "nobody";
  CHECK(init(p, options).err.starts_with("vigie: --contact: "));
  CHECK_FALSE(fs::exists(p.file("vigie.toml")));
}

TEST_CASE("a secret of the address is not in the file") {
  place p;
  auto x = init(p, p.url("/search?q=a&api_key=sesame-open"));
  INFO(x.out << x.err);
  CHECK(x.code == exit_done);
  auto text = p.read("vigie.toml");
  CHECK(text.find("sesame") == std::string::npos);
  CHECK(text.find("api_key=${SITE_API_KEY}") != std::string::npos);
  CHECK(x.has("set SITE_API_KEY in the environment"));
  CHECK_FALSE(load(p.file("vigie.toml")).ok());
  auto loaded = load(p.file("vigie.toml"), {{"SITE_API_KEY", "sesame-open"}});
  REQUIRE(loaded.ok());
  CHECK(loaded.config.sources[0].url == p.url("/search?q={query}&api_key=sesame-open"));
}

TEST_CASE("whatever a page's names are, the file is TOML") {
  CHECK(in_quotes("a\"b\\c\n\x01\x7f") == R"("a\"b\\c\n\u0001\u007F")");
  place p;
  std::ofstream{p.file("site/odd.json")} << R"({"a \"b\\":[{"id":1,"na\nme":"One thing"},{"id":2,"na\nme":"Two"}]})";
  auto x = init(p, p.url("/odd.json"));
  INFO(x.out << x.err << p.read("vigie.toml"));
  CHECK(x.code == exit_done);
  auto loaded = load(p.file("vigie.toml"));
  REQUIRE(loaded.ok());
  CHECK(loaded.config.sources[0].extract.fields.at("title") == "na\nme");
}

TEST_CASE("a URL without a file: what is said of it, or what is guessed; a line for each field; the next page") {
  place p;
  source_test_options options;
  options.config.path = p.url("/shop.html");
  options.items = "li.offer";
  options.fields = {"id=a::attr(href)", "title=a", "price=span.price"};
  auto x = try_url(options);
  INFO(x.out << x.err);
  CHECK(x.code == exit_done);
  CHECK(x.has("\n3 items\n"));
  CHECK(x.has("\ntitle      3/3\n"));
  CHECK(x.has("\nprice      2/3  \"askus\" at "));
  CHECK(x.has("\nnot looked for: brand, size, condition, url, photo\n"));
  options.style.json = true;
  auto read = parse_json(try_url(options).out);
  REQUIRE(read);
  auto price = read->root().find("fields")->find("price");
  REQUIRE(price);
  CHECK(price->find("found")->as_int() == 2);
  CHECK(price->find("of")->as_int() == 3);
  CHECK(price->find("unread")->at(0)->find("text")->as_string() == "askus");
  CHECK(price->find("unread")->at(0)->find("item")->as_int() == 2);
  CHECK(read->root().find("extract")->find("format")->as_string() == "html");
  source_test_options bare;
  bare.config.path = p.url("/shop.html");
  x = try_url(bare);
  CHECK(x.code == exit_done);
  CHECK(x.has("guessed    --format html --items 'ul.found > li.offer' --field 'id="));
  bare.config.path = p.url("/empty.html");
  CHECK(try_url(bare).code == exit_failed);
  bare.config.path = p.url("/nowhere");
  CHECK(try_url(bare).code == exit_failed);
}

TEST_CASE("of a URL, too, a page may be given; what is wrong is said of the option") {
  source_test_options options;
  options.config.path = "https://shop.example/list?page={page}";
  options.body = "-";
  options.format = "html";
  options.items = "li.offer";
  options.fields = {"id=a::attr(href)", "title=a"};
  auto x = try_url(options, shop);
  INFO(x.out << x.err);
  CHECK(x.code == exit_usage); // {page} without a paging
  options.config.path = "https://shop.example/list";
  CHECK(try_url(options, shop).has("\n3 items\n"));
  options.items = "li[";
  CHECK(try_url(options, shop).err.starts_with("vigie: --items: "));
  options.items = "li";
  options.fields = {"title=a"};
  CHECK(try_url(options, shop).err.starts_with("vigie: --field id: "));
  options.fields = {"title"};
  CHECK(try_url(options, shop).err.find("is no NAME=PATH") != std::string::npos);
  options.fields = {"id=a", "titel=a"};
  CHECK(try_url(options, shop).err.find("--field titel: this key is unknown") != std::string::npos);
  options.body.clear();
  CHECK(try_url(options).err.find("--product-token") != std::string::npos);
  options.source = "x";
  CHECK(try_url(options).code == exit_usage);
}
