#include "runtime/sample_site/sample_site.hpp"

#include <charconv>
#include <chrono>
#include <cstdio>
#include <fstream>
#include <future>

#include "actors/policy/url_template.hpp"
#include "adapters/http_api/problem.hpp"
#include "adapters/http_api/server.hpp"
#include "runtime/config.hpp"
#include "runtime/sample_site/raw_files.hpp"
#include "runtime/sample_site/site_faults.hpp"
#include "runtime/sample_site/site_items.hpp"

namespace vigie {

namespace {

served_response json_response(const json_value& body, int status = 200) {
  served_response out;
  out.status = status;
  out.body = body.dump();
  return out;
}

/// Path and query as they may have been sent; the queries of a map come in its order.
std::string target_of(const served_request& request) {
  auto out = request.path;
  char separator = '?';
  for (const auto& [name, value] : request.query) {
    out += separator + percent_encode(name) + "=" + percent_encode(value);
    separator = '&';
  }
  return out;
}

result<uint32_t> read_count(const served_request& request, const std::string& name, uint32_t otherwise, uint32_t most) {
  auto i = request.query.find(name);
  if (i == request.query.end())
    return otherwise;
  uint32_t out = 0;
  auto end = i->second.data() + i->second.size();
  auto [at, ec] = std::from_chars(i->second.data(), end, out);
  if (ec != std::errc{} || at != end || out < 1 || out > most)
    return fail(errc::bad_request, name + " is a whole number from 1 to " + std::to_string(most));
  return out;
}

/// Everything but the log and the start happens on the server's thread.
class market final : public sample_site {
public:
  market(sample_site_config config, raw_files files) : config_(std::move(config)), files_(std::move(files)) {}
  ~market() override { server_.reset(); }

  error start();
  uint16_t port() const override { return server_->port(); }

private:
  error fill();
  error open_log();
  served_response answer(const served_request& request);
  served_response answer_admin(const served_request& request);
  served_response route(const served_request& request);
  served_response search(const served_request& request);
  served_response show_item(const served_request& request);
  served_response show_photo(const served_request& request);
  served_response set_fault(const served_request& request);
  served_response add_items(const served_request& request);
  served_response refuse(const served_request& request, const error& why) const;
  served_response not_allowed(const served_request& request, std::string allowed) const;
  void log(const served_request& request, const served_response& response, wall_time now);

  sample_site_config config_;
  raw_files files_;
  site_shelf shelf_;
  site_faults faults_{config_.max_faults};
  std::ofstream log_;
  std::string base_url_;
  std::unique_ptr<http_server> server_;
};

error market::fill() {
  if (config_.items_file.empty()) {
    for (auto& x : generate_site_items(std::min(config_.items, config_.max_items), config_.seed))
      shelf_.put(std::move(x));
    return {};
  }
  auto text = read_whole_file(config_.items_file, config_.max_file_bytes);
  if (!text)
    return text.error();
  auto items = read_site_items(*text);
  if (!items)
    return {items.error().code, items.error().detail, config_.items_file + ": " + items.error().place};
  if (items->size() > config_.max_items)
    return {errc::bad_config, config_.items_file + " has more than " + std::to_string(config_.max_items) + " items",
            ""};
  for (auto& x : *items)
    shelf_.put(std::move(x));
  return {};
}

error market::open_log() {
  if (config_.request_log.empty())
    return {};
  log_.open(config_.request_log, std::ios::app);
  if (!log_)
    return {errc::bad_config, "the request log \"" + config_.request_log + "\" cannot be written", ""};
  return {};
}

error market::start() {
  if (auto problem = fill(); problem.code != errc::none)
    return problem;
  if (auto problem = open_log(); problem.code != errc::none)
    return problem;
  config_.http.server_name = "vigie-sample-site";
  std::promise<uint16_t> port_known;
  auto port = port_known.get_future().share();
  auto server = serve_http(config_.http, [this, port](served_request request, http_server::responder respond) {
    if (base_url_.empty()) // a request may be quicker than start(): it waits for the port
      base_url_ = "http://" + to_string(endpoint{config_.http.address, port.get()});
    respond(answer(request));
  });
  if (!server)
    return server.error();
  server_ = std::move(*server);
  port_known.set_value(server_->port());
  return {};
}

served_response market::refuse(const served_request& request, const error& why) const {
  auto status = why.code == errc::body_too_large ? 413 : http_status_of(why.code);
  return make_problem(status, why, request.path, request.request_id);
}

served_response market::not_allowed(const served_request& request, std::string allowed) const {
  auto out = make_problem(405, request.method + " is not served here.", request.path, request.request_id);
  out.headers["Allow"] = std::move(allowed);
  return out;
}

void market::log(const served_request& request, const served_response& response, wall_time now) {
  if (!log_.is_open())
    return;
  log_ << json_value::object({{"time", to_rfc3339(now)},
                              {"method", request.method},
                              {"path", target_of(request)},
                              {"agent", request.header("user-agent")},
                              {"region", request.header("x-vigie-region")},
                              {"conditional", request.headers.contains("if-none-match") ||
                                                  request.headers.contains("if-modified-since")},
                              {"delayMs", response.delay.count()},
                              {"bytes", response.body.size()},
                              {"status", response.close_unanswered ? 0 : response.status}})
              .dump()
       << '\n';
  log_.flush(); // tests and people read along
}

/// Names the version of a good answer, and says so briefly to whoever has it already (RFC 9110, 13).
served_response with_validators(served_response out, const served_request& request) {
  if (out.status != 200)
    return out;
  uint64_t hash = 14695981039346656037ULL; // FNV-1a
  for (unsigned char c : out.body)
    hash = (hash ^ c) * 1099511628211ULL;
  char tag[24];
  std::snprintf(tag, sizeof tag, "\"%016llx\"", static_cast<unsigned long long>(hash));
  out.headers["ETag"] = tag;
  auto dated = out.headers.find("Last-Modified");
  auto has = request.header("if-none-match");
  bool same =
      has.empty() ? dated != out.headers.end() && request.header("if-modified-since") == dated->second : has == tag;
  if (same) {
    out.status = 304;
    out.body.clear();
  }
  return out;
}

served_response market::answer(const served_request& request) {
  if (request.path == "/healthz")
    return json_response(json_value::object({{"status", "ok"}, {"items", shelf_.size()}}));
  if (request.path.starts_with("/admin/"))
    return answer_admin(request);
  auto response =
      request.method == "GET" || request.method == "HEAD" ? route(request) : not_allowed(request, "GET, HEAD");
  response = with_validators(std::move(response), request);
  auto now = std::chrono::time_point_cast<duration>(std::chrono::system_clock::now());
  if (auto fault = faults_.draw(request.header("x-vigie-region"), request.path))
    response = spoil(std::move(response), *fault, now);
  log(request, response, now);
  return response;
}

served_response market::route(const served_request& request) {
  if (request.path == "/search")
    return search(request);
  if (request.path.starts_with("/items/"))
    return show_item(request);
  if (request.path.starts_with("/photos/"))
    return show_photo(request);
  auto file = files_.read(request.path);
  if (file)
    return std::move(*file);
  if (request.path == "/robots.txt") { // one among the files goes before this one
    served_response out;
    out.content_type = "text/plain; charset=utf-8";
    out.body = "User-agent: *\nDisallow: /admin/\n";
    return out;
  }
  return refuse(request, file.error());
}

served_response market::search(const served_request& request) {
  auto page = read_count(request, "page", 1, 1'000'000);
  auto per_page = read_count(request, "per_page", config_.default_per_page, config_.max_per_page);
  if (!page || !per_page)
    return refuse(request, page ? per_page.error() : page.error());
  auto q = request.query.find("q");
  auto found = shelf_.search(q == request.query.end() ? std::string{} : q->second, *page, *per_page);
  auto items = json_value::array();
  for (auto x : found.items)
    items.push(site_item_json(*x, base_url_));
  return json_response(json_value::object(
      {{"items", std::move(items)}, {"total", found.total}, {"page", *page}, {"pages", found.pages}}));
}

served_response market::show_item(const served_request& request) {
  auto found = shelf_.find(request.path.substr(std::string_view{"/items/"}.size()));
  if (!found)
    return refuse(request, {errc::not_found, "no item has this id", ""});
  return json_response(site_item_json(*found, base_url_));
}

/// A coloured square: enough for a page to have a picture.
served_response market::show_photo(const served_request& request) {
  auto name = request.path.substr(std::string_view{"/photos/"}.size());
  auto id = name.substr(0, name.rfind(".svg"));
  if (!shelf_.has(id))
    return refuse(request, {errc::not_found, "no item has this photo", ""});
  uint32_t hue = 0;
  for (unsigned char c : id)
    hue = hue * 31 + c;
  served_response out;
  out.content_type = "image/svg+xml";
  out.body =
      "<svg xmlns=\"http://www.w3.org/2000/svg\" width=\"200\" height=\"200\"><rect width=\"200\" height=\"200\" "
      "fill=\"hsl(" +
      std::to_string(hue % 360) + ",60%,70%)\"/></svg>\n";
  return out;
}

// -- admin -----------------------------------------------------------------------------------------

served_response market::answer_admin(const served_request& request) {
  if (request.path == "/admin/faults") {
    if (request.method == "POST")
      return set_fault(request);
    if (request.method == "DELETE")
      faults_.clear();
    else if (request.method != "GET" && request.method != "HEAD")
      return not_allowed(request, "GET, HEAD, POST, DELETE");
    return json_response(faults_.json());
  }
  if (request.path == "/admin/items")
    return request.method == "POST" ? add_items(request) : not_allowed(request, "POST");
  return refuse(request, {errc::not_found, "the admin paths are /admin/faults and /admin/items", ""});
}

served_response market::set_fault(const served_request& request) {
  auto rule = read_site_fault(request.body);
  if (!rule)
    return refuse(request, rule.error());
  if (auto problem = faults_.set(std::move(*rule)); problem.code != errc::none)
    return refuse(request, problem);
  return json_response(faults_.json());
}

served_response market::add_items(const served_request& request) {
  auto items = read_site_items(request.body);
  if (!items)
    return refuse(request, items.error());
  if (shelf_.size() + items->size() > config_.max_items)
    return refuse(request, {errc::busy, "there is no room for more items", ""});
  for (auto& x : *items)
    shelf_.put(std::move(x));
  return json_response(json_value::object({{"stored", items->size()}, {"items", shelf_.size()}}), 201);
}

} // namespace

result<std::unique_ptr<sample_site>> start_sample_site(sample_site_config config) {
  if (!is_loopback_host(config.http.address))
    return fail(errc::bad_config, "the sample site serves loopback addresses only, not " + config.http.address);
  if (config.default_per_page == 0 || config.max_per_page < config.default_per_page)
    return fail(errc::bad_config, "per_page limits are the wrong way round");
  auto files = raw_files::open(config.serve_dir, config.max_file_bytes);
  if (!files)
    return tl::unexpected(files.error());
  auto site = std::make_unique<market>(std::move(config), std::move(*files));
  if (auto problem = site->start(); problem.code != errc::none)
    return tl::unexpected<error>(std::move(problem));
  return site;
}

} // namespace vigie
