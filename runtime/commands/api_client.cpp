#include "runtime/commands/api_client.hpp"

#include <algorithm>
#include <array>
#include <cstdio>
#include <filesystem>
#include <fstream>

#include "actors/policy/plain_text.hpp"
#include "actors/policy/url_template.hpp"
#include "adapters/curl/http_call.hpp"

namespace vigie {

namespace {

constexpr size_t max_key_bytes = 4096;
constexpr uint64_t max_answer_bytes = 256 << 20;

/// What every answer under a path has, the first that fits; so that another program that answers 200 to everything is
/// not taken for a node that did as it was told.
struct known_answer {
  std::string_view path;
  std::string_view member;
};
constexpr std::array known_answers{
    known_answer{"/readyz", "ready"},
    known_answer{"/api/v1/alerts/run-once", "success"},
    known_answer{"/api/v1/alerts/import", "imported"},
    known_answer{"/api/v1/alerts/", "id"},    // or "success", where it is removed
    known_answer{"/api/v1/alerts", "alerts"}, // or "id", where it is new
    known_answer{"/api/v1/runs/", "run"},
    known_answer{"/api/v1/runs", "runs"},
    known_answer{"/api/v1/matches", "matches"},
    known_answer{"/api/v1/plan", "verdict"},
    known_answer{"/api/v1/conduct", "hosts"},
    known_answer{"/api/v1/hosts/", "lifted"},
    known_answer{"/api/v1/outbox/retry", "retried"},
    known_answer{"/api/v1/outbox", "outbox"},
    known_answer{"/api/v1/workers/", "success"},
    known_answer{"/api/v1/workers", "workers"},
    known_answer{"/api/v1/worker/main/stats", "totalWorkers"},
    known_answer{"/api/v1/inspect/tree", "nodes"},
};

bool is_ours(std::string_view path, const json_node& root) {
  if (root.find("success").has_value())
    return true;
  auto known =
      std::find_if(known_answers.begin(), known_answers.end(), [&](const auto& x) { return path.starts_with(x.path); });
  if (known == known_answers.end())
    return false;
  return root.find(known->member).has_value() || (path == "/api/v1/alerts" && root.find("id").has_value());
}

api_answer unusable() {
  api_answer out;
  out.exit_code = exit_usage;
  return out;
}

} // namespace

std::string default_config(const std::map<std::string, std::string>& environment) {
  if (auto i = environment.find("VIGIE_CONFIG"); i != environment.end() && !i->second.empty())
    return i->second;
  for (const char* x : {"vigie.toml", "configs/quickstart/main.toml"})
    if (std::filesystem::exists(x))
      return x;
  return {};
}

bool find_config(config_request& request, std::ostream& err, std::string_view or_else) {
  if (request.path.empty())
    request.path = default_config(request.environment);
  if (request.path.empty())
    err << "There is no vigie.toml here.\n    Name the node's file, as FILE.toml, -c FILE or VIGIE_CONFIG" << or_else
        << ".\n";
  return !request.path.empty();
}

json_node api_answer::data() const {
  auto root = body->root();
  return root.find("data").value_or(root);
}

api_client::api_client(const node_address& node, const output_style& style, std::ostream& err, api_transport transport)
    : style_(style), err_(err), transport_(transport ? std::move(transport) : api_transport{http_call}),
      timeout_(node.timeout) {
  usable_ = find_node(node);
}

bool api_client::read_key(const std::string& path) {
  std::ifstream in{path, std::ios::binary};
  std::string line;
  std::getline(in, line);
  while (!line.empty() && (line.back() == '\r' || line.back() == ' '))
    line.pop_back();
  if (!line.empty() && line.size() <= max_key_bytes) {
    key_ = std::move(line);
    return true;
  }
  err_ << "The API key cannot be read from " << strip_control(path)
       << ".\n    The node writes it at its first start. Start it in this folder, or name its files with --config, or "
          "a key "
          "with --key-file.\n";
  return false;
}

bool api_client::find_node(const node_address& node) {
  if (!node.url.empty()) {
    url_ = node.url;
    while (url_.ends_with('/'))
      url_.pop_back();
    if (!parse_url(url_)) {
      err_ << "--url: \"" << strip_control(node.url)
           << "\" is no address of a node.\n    Write it as http://127.0.0.1:3000.\n";
      return false;
    }
    if (!node.needs_key)
      return true;
    if (!node.key_file.empty())
      return read_key(node.key_file);
    err_ << "--url needs --key-file: the file that holds an API key of that node.\n";
    return false;
  }
  config_request request;
  request.environment = process_environment();
  request.env_file = node.env_file;
  request.path = node.config;
  if (!find_config(request, err_, ", or its address with --url and --key-file"))
    return false;
  auto loaded = load_node_address(request);
  if (!loaded.ok()) {
    loaded.warnings.clear();
    print_problems(loaded, style_, err_);
    return false;
  }
  url_ = "http://" + to_string(loaded.config.api.listen);
  max_body_bytes_ = loaded.config.api.max_body_bytes;
  return !node.needs_key || read_key(node.key_file.empty() ? loaded.config.data_dir + "/admin.key" : node.key_file);
}

api_answer api_client::explain(const http_response& response) const {
  api_answer out;
  out.exit_code = exit_failed;
  auto parsed = parse_json(response.body);
  auto part = [&](std::string_view key) {
    return parsed ? strip_control(text_of(parsed->root(), key)) : std::string{};
  };
  auto detail = part("detail");
  err_ << painted("The node refused: ", paint::bad, style_) << "HTTP " << response.status
       << (detail.empty() ? "" : ": " + detail) << '\n';
  if (auto place = part("place"); !place.empty())
    err_ << "    at " << place << '\n';
  if (auto code = errc_from_string(part("code")); code != errc::none)
    err_ << "    " << remedy(code) << '\n';
  else if (response.status == 401 || response.status == 403)
    err_ << "    The key is not known to this node, or its scope is too small; name another with --key-file.\n";
  if (auto id = part("request_id"); !id.empty())
    err_ << "    request " << id << '\n';
  return out;
}

result<http_response> api_client::ask(const std::string& method, const std::string& path, std::string body,
                                      const std::map<std::string, std::string>& headers) {
  http_request request;
  request.method = method;
  request.url = url_ + path;
  request.headers = headers;
  if (!key_.empty())
    request.headers["x-api-key"] = key_;
  request.headers["accept"] = "application/json";
  if (!body.empty())
    request.headers.emplace("content-type", "application/json");
  request.body = std::move(body);
  request.timeout = timeout_;
  request.max_body_bytes = max_answer_bytes;
  return transport_(std::move(request));
}

api_answer api_client::say_foreign(std::string_view why) const {
  err_ << "What answers at " << url_ << " is not vigie: " << why << ".\n    Look at the address: "
       << "it is [api] listen of the node's file, or --url.\n";
  api_answer out;
  out.exit_code = exit_failed;
  return out;
}

api_answer api_client::read(const std::string& path, result<http_response> response, int32_t also_good) {
  api_answer out;
  if (!response) {
    err_ << painted("No answer from " + url_ + ": ", paint::bad, style_)
         << strip_control(response.error().detail.empty() ? std::string{to_string(response.error().code)}
                                                          : response.error().detail)
         << "\n    See that the node runs: vigie run FILE.toml\n";
    out.exit_code = exit_unreachable;
    return out;
  }
  if ((response->status < 200 || response->status > 299) && response->status != also_good)
    return explain(*response);
  out.text = std::move(response->body);
  auto parsed = parse_json(out.text.empty() ? std::string_view{"null"} : std::string_view{out.text});
  if (!parsed)
    return say_foreign("no JSON, " + strip_control(parsed.error().detail));
  auto is_problem = response->status == also_good && parsed->root().find("title").has_value();
  if (!is_problem && !is_ours(path, parsed->root()))
    return say_foreign("JSON, and not that of " + path.substr(0, path.find('?')));
  out.body = std::move(*parsed);
  out.status = response->status;
  out.etag = response->headers.value("etag");
  return out;
}

api_answer api_client::send(const std::string& method, const std::string& path, std::string body,
                            const std::map<std::string, std::string>& headers, int32_t also_good) {
  if (!usable_)
    return unusable();
  return read(path, ask(method, path, std::move(body), headers), also_good);
}

api_answer api_client::look(const std::string& path, int32_t also_good) {
  return send("GET", path, {}, {}, also_good);
}

api_answer api_client::get(const std::string& path) {
  return send("GET", path);
}

std::string text_of(const json_node& node, std::string_view key) {
  auto x = node.find(key);
  if (!x)
    return {};
  if (auto text = x->as_string())
    return std::string{*text};
  if (auto number = x->as_decimal_text())
    return std::string{*number};
  if (auto flag = x->as_bool())
    return *flag ? "yes" : "no";
  return {};
}

int64_t int_of(const json_node& node, std::string_view key) {
  auto x = node.find(key);
  return x ? x->as_int().value_or(static_cast<int64_t>(x->as_double().value_or(0))) : 0;
}

double number_of(const json_node& node, std::string_view key) {
  auto x = node.find(key);
  return x ? x->as_double().value_or(0) : 0;
}

bool bool_of(const json_node& node, std::string_view key) {
  auto x = node.find(key);
  return x && x->as_bool().value_or(false);
}

std::string money_of(const json_node& node, std::string_view key) {
  auto x = node.find(key);
  if (!x || !x->as_double())
    return {};
  std::array<char, 400> text{}; // the largest double has 309 digits
  auto n = std::snprintf(text.data(), text.size(), "%.2f", *x->as_double());
  return {text.data(), static_cast<size_t>(std::max(n, 0))};
}

std::string list_of(const json_node& node, std::string_view key, std::string_view separator) {
  std::string out;
  if (auto x = node.find(key))
    for (auto element : x->elements())
      if (auto text = element.as_string())
        out += (out.empty() ? "" : std::string{separator}) + std::string{*text};
  return out;
}

json_range rows_of(const json_node& node, std::string_view key) {
  if (node.kind() == json_kind::array)
    return node.elements();
  auto x = node.find(key);
  return x ? x->elements() : json_range{nullptr, nullptr};
}

} // namespace vigie
