#include <catch2/catch.hpp>

#include <unistd.h>

#include <filesystem>
#include <fstream>
#include <set>
#include <sstream>

#include "actors/policy/dates.hpp"
#include "actors/policy/unicode.hpp"
#include "adapters/json/json_reader.hpp"
#include "runtime/sample_site/sample_site.hpp"
#include "runtime/sample_site/site_items.hpp"
#include "tests/support/raw_client.hpp"

using namespace vigie;
using namespace vigie::test;
namespace fs = std::filesystem;

namespace {

/// A directory of this test alone.
class scratch {
public:
  scratch() {
    std::string name = (fs::temp_directory_path() / "vigie-site-XXXXXX").string();
    REQUIRE(::mkdtemp(name.data()));
    path_ = name;
  }
  ~scratch() { fs::remove_all(path_); }
  std::string write(const std::string& name, const std::string& text) const {
    fs::create_directories((path_ / name).parent_path());
    std::ofstream{path_ / name} << text;
    return (path_ / name).string();
  }
  fs::path operator/(const std::string& name) const { return path_ / name; }

private:
  fs::path path_;
};

std::unique_ptr<sample_site> start(sample_site_config config = {}) {
  auto site = start_sample_site(std::move(config));
  REQUIRE(site);
  return std::move(*site);
}

raw_answer get(sample_site& site, const std::string& target, const std::string& headers = {}) {
  raw_client client{site.port()};
  return client.ask(request_text("GET", target, headers));
}

raw_answer post(sample_site& site, const std::string& target, const std::string& body) {
  raw_client client{site.port()};
  return client.ask(request_text("POST", target, {}, body));
}

json_document json_of(const raw_answer& got) {
  CAPTURE(got.status, got.body);
  auto doc = parse_json(got.body);
  REQUIRE(doc);
  return std::move(*doc);
}

std::vector<std::string> ids_of(const json_document& doc) {
  std::vector<std::string> out;
  for (auto x : doc.root().find("items")->elements())
    out.emplace_back(*x.find("id")->as_string());
  return out;
}

constexpr auto three_items = R"({"id":"a","title":"Étui cuir ROUGE","price":12.5,"currency":"EUR","brand":null}
{"id":"b","title":"étui bleu","price":1199.99,"condition":"neuf"}

{"id":"c","title":"Phone red","url":"https://example.invalid/c"}
)";

} // namespace

TEST_CASE("the generator gives the same items for the same seed, and varied ones") {
  auto a = generate_site_items(2000, 1);
  REQUIRE(a == generate_site_items(2000, 1));
  REQUIRE_FALSE(a == generate_site_items(2000, 2));
  std::set<std::string> ids, brands;
  size_t without_price = 0, with_accent = 0, with_size = 0;
  for (const auto& x : a) {
    ids.insert(x.id.value);
    brands.insert(x.brand.value_or(""));
    without_price += !x.price;
    with_size += x.size.has_value();
    with_accent += strip_accents(case_fold(x.title)) != case_fold(x.title);
    REQUIRE((!x.price || *x.price > 0));
    REQUIRE(x.currency.value_or("") == "EUR");
  }
  REQUIRE(ids.size() == 2000);
  REQUIRE(brands.size() > 15);
  REQUIRE(without_price > 10);
  REQUIRE(without_price < 200);
  REQUIRE(with_size > 200);
  REQUIRE(with_accent > 200);
}

TEST_CASE("search pages through all items, each once") {
  auto site = start();
  std::set<std::string> seen;
  auto first = json_of(get(*site, "/search?q=&per_page=150&page=1"));
  REQUIRE(first.root().find("total")->as_int() == 2000);
  REQUIRE(first.root().find("pages")->as_int() == 14);
  for (int page = 1; page <= 14; ++page)
    for (auto& id : ids_of(json_of(get(*site, "/search?q=&per_page=150&page=" + std::to_string(page)))))
      REQUIRE(seen.insert(id).second);
  REQUIRE(seen.size() == 2000);
  REQUIRE(ids_of(json_of(get(*site, "/search?per_page=150&page=15"))).empty());
  for (auto bad : {"page=0", "page=x", "page=-1", "per_page=201", "per_page="})
    REQUIRE(get(*site, std::string{"/search?"} + bad).status == 400);
}

TEST_CASE("search wants all words, in any case and order") {
  scratch dir;
  sample_site_config config;
  config.items_file = dir.write("items.ndjson", three_items);
  auto site = start(config);
  auto found = [&](const std::string& q) { return ids_of(json_of(get(*site, "/search?q=" + q))); };
  using ids = std::vector<std::string>;
  REQUIRE(found("") == ids{"c", "b", "a"}); // the newest first
  REQUIRE(found("%C3%89TUI") == ids{"b", "a"});
  REQUIRE(found("rouge+%C3%A9tui") == ids{"a"});
  REQUIRE(found("etui") == ids{}); // accents count
  REQUIRE(found("nothing+like+this") == ids{});
}

TEST_CASE("items come from NDJSON and from an array, and come out as they are") {
  scratch dir;
  sample_site_config config;
  config.items_file = dir.write("items.json", R"([{"id":"a","title":"T","price":1199.99,"url":"/items/a"}])");
  auto site = start(config);
  auto doc = json_of(get(*site, "/items/a"));
  REQUIRE(doc.root().find("price")->as_decimal_text() == "1199.99");
  REQUIRE(doc.root().find("brand")->is_null());
  REQUIRE(doc.root().find("url")->as_string() == "http://127.0.0.1:" + std::to_string(site->port()) + "/items/a");
  REQUIRE(get(*site, "/items/zz").status == 404);
  auto broken = sample_site_config{};
  broken.items_file =
      dir.write("broken.ndjson", "{\"id\":\"a\",\"title\":\"x\"}\n{\"id\":\"b\",\"title\":\"y\",\"price\":\"12\"}\n");
  auto failed = start_sample_site(broken);
  REQUIRE_FALSE(failed);
  REQUIRE(failed.error().place.ends_with("broken.ndjson: line 2: /price"));
}

TEST_CASE("items are added and changed at run time") {
  scratch dir;
  sample_site_config config;
  config.items_file = dir.write("items.ndjson", three_items);
  auto site = start(config);
  REQUIRE(post(*site, "/admin/items", R"([{"id":"d","title":"New one"},{"id":"a","title":"Changed"}])").status == 201);
  auto all = json_of(get(*site, "/search?q="));
  REQUIRE(ids_of(all) == std::vector<std::string>{"d", "c", "b", "a"});
  REQUIRE(all.root().find("items")->at(3)->find("title")->as_string() == "Changed");
  auto bad = post(*site, "/admin/items", R"([{"id":"e","title":"ok"},{"id":"f","title":5}])");
  REQUIRE(bad.status == 400);
  REQUIRE(json_of(bad).root().find("place")->as_string() == "/1/title");
  REQUIRE(json_of(get(*site, "/search?q=")).root().find("total")->as_int() == 4);
}

TEST_CASE("raw files are served as they are, and nothing outside them") {
  scratch dir;
  dir.write("outside.txt", "secret");
  dir.write("pub/a.ndjson", "[1]\n[2]\n");
  dir.write("pub/.hidden", "secret");
  dir.write("pub/sub/b.json", "{}");
  fs::create_symlink(dir / "outside.txt", dir / "pub/link.txt");
  sample_site_config config;
  config.serve_dir = (dir / "pub").string();
  config.max_file_bytes = 100;
  auto site = start(config);
  auto got = get(*site, "/a.ndjson?q=x&page=2");
  REQUIRE(got.body == "[1]\n[2]\n");
  REQUIRE(got.headers.at("content-type") == "application/x-ndjson");
  REQUIRE(get(*site, "/sub/b.json").body == "{}");
  for (auto path : {"/../outside.txt", "/%2e%2e/outside.txt", "/sub/../../outside.txt", "/link.txt", "/.hidden", "/sub",
                    "/", "//etc/passwd", "/%2fetc%2fpasswd", "/..%2foutside.txt"}) {
    CAPTURE(path);
    auto refused = get(*site, path);
    REQUIRE(refused.status == 404);
    REQUIRE(refused.body.find("secret\"") == std::string::npos);
  }
  dir.write("pub/large.txt", std::string(101, 'x'));
  REQUIRE(get(*site, "/large.txt").status == 413);
}

TEST_CASE("faults hit the region and path they name") {
  auto site = start();
  REQUIRE(post(*site, "/admin/faults", R"({"region":"fr","path":"/search","fault":"403"})").status == 200);
  REQUIRE(get(*site, "/search", "x-vigie-region: fr\r\n").status == 403);
  REQUIRE(get(*site, "/search", "x-vigie-region: us\r\n").status == 200);
  REQUIRE(get(*site, "/robots.txt", "x-vigie-region: fr\r\n").status == 200);
  post(*site, "/admin/faults", R"({"fault":"429","retryAfter":2})");
  auto limited = get(*site, "/search", "x-vigie-region: us\r\n");
  REQUIRE(limited.status == 429);
  REQUIRE(limited.headers.at("retry-after") == "2");
  REQUIRE(get(*site, "/healthz").status == 200);
  auto list = json_of(get(*site, "/admin/faults"));
  REQUIRE(list.root().find("faults")->size() == 2);
  REQUIRE(list.root().find("faults")->at(0)->find("hits")->as_int() == 1);
  post(*site, "/admin/faults", R"({"region":"*","path":"*","fault":"none"})");
  REQUIRE(get(*site, "/search", "x-vigie-region: us\r\n").status == 200);
  raw_client admin{site->port()};
  REQUIRE(admin.ask(request_text("DELETE", "/admin/faults")).status == 200);
  REQUIRE(get(*site, "/search", "x-vigie-region: fr\r\n").status == 200);
}

TEST_CASE("each kind of fault does what it says") {
  auto site = start();
  auto with = [&](const std::string& fault, const std::string& more = {}) {
    REQUIRE(post(*site, "/admin/faults", "{\"fault\":\"" + fault + "\"" + more + "}").status == 200);
    return get(*site, "/search?q=");
  };
  for (auto status : {401, 403, 429, 500})
    REQUIRE(with(std::to_string(status)).status == status);
  auto empty = with("empty");
  REQUIRE(empty.status == 200);
  REQUIRE(empty.body.empty());
  auto cut = with("truncated");
  REQUIRE(cut.status == 200);
  REQUIRE_FALSE(cut.whole);
  REQUIRE_FALSE(parse_json(cut.body));
  REQUIRE(with("close").status == 0);
  auto before = std::chrono::steady_clock::now();
  REQUIRE(with("slow", ",\"delayMs\":200").whole);
  REQUIRE(std::chrono::steady_clock::now() - before >= std::chrono::milliseconds{200});
  REQUIRE(with("500", ",\"count\":2").status == 500);
  REQUIRE(get(*site, "/search").status == 500);
  REQUIRE(get(*site, "/search").status == 200);
}

TEST_CASE("redirects, challenges, and a Retry-After in seconds or as a date") {
  auto site = start();
  post(*site, "/admin/faults", R"({"path":"/search*","fault":"301","location":"/elsewhere?a=b"})");
  auto moved = get(*site, "/search?q=x");
  CHECK(moved.status == 301);
  CHECK(moved.headers.at("location") == "/elsewhere?a=b");
  post(*site, "/admin/faults", R"({"path":"/search*","fault":"429","retryAfter":7})");
  CHECK(get(*site, "/search").headers.at("retry-after") == "7");
  post(*site, "/admin/faults", R"({"path":"/search*","fault":"503","retryAfter":7,"retryAfterDate":true})");
  auto dated = get(*site, "/search");
  CHECK(dated.status == 503);
  CHECK(parse_http_date(dated.headers.at("retry-after")));
  post(*site, "/admin/faults", R"({"path":"/search*","fault":"challenge"})");
  auto challenge = get(*site, "/search");
  CHECK(challenge.status == 403);
  CHECK(challenge.headers.at("cf-mitigated") == "challenge");
}

TEST_CASE("whoever has a page as it is hears 304, until it changes") {
  auto site = start();
  auto first = get(*site, "/search?q=");
  REQUIRE(first.status == 200);
  auto tag = first.headers.at("etag");
  auto again = get(*site, "/search?q=", "If-None-Match: " + tag + "\r\n");
  CHECK(again.status == 304);
  CHECK(again.body.empty());
  CHECK(get(*site, "/search?q=", "If-None-Match: \"other\"\r\n").status == 200);
  REQUIRE(post(*site, "/admin/items", R"({"id":"new-1","title":"a new thing"})").status < 300);
  CHECK(get(*site, "/search?q=", "If-None-Match: " + tag + "\r\n").status == 200);
}

TEST_CASE("orders to the admin paths that make no sense are refused") {
  auto site = start();
  for (auto body : {"", "[]", "{}", R"({"fault":"999"})", R"({"fault":403})", R"({"fault":"403","count":-1})",
                    R"({"fault":"403","wat":1})", R"({"fault":"403",)"}) {
    CAPTURE(body);
    REQUIRE(post(*site, "/admin/faults", body).status == 400);
  }
  auto refused = post(*site, "/search", "x");
  REQUIRE(refused.status == 405);
  REQUIRE(refused.headers.at("allow") == "GET, HEAD");
  REQUIRE(get(*site, "/admin/items").status == 405);
  REQUIRE(get(*site, "/admin/else").status == 404);
}

TEST_CASE("the request log has a line for each request") {
  scratch dir;
  sample_site_config config;
  config.request_log = (dir / "requests.ndjson").string();
  auto site = start(config);
  get(*site, "/search?q=a%20b&page=1", "x-vigie-region: fr\r\nUser-Agent: test \"agent\"\r\n");
  post(*site, "/admin/faults", R"({"fault":"close","count":1})");
  get(*site, "/search");
  get(*site, "/nowhere");
  std::ifstream in{config.request_log};
  std::vector<std::string> lines;
  for (std::string line; std::getline(in, line);)
    lines.push_back(line);
  REQUIRE(lines.size() == 3);
  auto first = parse_json(lines[0]);
  REQUIRE(first);
  REQUIRE(first->root().find("path")->as_string() == "/search?page=1&q=a%20b");
  REQUIRE(first->root().find("agent")->as_string() == "test \"agent\"");
  REQUIRE(first->root().find("region")->as_string() == "fr");
  REQUIRE(first->root().find("status")->as_int() == 200);
  REQUIRE(parse_json(lines[1])->root().find("status")->as_int() == 0);
  REQUIRE(parse_json(lines[2])->root().find("status")->as_int() == 404);
}

TEST_CASE("the site serves loopback only") {
  sample_site_config config;
  config.http.address = "0.0.0.0";
  auto site = start_sample_site(config);
  REQUIRE_FALSE(site);
  REQUIRE(site.error().code == errc::bad_config);
}

TEST_CASE("robots.txt and pictures are there") {
  auto site = start();
  REQUIRE(get(*site, "/robots.txt").body.starts_with("User-agent: *"));
  REQUIRE(get(*site, "/photos/s-000001.svg").body.starts_with("<svg"));
  raw_client client{site->port()};
  REQUIRE(client.ask(request_text("HEAD", "/items/s-000001"), true).status == 200);
}
