// Reading {"type","payload"}.
#include <algorithm>

#include "adapters/http_api/api_json.hpp"

namespace vigie {

namespace {

error no_other_members(const json_node& object, std::initializer_list<std::string_view> known,
                       const std::string& pointer) {
  for (auto member : object.members())
    if (std::find(known.begin(), known.end(), member.key()) == known.end())
      return {errc::bad_request, "unknown key", pointer + "/" + std::string{member.key()}};
  return {};
}

error read_alerts(const json_node& payload, const alert_limits& limits, worker_command& out) {
  auto alerts = payload.find("alerts");
  if (!alerts || alerts->kind() != json_kind::array)
    return {errc::bad_request, "an array of alerts is wanted here", "/payload/alerts"};
  if (alerts->size() == 0)
    return {errc::bad_request, "check-alerts needs at least one alert", "/payload/alerts"};
  if (alerts->size() > limits.alerts_per_import)
    return {errc::bad_request, "these are too many alerts", "/payload/alerts"};
  for (auto element : alerts->elements()) {
    auto one = read_alert(element, limits, "/payload/alerts/" + std::to_string(out.alerts.size()));
    if (!one)
      return one.error();
    out.alerts.push_back(std::move(*one));
  }
  return no_other_members(payload, {"alerts"}, "/payload");
}

error read_text(const json_node& payload, const char* name, size_t most, std::string& out) {
  auto member = payload.find(name);
  auto value = member ? member->as_string() : std::nullopt;
  if (!value || value->empty() || value->size() > most)
    return {errc::bad_request, "a string of 1 to " + std::to_string(most) + " bytes is wanted here",
            std::string{"/payload/"} + name};
  out = *value;
  return {};
}

error read_custom(const json_node& payload, const alert_limits& limits, worker_command& out) {
  if (auto fault = read_text(payload, "name", limits.word_bytes, out.name); fault.code != errc::none)
    return fault;
  auto args = payload.find("args");
  if (args && (args->kind() != json_kind::object || args->size() > limits.words_per_list))
    return {errc::bad_request,
            "an object of at most " + std::to_string(limits.words_per_list) + " strings is wanted here",
            "/payload/args"};
  if (args) {
    for (auto member : args->members()) {
      auto value = member.as_string();
      if (!value)
        return {errc::bad_request, "a string is wanted here", "/payload/args/" + std::string{member.key()}};
      out.args[std::string{member.key()}] = std::string{*value};
    }
  }
  return no_other_members(payload, {"name", "args"}, "/payload");
}

error read_payload(const json_node& payload, const alert_limits& limits, worker_command& out) {
  constexpr size_t url_bytes = 4096;
  switch (out.kind) {
  case command_kind::check_alerts:
    return read_alerts(payload, limits, out);
  case command_kind::scrape:
    if (auto fault = read_text(payload, "url", url_bytes, out.url); fault.code != errc::none)
      return fault;
    return no_other_members(payload, {"url"}, "/payload");
  case command_kind::custom:
    return read_custom(payload, limits, out);
  case command_kind::generate_cookies:
    return no_other_members(payload, {}, "/payload");
  }
  return {errc::bad_request, "unknown command type", "/type"};
}

} // namespace

result<worker_command> command_from_json(std::string_view text, const alert_limits& limits) {
  auto doc = parse_json(text);
  if (!doc)
    return tl::unexpected(doc.error());
  auto root = doc->root();
  if (root.kind() != json_kind::object)
    return fail(errc::bad_request, "a command is an object with type and payload");
  auto type = root.find("type");
  auto word = type ? type->as_string() : std::nullopt;
  if (!word)
    return fail(errc::bad_request, "a string is wanted here", "/type");
  auto kind = command_kind_from_string(*word);
  if (!kind)
    return fail(errc::bad_request, kind.error().detail, "/type");
  worker_command out;
  out.kind = *kind;
  auto empty = parse_json("{}");
  auto payload = root.find("payload");
  if (payload && payload->kind() != json_kind::object)
    return fail(errc::bad_request, "an object is wanted here", "/payload");
  auto fault = read_payload(payload.value_or(empty->root()), limits, out);
  if (fault.code == errc::none)
    fault = no_other_members(root, {"type", "payload"}, "");
  if (fault.code != errc::none)
    return tl::unexpected<error>(std::move(fault));
  return out;
}

} // namespace vigie
