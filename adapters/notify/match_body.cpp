#include "adapters/notify/match_body.hpp"

#include <array>
#include <cstdio>

#include "actors/policy/plain_text.hpp"
#include "adapters/json/json_reader.hpp"

namespace vigie {

namespace {

/// A string as it is, a number as it is written; of anything else, nothing.
std::string text_of(json_node parent, std::string_view name) {
  auto node = parent.find(name);
  if (!node)
    return {};
  if (auto text = node->as_string())
    return std::string{*text};
  if (auto number = node->as_decimal_text())
    return std::string{*number};
  return {};
}

/// Two digits after the point, whatever the number was written like.
std::string price_of(json_node item) {
  auto node = item.find("price");
  auto number = node ? node->as_double() : std::nullopt;
  if (!number)
    return text_of(item, "price");
  std::array<char, 400> out; // the longest double has 309 digits before the point
  auto size = std::snprintf(out.data(), out.size(), "%.2f", *number);
  return {out.data(), static_cast<size_t>(size)};
}

void append_part(std::string& line, const std::string& part, const char* between) {
  if (part.empty())
    return;
  if (!line.empty())
    line += between;
  line += part;
}

} // namespace

result<match_body> read_match_body(const std::string& text) {
  auto document = parse_json(text);
  if (!document)
    return fail(errc::bad_request, "the body of the outbox row is no JSON: " + document.error().detail);
  auto root = document->root();
  if (root.kind() != json_kind::object)
    return fail(errc::bad_request, "the body of the outbox row is no JSON object");
  match_body body;
  body.key = text_of(root, "key");
  body.source = text_of(root, "source");
  body.run = text_of(root, "run");
  body.found = text_of(root, "found");
  if (auto alert = root.find("alert")) {
    body.alert_id = text_of(*alert, "id");
    body.alert = text_of(*alert, "name");
  }
  if (auto item = root.find("item")) {
    body.item = text_of(*item, "id");
    body.title = text_of(*item, "title");
    body.price = price_of(*item);
    body.currency = text_of(*item, "currency");
    body.brand = text_of(*item, "brand");
    body.size = text_of(*item, "size");
    body.condition = text_of(*item, "condition");
    body.url = text_of(*item, "url");
    body.photo = text_of(*item, "photo");
  }
  return body;
}

std::vector<std::pair<std::string, std::string>> fields_of(const match_body& body) {
  std::vector<std::pair<std::string, std::string>> out;
  auto add = [&](const char* name, const std::string& value) {
    if (!value.empty())
      out.emplace_back(name, value);
  };
  add("alert_id", body.alert_id);
  add("alert", body.alert);
  add("source", body.source);
  add("run", body.run);
  add("item", body.item);
  add("title", body.title);
  add("price", body.price);
  add("currency", body.currency);
  add("brand", body.brand);
  add("size", body.size);
  add("condition", body.condition);
  add("url", body.url);
  add("photo", body.photo);
  add("found", body.found);
  add("key", body.key);
  return out;
}

std::string text_for_people(const match_body& body, size_t max_points) {
  constexpr size_t longest_line = 500;
  auto plain = [](const std::string& x) { return clip(strip_control(x), longest_line); };
  std::string price;
  append_part(price, plain(body.price), " ");
  if (!price.empty())
    append_part(price, plain(body.currency), " ");
  std::string about;
  append_part(about, price, ", ");
  append_part(about, plain(body.brand), ", ");
  append_part(about, plain(body.size), ", ");
  append_part(about, plain(body.condition), ", ");
  std::string head;
  append_part(head, plain(body.alert), ": ");
  append_part(head, plain(body.title), ": ");
  std::string text;
  append_part(text, head, "\n");
  append_part(text, about, "\n");
  // A link that is cut leads elsewhere: whole or not at all.
  if (auto link = strip_control(body.url); link.size() <= 2000)
    append_part(text, link, "\n");
  return clip(text, max_points);
}

} // namespace vigie
