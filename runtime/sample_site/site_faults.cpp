#include "runtime/sample_site/site_faults.hpp"

#include <algorithm>
#include <array>
#include <ctime>

#include "adapters/json/json_reader.hpp"

namespace vigie {

namespace {

constexpr std::array<std::string_view, 22> known_faults{
    "none", "301", "302", "303", "307", "308", "401",  "403",   "404",       "408",   "410",
    "429",  "451", "500", "502", "503", "504", "slow", "empty", "truncated", "close", "challenge"};
constexpr duration default_slowness{5000};
constexpr int64_t max_number = 86'400'000;

result<uint32_t> read_number(const json_node& from) {
  auto x = from.as_int();
  if (!x || *x < 0 || *x > max_number)
    return fail(errc::bad_request,
                std::string{from.key()} + " is a whole number from 0 to " + std::to_string(max_number),
                "/" + std::string{from.key()});
  return static_cast<uint32_t>(*x);
}

std::string known_words() {
  std::string out;
  for (auto word : known_faults)
    out += (out.empty() ? "" : ", ") + std::string{word};
  return out;
}

error read_text_member(site_fault& out, const json_node& member) {
  auto place = "/" + std::string{member.key()};
  auto text = member.as_string();
  if (!text)
    return {errc::bad_request, std::string{member.key()} + " is a string", place};
  if (member.key() == "region")
    out.region = *text;
  else if (member.key() == "path")
    out.path = *text;
  else if (member.key() == "location")
    out.location = *text;
  else if (std::find(known_faults.begin(), known_faults.end(), *text) == known_faults.end())
    return {errc::bad_request, "unknown fault; known are " + known_words(), place};
  else
    out.fault = *text;
  return {};
}

bool path_matches(std::string_view rule, std::string_view path) {
  if (rule.ends_with('*'))
    return path.starts_with(rule.substr(0, rule.size() - 1));
  return rule == path;
}

} // namespace

result<site_fault> read_site_fault(std::string_view body) {
  auto doc = parse_json(body);
  if (!doc)
    return tl::unexpected(doc.error());
  if (doc->root().kind() != json_kind::object)
    return fail(errc::bad_request, "a fault is an object");
  site_fault out;
  for (auto member : doc->root().members()) {
    auto name = member.key();
    if (name == "retryAfterDate") {
      auto yes = member.as_bool();
      if (!yes)
        return fail(errc::bad_request, "retryAfterDate is true or false", "/retryAfterDate");
      out.retry_after_date = *yes;
      continue;
    }
    if (name == "region" || name == "path" || name == "fault" || name == "location") {
      if (auto problem = read_text_member(out, member); problem.code != errc::none)
        return tl::unexpected<error>(std::move(problem));
      continue;
    }
    if (name != "retryAfter" && name != "delayMs" && name != "count")
      return fail(errc::bad_request, "unknown field \"" + std::string{name} + "\"", "/" + std::string{name});
    auto number = read_number(member);
    if (!number)
      return tl::unexpected(number.error());
    if (name == "retryAfter")
      out.retry_after = *number;
    else if (name == "delayMs")
      out.delay = duration{*number};
    else
      out.count = *number;
  }
  if (out.fault.empty())
    return fail(errc::bad_request, "fault is missing", "/fault");
  if (out.fault == "slow" && out.delay == duration::zero())
    out.delay = default_slowness;
  return out;
}

error site_faults::set(site_fault rule) {
  std::erase_if(rules_, [&](const site_fault& x) { return x.region == rule.region && x.path == rule.path; });
  if (rule.fault == "none" || (rule.count && *rule.count == 0))
    return {};
  if (rules_.size() >= limit_)
    return {errc::busy, "there are " + std::to_string(limit_) + " fault rules already; take some back", ""};
  rules_.push_back(std::move(rule));
  return {};
}

optional<site_fault> site_faults::draw(std::string_view region, std::string_view path) {
  for (size_t i = rules_.size(); i-- > 0;) {
    auto& rule = rules_[i];
    if ((rule.region != "*" && rule.region != region) || !path_matches(rule.path, path))
      continue;
    ++rule.hits;
    auto drawn = rule;
    if (rule.count && --*rule.count == 0)
      rules_.erase(rules_.begin() + static_cast<std::ptrdiff_t>(i));
    return drawn;
  }
  return {};
}

json_value site_faults::json() const {
  auto list = json_value::array();
  for (const auto& x : rules_)
    list.push(json_value::object({{"region", x.region},
                                  {"path", x.path},
                                  {"fault", x.fault},
                                  {"retryAfter", x.retry_after},
                                  {"retryAfterDate", x.retry_after_date},
                                  {"location", x.location},
                                  {"delayMs", x.delay.count()},
                                  {"count", x.count},
                                  {"hits", x.hits}}));
  return json_value::object({{"faults", std::move(list)}});
}

std::string http_date(wall_time x) {
  auto seconds = static_cast<std::time_t>(to_unix_ms(x) / 1000);
  std::tm parts{};
  gmtime_r(&seconds, &parts);
  char text[40];
  std::strftime(text, sizeof text, "%a, %d %b %Y %H:%M:%S GMT", &parts);
  return text;
}

served_response spoil(served_response good, const site_fault& rule, wall_time now) {
  auto out = std::move(good);
  out.delay = rule.delay;
  if (rule.fault == "slow")
    return out;
  if (rule.fault == "close") {
    out.close_unanswered = true;
  } else if (rule.fault == "empty") {
    out.body.clear();
  } else if (rule.fault == "truncated") {
    out.truncate_at = out.body.size() / 2;
  } else {
    bool challenge = rule.fault == "challenge";
    out.status = challenge ? 403 : std::stoi(rule.fault);
    out.headers.clear();
    out.content_type = "application/json";
    out.body = json_value::object({{"error", "HTTP " + std::to_string(out.status)}}).dump();
    if (challenge)
      out.headers["cf-mitigated"] = "challenge";
    if (!rule.location.empty())
      out.headers["Location"] = rule.location;
    // Whole seconds: the date says a moment that is not before the wish's end.
    auto until = now + std::chrono::seconds{rule.retry_after} + duration{999};
    if (rule.retry_after > 0)
      out.headers["Retry-After"] = rule.retry_after_date ? http_date(until) : std::to_string(rule.retry_after);
  }
  return out;
}

} // namespace vigie
