// `vigie conduct` against a real HTTP server whose answers are written by the API's own JSON functions.
#include <atomic>
#include <filesystem>
#include <fstream>
#include <mutex>
#include <sstream>

#include <catch2/catch.hpp>
#include <unistd.h>

#include "adapters/http_api/api_json.hpp"
#include "adapters/http_api/problem.hpp"
#include "adapters/http_api/server.hpp"
#include "runtime/commands/commands.hpp"

using namespace vigie;
using namespace std::chrono_literals;

namespace {

namespace fs = std::filesystem;

conduct_page a_page() {
  conduct_page out;
  out.until = from_unix_ms(1795267800000); // 2026-11-21T13:30Z
  out.since = out.until - duration{24h};
  out.hosts_in_all = 1;
  conduct_row row{host_key{"127.0.0.1:18080"}, from_unix_ms(1795255200000)};
  row.requests = 4300;
  row.robots_requests = 2;
  row.retries = 6;
  row.bytes = 1500000;
  row.unchanged = 2000;
  row.rate_limited = 3;
  row.robots_denied = 12;
  row.waited = duration{8600000};
  row.robots_version = "89abcdef01234567";
  row.user_agent = "vigie/0.1.0 (+https://vigie.example)\x1b[31m";
  out.exceptions = {
      {source_id{"shop"},
       host_key{"shop.example"},
       {"it is fetched through a proxy", "each worker has a gap"},
       "the only way out",
       "Jo Doe",
       "mail of 3 May",
       out.until + duration{24h}},
      {source_id{"old"}, host_key{"old.example"}, {"it is fetched through a proxy"}, "r", "a", "", out.until}};
  out.hosts = {{row, from_unix_ms(1795262400000), {row, row}}};
  return out;
}

class ledger_node {
public:
  ledger_node() : folder_(fs::temp_directory_path() / ("vigie-conduct-" + std::to_string(getpid()))) {
    fs::create_directories(folder_);
    std::ofstream{folder_ / "admin.key"} << "vk_k_1_secret\n";
    auto server = serve_http({}, [this](const served_request& x, http_server::responder reply) { reply(answer(x)); });
    REQUIRE(server.has_value());
    server_ = std::move(*server);
  }
  ~ledger_node() {
    server_.reset();
    std::error_code ignored;
    fs::remove_all(folder_, ignored);
  }

  conduct_options options() const {
    conduct_options out;
    out.node.url = "http://127.0.0.1:" + std::to_string(server_->port());
    out.node.key_file = (folder_ / "admin.key").string();
    return out;
  }
  std::map<std::string, std::string> asked() {
    std::lock_guard hold{guard_};
    return asked_;
  }

  std::string lifted() {
    std::lock_guard hold{guard_};
    return lifted_;
  }

  conduct_page page = a_page(); ///< to be set before a command runs
  bool refuses = false;
  std::string circuit; ///< of what is lifted

private:
  served_response answer(const served_request& x) {
    std::lock_guard hold{guard_};
    asked_ = x.query;
    lifted_ += x.method == "POST" ? x.path : "";
    if (x.method == "POST" && !refuses) {
      served_response out;
      out.body = json_value::object({{"success", true},
                                     {"lifted", held_json(page.held)},
                                     {"circuit", circuit.empty() ? json_value{} : json_value{circuit}}})
                     .dump();
      return out;
    }
    if (x.path != "/api/v1/conduct" || refuses)
      return make_problem(400, {errc::bad_request, "there are more than 10000 rows", ""}, x.path, x.request_id);
    page.with_hours = x.query.contains("hours");
    served_response out;
    out.body = conduct_page_json(page).dump();
    return out;
  }

  fs::path folder_;
  std::mutex guard_;
  std::map<std::string, std::string> asked_;
  std::string lifted_;
  std::unique_ptr<http_server> server_;
};

struct spoken {
  int code = 0;
  std::string out;
  std::string err;
};

spoken say(const conduct_options& options) {
  std::ostringstream out;
  std::ostringstream err;
  auto code = show_conduct(options, out, err);
  return {code, out.str(), err.str()};
}

bool has(const std::string& text, const std::string& part) {
  return text.find(part) != std::string::npos;
}

/// Blanks run together, so that the words of a line can be compared.
std::string words_of(const std::string& text) {
  std::string out;
  for (char c : text)
    if (c != ' ' || (!out.empty() && out.back() != ' '))
      out += c;
  return out;
}

} // namespace

TEST_CASE("conduct of one host, line by line") {
  ledger_node node;
  auto options = node.options();
  options.host = "http://127.0.0.1:18080/search?q=1";
  options.since = duration{12h};
  auto said = say(options);
  CHECK(said.code == exit_done);
  CHECK(said.err == "");
  CHECK(node.asked() ==
        std::map<std::string, std::string>{{"host", options.host}, {"limit", "100"}, {"since_ms", "43200000"}});
  auto words = words_of(said.out);
  CAPTURE(said.out);
  CHECK(words.starts_with("127.0.0.1:18080 in the last 12h\n"));
  for (auto line : {"requests 4,300 \n", "for robots.txt 2 \n", "repetitions 6 \n", "bytes 1.4 MiB 1,500,000 of bodies",
                    "answered 2,297 a page", "unchanged 2,000 304, 46.51 %\n", "told to slow down 3 429",
                    "refused 0 403", "failed 0 no answer", "forbidden 12 by robots.txt", "waited 2h 23m 2.0s a request",
                    "robots.txt version 89abcdef01234567\n", "user agent vigie/0.1.0 (+https://vigie.example)",
                    "first hour (UTC) 2026-11-21 10:00\n", "last hour (UTC) 2026-11-21 12:00\n"}) {
    INFO(line);
    CHECK(has(words, line));
  }
  CHECK(!has(said.out, "\x1b"));
  CHECK(!has(said.out, "HOUR (UTC)"));
}

TEST_CASE("conduct of all hosts is a table; hours come on demand") {
  ledger_node node;
  node.page.hosts.push_back(node.page.hosts[0]);
  node.page.hosts[1].sum.host = host_key{"shop.example"};
  node.page.hosts_in_all = 1234;
  auto options = node.options();
  options.limit = 2;
  auto said = say(options);
  CHECK(said.code == exit_done);
  CHECK(node.asked() == std::map<std::string, std::string>{{"limit", "2"}, {"since_ms", "604800000"}});
  CAPTURE(said.out);
  CHECK(said.out.starts_with("HOST"));
  auto words = words_of(said.out);
  CHECK(has(words, "\nshop.example 4,300 2 6 1.4 MiB 2,297 2,000 46.51 % 3 0 0 12 2h 23m 2.0s 2026-11-21 10:00 "
                   "2026-11-21 12:00 89abcdef01234567 vigie/0.1.0"));
  CHECK(has(said.out, "… and 1,232 more hosts"));
  CHECK(!has(said.out, "HOUR (UTC)"));
  options.hours = true;
  auto hours = say(options);
  CHECK(node.asked().at("hours") == "1");
  CHECK(has(words_of(hours.out), "\n2026-11-21 10:00 shop.example 4,300 2 6 1.4 MiB"));
}

TEST_CASE("what is done by agreement stands beneath the figures, with whose and until when") {
  ledger_node node;
  auto text = words_of(say(node.options()).out);
  CHECK(has(text, "EXCEPTION HOST WHAT APPROVED BY EXPIRES REASON OWNER'S CONSENT"));
  CHECK(has(text,
            "shop shop.example it is fetched through a proxy, each worker has a gap Jo Doe 2026-11-22 the only way out "
            "mail of 3 May"));
  CHECK(has(text, "old old.example it is fetched through a proxy a 2026-11-21 r"));
}

TEST_CASE("conduct of a host that was never asked says so, and is no error") {
  ledger_node node;
  node.page.exceptions.clear();
  node.page.hosts.clear();
  node.page.hosts_in_all = 0;
  auto options = node.options();
  options.host = "shop.example";
  auto said = say(options);
  CHECK(said.code == exit_done);
  CHECK(said.out.starts_with("nothing was asked of shop.example in the last 7d\n"));
  CHECK(has(said.out, "`vigie conduct` lists"));
  options.host.clear();
  CHECK(say(options).out == "nothing was asked of any host in the last 7d\n");
}

TEST_CASE("conduct as JSON is what the API gives; what goes wrong has its exit code") {
  ledger_node node;
  auto options = node.options();
  options.style.json = true;
  auto said = say(options);
  CHECK(said.code == exit_done);
  CHECK(said.out == conduct_page_json(node.page).dump() + "\n");
  options.since = duration{0};
  CHECK(say(options).code == exit_usage);
  options.since = duration{1h};
  node.refuses = true;
  auto refused = say(options);
  CHECK(refused.code == exit_failed);
  CHECK(has(refused.err, "more than 10000 rows"));
  options.node.url = "http://127.0.0.1:1";
  CHECK(say(options).code == exit_unreachable);
}

TEST_CASE("conduct: who is left alone, and --lift") {
  ledger_node node;
  node.page.held = {{host_key{"shop.example"}, from_unix_ms(1795440600000), true, {}},
                    {host_key{"127.0.0.1:18080"}, from_unix_ms(1795271400000), false, "HTTP 429"}};
  node.page.held.push_back({{host_key{"no.example"}, from_unix_ms(1795271400000), false, {}}, "HTTP 403 on run 3"});
  node.page.held_in_all = 6;
  auto said = say(node.options());
  CHECK(said.code == exit_done);
  auto words = words_of(said.out);
  CHECK(has(words, "HELD UNTIL (UTC) WHY\n"));
  CHECK(
      has(words, "shop.example 2026-11-23 13:30:00 paused it asked to be left alone (429, 503), or failed too often"));
  CHECK(has(words, "127.0.0.1:18080 2026-11-21 14:30:00 HTTP 429"));
  CHECK(has(words, "no.example 2026-11-21 14:30:00 circuit open: HTTP 403 on run 3"));
  CHECK(has(words, "… and 3 more that are held for a shorter time (--limit)"));

  auto options = node.options();
  options.lift = true;
  said = say(options);
  CHECK(said.code == exit_usage);
  CHECK(has(said.err, "--lift needs the host"));
  options.host = "127.0.0.1:18080";
  node.page.held.erase(node.page.held.begin());
  node.page.held.pop_back();
  said = say(options);
  CHECK(said.code == exit_done);
  CHECK(said.out == "127.0.0.1:18080 may be asked again; it was held until 2026-11-21 14:30:00 (UTC)\n");
  CHECK(node.lifted() == "/api/v1/hosts/127.0.0.1:18080/lift");
  node.circuit = "its circuit is open";
  CHECK(say(options).out == "127.0.0.1:18080 is not held any more; it was held until 2026-11-21 14:30:00 (UTC)\n"
                            "but its circuit is open\n");
  node.refuses = true;
  CHECK(say(options).code == exit_failed);
}

TEST_CASE("conduct: a robots.txt that was not answered with rules says what it was answered") {
  ledger_node node;
  auto robots_line = [&] {
    auto options = node.options();
    options.host = "127.0.0.1:18080";
    auto words = words_of(say(options).out);
    auto at = words.find("robots.txt ", words.find("waited"));
    return words.substr(at, words.find('\n', at) - at);
  };
  CHECK(robots_line() == "robots.txt version 89abcdef01234567");
  node.page.held = {{host_key{"127.0.0.1:18080"}, from_unix_ms(1795271400000), false, {}},
                    {host_key{"127.0.0.1:18080"}, from_unix_ms(1795271400000), false, "http://x/robots.txt: HTTP 403"}};
  CHECK(robots_line() == "robots.txt http://x/robots.txt: HTTP 403; asked again at 2026-11-21 14:30:00");
  node.page.held.clear();
  node.page.hosts[0].sum.robots_version = "";
  CHECK(robots_line() == "robots.txt no request was allowed by one yet");
}
