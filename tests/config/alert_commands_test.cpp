// `vigie alerts`, `workers`, `ready` and `log-level` from the words of a command line to the requests of the API.
#include <filesystem>
#include <fstream>
#include <functional>
#include <map>
#include <mutex>
#include <sstream>

#include <catch2/catch.hpp>
#include <unistd.h>

#include "adapters/http_api/alert_json.hpp"
#include "adapters/http_api/problem.hpp"
#include "adapters/http_api/server.hpp"
#include "runtime/commands/commands.hpp"
#include "tests/support/spoken_line.hpp"

using namespace vigie;

namespace {

namespace fs = std::filesystem;

/// The API of a node that has three alerts and two workers.
class small_node {
public:
  small_node() {
    folder_ = fs::temp_directory_path() / ("vigie-alert-commands-" + std::to_string(getpid()));
    fs::create_directories(folder_);
    std::ofstream{path("key")} << "vk_k_1_secret\n";
    for (int64_t id = 1; id <= 3; ++id) {
      auto& x = alerts[id];
      x.id = alert_id{id};
      x.name = id == 1 ? "iPhone 13" : id == 2 ? "Pulls d'été & co" : "1234";
      x.source = source_id{"market"};
      x.when.none = {"fissuré"};
      x.when.price_max = 30000;
      x.channels = {channel_id{"log"}};
    }
    auto server = serve_http({}, [this](served_request request, http_server::responder reply) {
      std::lock_guard hold{guard_};
      asked.push_back(request.method + " " + request.path);
      reply(answer(request));
    });
    REQUIRE(server.has_value());
    server_ = std::move(*server);
  }
  ~small_node() {
    server_.reset();
    std::error_code ignored;
    fs::remove_all(folder_, ignored);
  }

  std::string path(const std::string& name) const { return (folder_ / name).string(); }

  /// "vigie" and these words, on this node.
  test::spoken run(std::vector<std::string> words) {
    asked.clear();
    for (auto x : {std::string{"--url"}, "http://127.0.0.1:" + std::to_string(server_->port()),
                   std::string{"--key-file"}, path("key")})
      words.push_back(x);
    return test::say(std::move(words));
  }

  std::map<int64_t, alert> alerts;
  std::vector<std::string> asked; ///< to be read when the command has ended
  bool ready = true;
  std::string added; ///< the body of the last POST of an alert
  std::string begun; ///< the body of the last POST of a run
  /// Somebody else's change, right before each PUT of alert 1, as often as this says.
  int meddling = 0;
  std::function<void(alert&)> meddle;

private:
  static served_response with(const json_value& body, int32_t status = 200) {
    served_response out;
    out.status = status;
    out.body = body.dump();
    return out;
  }

  served_response answer(const served_request& x) {
    const std::string all = "/api/v1/alerts", workers = "/api/v1/workers";
    if (x.path == all && x.method == "POST") {
      added = x.body;
      return with(alert_json(alerts.at(1)), 201);
    }
    if (x.path == all)
      return list(x);
    if (x.path == all + "/run-once") {
      begun = x.body;
      return with(json_value::object(
          {{"success", true}, {"data", json_value::object({{"runId", 12}, {"deduplicated", false}})}}));
    }
    if (x.path.starts_with(all + "/"))
      return one(x, x.path.substr(all.size() + 1));
    if (x.path == workers)
      return with(json_value::object({{"workers", json_value::array({json_value::object({{"id", "worker-fr"}}),
                                                                     json_value::object({{"id", "worker-us"}})})}}));
    if (x.path == "/readyz")
      return with(json_value::object({{"ready", ready},
                                      {"reasons", ready ? json_value::array() : json_value::array({"no link is up"})},
                                      {"notes", json_value::array({"by agreement"})}}),
                  ready ? 200 : 503);
    return with(json_value::object({{"success", true}}));
  }

  served_response list(const served_request& x) {
    auto rows = json_value::array();
    for (const auto& [id, a] : alerts)
      if (!x.query.contains("name") || x.query.at("name") == a.name)
        rows.push(alert_json(a));
    return with(json_value::object({{"alerts", std::move(rows)}, {"total", 3}, {"next", json_value{}}}));
  }

  served_response one(const served_request& x, const std::string& rest) {
    auto id = std::stoll(rest);
    if (!alerts.contains(id))
      return make_problem(404, {errc::not_found, "no alert has this id", ""}, x.path, x.request_id);
    auto& a = alerts[id];
    if (x.method == "PUT") {
      if (id == 1 && meddling > 0) {
        --meddling;
        meddle(a);
      }
      if (auto tag = x.header("if-match"); !tag.empty() && tag != tag_of(a))
        return make_problem(412, {errc::conflict, "it is not as If-Match says any more", "If-Match"}, x.path,
                            x.request_id);
      auto changed = alert_from_json(x.body);
      if (!changed)
        return make_problem(400, changed.error(), x.path, x.request_id);
      a = *changed;
    } else if (x.method == "DELETE") {
      alerts.erase(id);
      return with(json_value::object({{"success", true}}));
    } else if (rest.ends_with("/pause") || rest.ends_with("/resume")) {
      a.enabled = rest.ends_with("/resume");
    }
    auto out = with(alert_json(a));
    out.headers["ETag"] = tag_of(a);
    return out;
  }

  static std::string tag_of(const alert& a) {
    return '"' + std::to_string(std::hash<std::string>{}(alert_json(a).dump())) + '"';
  }

  fs::path folder_;
  std::mutex guard_;
  std::unique_ptr<http_server> server_;
};

bool has(const std::string& text, const std::string& part) {
  return text.find(part) != std::string::npos;
}

} // namespace

TEST_CASE("alerts set changes what is named and nothing else, of several alerts, by id or by name") {
  small_node node;
  auto before = node.alerts;
  auto said = node.run({"alerts", "set", "Pulls d'été & co", "1", "--price-max", "250.50", "--channel", "shop", "log"});
  CHECK(said.err == "");
  CHECK(said.code == exit_done);
  CHECK(said.out == "alert 2 \"Pulls d'été & co\" changed\nalert 1 \"iPhone 13\" changed\n");
  for (int64_t id : {1, 2}) {
    auto expected = before[id];
    expected.when.price_max = 25050;
    expected.channels = {channel_id{"shop"}, channel_id{"log"}};
    CHECK(node.alerts[id] == expected);
  }
  CHECK(node.alerts[3] == before[3]);

  CHECK(has(node.run({"alerts", "set", "1", "--price-max", "none", "--none", "", "--name", "iPhone"}).out, "changed"));
  CHECK_FALSE(node.alerts[1].when.price_max.has_value());
  CHECK(node.alerts[1].when.none.empty());
  CHECK(node.alerts[1].name == "iPhone");
  CHECK(has(node.run({"alerts", "set", "1", "--name", "iPhone"}).out, "was so already"));
  CHECK(node.run({"alerts", "set", "1", "--fold-accents", "--no-baseline"}).code == exit_done);
  CHECK(node.alerts[1].when.fold_accents);
  CHECK_FALSE(node.alerts[1].baseline);
  CHECK(node.run({"alerts", "set", "1", "--no-fold-accents"}).code == exit_done);
  CHECK_FALSE(node.alerts[1].when.fold_accents);
}

TEST_CASE("alerts set without a change, or with one that cannot be, asks for nothing") {
  small_node node;
  auto nothing = node.run({"alerts", "set", "1"});
  CHECK(nothing.code == exit_usage);
  CHECK(has(nothing.err, "--price-max 250"));
  for (const auto* price : {"cheap", "", "-5"})
    CHECK(node.run({"alerts", "set", "1", "--price-max", price}).code == exit_usage);
  CHECK(node.asked.empty());
}

TEST_CASE("alerts set undoes nothing that is changed meanwhile") {
  small_node node;
  node.meddle = [](alert& a) {
    a.query += "x";
    a.enabled = false;
    a.paused_why = "the page is gone (410)";
  };
  node.meddling = 3;
  auto said = node.run({"alerts", "set", "1", "--price-max", "250"});
  CHECK(said.err == "");
  CHECK(said.code == exit_done);
  CHECK(node.alerts[1].query == "xxx");
  CHECK_FALSE(node.alerts[1].enabled);
  CHECK(node.alerts[1].when.price_max == 25000);

  SECTION("and gives up where it would have to try for ever") {
    node.meddling = 1000;
    said = node.run({"alerts", "set", "1", "--price-max", "99"});
    CHECK(said.code == exit_failed);
    CHECK(has(said.err, "was changed by others 10 times meanwhile"));
    CHECK(node.alerts[1].when.price_max == 25000);
  }
}

TEST_CASE("a change that cannot be of one of the alerts is made to none") {
  small_node node;
  auto before = node.alerts;
  struct {
    std::vector<std::string> words;
    const char* says;
  } table[] = {
      {{"--name", "one name"}, "no two alerts share one"},
      {{"--currency", "ABC"}, "/price/currency: a currency is one of ISO 4217"},
      {{"--all", "~"}, "/keywords/all/0: write the part of a word behind the ~"},
      {{"--query", "caf\xc3"}, "/query: this is not UTF-8"},
      {{"--price-min", "301"}, "/price/min: min is more than max"},
  };
  for (const auto& x : table) {
    std::vector<std::string> words{"alerts", "set", "1", "2", "3"};
    words.insert(words.end(), x.words.begin(), x.words.end());
    auto said = node.run(words);
    CAPTURE(x.words, said.err);
    CHECK(said.code == exit_usage);
    CHECK(has(said.err, x.says));
    CHECK(said.out == "");
    CHECK(node.alerts == before);
  }
  for (const auto* name : {"  ", "a\tb", "a\xff"}) {
    auto said = node.run({"alerts", "set", "1", "--name", name});
    CHECK(said.code == exit_usage);
    CHECK(has(said.err, "/name: "));
    said = node.run({"alerts", "add", "--name", name, "--source", "market"});
    CHECK(said.code == exit_usage);
    CHECK(has(said.err, "/name: "));
  }
  CHECK(node.alerts == before);
  CHECK(node.added == "");
  node.alerts[1].when.currency = "EUR";
  CHECK(node.run({"alerts", "set", "1", "--currency", "none"}).code == exit_done);
  CHECK(node.alerts[1].when.currency.empty());
}

TEST_CASE("run-once --alert begins a run of these alerts, by number or name, or says which there are not") {
  small_node node;
  auto said = node.run({"run-once", "--no-wait", "--alert", "Pulls d'été & co", "1"});
  CHECK(said.err == "");
  CHECK(said.out == "run 12 started; see: vigie runs 12\n");
  CHECK(node.begun == R"({"alerts":[2,1]})");
  node.begun.clear();
  said = node.run({"run-once", "--no-wait", "--alert", "1", "--alert", "iPhone 31"});
  CHECK(said.code == exit_failed);
  CHECK(has(said.err, "Did you mean \"iPhone 13\"?"));
  CHECK(node.begun == "");
  CHECK(node.run({"run-once", "--no-wait"}).code == exit_done);
  CHECK(node.begun == "");
}

TEST_CASE("an alert that does not exist: its nearest name, and nothing is done by half") {
  small_node node;
  auto said = node.run({"alerts", "remove", "1", "iPhone 31"});
  CHECK(said.code == exit_failed);
  CHECK(said.out == "");
  CHECK(has(said.err, "There is no alert named \"iPhone 31\".\n    Did you mean \"iPhone 13\"?"));
  CHECK(node.alerts.size() == 3);
  CHECK(node.run({"alerts", "pause", "iPhone 13", "99"}).code == exit_failed);
  CHECK(node.alerts[1].enabled);
  // A name of digits, unless it is the number of another.
  CHECK(has(node.run({"alerts", "pause", "1234"}).out, "alert 3 \"1234\" paused"));
  node.alerts[2].name = "3";
  auto both = node.run({"alerts", "remove", "3"});
  CHECK(both.code == exit_usage);
  CHECK(has(both.err, "3 is the number of alert \"1234\", and the name of alert 2."));
  node.alerts[2].name = "03";
  CHECK(has(node.run({"alerts", "pause", "03"}).out, "alert 2 \"03\" paused"));
  CHECK(node.alerts.size() == 3);
}

TEST_CASE("alerts that are named twice are meant once; each action has its words, and --json a line each") {
  small_node node;
  CHECK(node.run({"alerts", "pause", "1", "iPhone 13", "3"}).out ==
        "alert 1 \"iPhone 13\" paused\nalert 3 \"1234\" paused\n");
  CHECK_FALSE(node.alerts[3].enabled);
  node.alerts[3].paused_why = "the page is gone (410)";
  auto shown = node.run({"alerts", "show", "3", "2"});
  CHECK(has(shown.out, "pausedWhy"));
  CHECK(has(node.run({"alerts", "list"}).out, "paused: the page is gone (410)"));
  auto json = node.run({"alerts", "show", "1", "2", "--json"});
  CHECK(std::count(json.out.begin(), json.out.end(), '\n') == 2);
  CHECK(node.run({"alerts", "resume", "1"}).out == "alert 1 \"iPhone 13\" resumed\n");
  CHECK(node.run({"alerts", "remove", "2", "3"}).code == exit_done);
  CHECK(node.alerts.size() == 1);
}

TEST_CASE("what is exported is what import takes; a file that is there is not written over") {
  small_node node;
  auto file = node.path("out.ndjson");
  auto said = node.run({"alerts", "export", file});
  CHECK(said.out == "3 alerts written to " + file + "\n");
  std::stringstream text;
  text << std::ifstream{file}.rdbuf();
  auto all = alerts_from_json(text.str());
  REQUIRE(all.has_value());
  REQUIRE(all->size() == 3);
  for (const auto& x : *all) {
    CHECK(x.id.value == 0);
    auto i =
        std::find_if(node.alerts.begin(), node.alerts.end(), [&](const auto& a) { return a.second.name == x.name; });
    REQUIRE(i != node.alerts.end());
    auto expected = i->second;
    expected.id = {};
    CHECK(x == expected);
  }
  CHECK(node.run({"alerts", "export"}).out == text.str());
  auto again = node.run({"alerts", "export", file});
  CHECK(again.code == exit_usage);
  CHECK(has(again.err, "is there already"));
  // What kept it from being written is said, and nothing else.
  auto away =
      test::say({"alerts", "export", node.path("new"), "--url", "http://127.0.0.1:1", "--key-file", node.path("key")});
  CHECK(away.code == exit_unreachable);
  auto keyless = test::say({"alerts", "export", node.path("new"), "--url", "http://127.0.0.1:1"});
  CHECK(keyless.code == exit_usage);
  for (const auto& x : {away, keyless})
    CHECK_FALSE(has(x.err, "cannot be written"));
  CHECK_FALSE(fs::exists(node.path("new")));
  auto nowhere = node.run({"alerts", "export", node.path("no/such/folder/x")});
  CHECK(nowhere.code == exit_failed);
  CHECK(has(nowhere.err, "cannot be written"));
}

TEST_CASE("alerts add leaves the baseline to the node's configuration unless it is said") {
  small_node node;
  auto says = [&](std::vector<std::string> more) {
    std::vector<std::string> words{"alerts", "add", "--name", "x", "--source", "market"};
    words.insert(words.end(), more.begin(), more.end());
    CHECK(node.run(words).code == exit_done);
    return node.added;
  };
  CHECK_FALSE(has(says({}), "baseline"));
  CHECK(has(says({"--no-baseline"}), "\"baseline\":false"));
  CHECK(has(says({"--baseline"}), "\"baseline\":true"));
}

TEST_CASE("workers are drained and unbanned by id; an unknown one is told with those there are") {
  small_node node;
  CHECK(node.run({"workers", "drain", "worker-fr", "worker-us"}).out ==
        "worker-fr gets no new work; what it has goes on\nworker-us gets no new work; what it has goes on\n");
  CHECK(node.asked == std::vector<std::string>{"GET /api/v1/workers", "POST /api/v1/workers/worker-fr/drain",
                                               "POST /api/v1/workers/worker-us/drain"});
  CHECK(node.run({"workers", "unban", "worker-us"}).code == exit_done);
  auto unknown = node.run({"workers", "undrain", "worker-fr", "worker-uss"});
  CHECK(unknown.code == exit_failed);
  CHECK(has(unknown.err, "There is no worker \"worker-uss\". Did you mean \"worker-us\"?"));
  CHECK(node.asked.size() == 1);
}

TEST_CASE("help says which options take a value") {
  small_node node;
  auto help = node.run({"alerts", "set", "--help"}).out;
  CHECK(has(help, "  --json                      Print"));
  CHECK(has(help, "  --price-max PRICE"));
  CHECK(has(help, "  -h,--help                   Print"));
}

TEST_CASE("ready says why not, and exits 1 then; log-level takes the five words") {
  small_node node;
  auto good = node.run({"ready"});
  CHECK(good.code == exit_done);
  CHECK(good.out == "ready\n  by agreement\n");
  node.ready = false;
  auto bad = node.run({"ready"});
  CHECK(bad.code == exit_failed);
  CHECK(bad.err == "");
  CHECK(bad.out == "not ready\n  no link is up\n  by agreement\n");
  CHECK(has(node.run({"ready", "--json"}).out, "\"ready\":false"));
  CHECK(has(node.run({"log-level", "debug"}).out, "the log level is debug"));
  CHECK(node.asked == std::vector<std::string>{"PUT /api/v1/log-level"});
  CHECK(node.run({"log-level", "loud"}).code == exit_usage);
}

TEST_CASE("another program that answers 200 to everything is not taken for a node that did as it was told") {
  for (const auto* body : {"{}", R"({"ok":true})", "[]", "null", "", "<html>"}) {
    auto server = serve_http({}, [body](const served_request&, http_server::responder reply) {
      served_response out;
      out.body = body;
      reply(std::move(out));
    });
    REQUIRE(server.has_value());
    small_node node;
    for (std::vector<std::string> words : {std::vector<std::string>{"log-level", "debug"},
                                           {"ready"},
                                           {"alerts", "list"},
                                           {"alerts", "pause", "1"},
                                           {"workers"},
                                           {"runs"},
                                           {"runs", "7"},
                                           {"run-once"},
                                           {"matches"},
                                           {"outbox"},
                                           {"plan"},
                                           {"stats"},
                                           {"tree"},
                                           {"conduct"},
                                           {"conduct", "shop.example", "--lift"}}) {
      CAPTURE(body, words);
      for (auto x : {std::string{"--url"}, "http://127.0.0.1:" + std::to_string((*server)->port()),
                     std::string{"--key-file"}, node.path("key")})
        words.push_back(x);
      auto said = test::say(std::move(words));
      CHECK(said.code == exit_failed);
      CHECK(has(said.err, " is not vigie: "));
      CHECK(said.out == "");
    }
  }
}
