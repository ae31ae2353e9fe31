#include "adapters/http_api/wire_format.hpp"

#include <algorithm>
#include <array>
#include <cstdio>
#include <ctime>

#include "actors/policy/ascii.hpp"
#include "adapters/http_api/problem.hpp"

namespace vigie {

namespace {

bool is_control(char c) {
  return static_cast<unsigned char>(c) < 0x20 || c == 0x7f;
}

result<std::string> percent_decode(std::string_view text, bool plus_is_blank) {
  std::string out;
  out.reserve(text.size());
  for (size_t i = 0; i < text.size(); ++i) {
    auto c = text[i];
    if (c == '%') {
      auto high = i + 2 < text.size() ? hex_digit(text[i + 1]) : -1;
      auto low = high >= 0 ? hex_digit(text[i + 2]) : -1;
      if (low < 0)
        return fail(errc::bad_request, "the request's target has a broken percent escape");
      c = static_cast<char>(high * 16 + low);
      i += 2;
    } else if (c == '+' && plus_is_blank) {
      c = ' ';
    }
    out += c;
  }
  return out;
}

result<std::map<std::string, std::string>> parse_query(std::string_view text) {
  std::map<std::string, std::string> out;
  while (!text.empty()) {
    auto end = std::min(text.find('&'), text.size());
    auto pair = text.substr(0, end);
    text.remove_prefix(std::min(end + 1, text.size()));
    if (pair.empty())
      continue;
    auto eq = std::min(pair.find('='), pair.size());
    auto name = percent_decode(pair.substr(0, eq), true);
    auto value = percent_decode(pair.substr(std::min(eq + 1, pair.size())), true);
    if (!name)
      return tl::unexpected(name.error());
    if (!value)
      return tl::unexpected(value.error());
    out[std::move(*name)] = std::move(*value);
  }
  return out;
}

error split_path(std::string_view path, request_target& out) {
  if (path.empty())
    path = "/";
  while (!path.empty()) {
    path.remove_prefix(1); // the slash
    auto end = std::min(path.find('/'), path.size());
    auto segment = percent_decode(path.substr(0, end), false);
    if (!segment)
      return segment.error();
    if (std::any_of(segment->begin(), segment->end(), is_control))
      return {errc::bad_request, "the request's path has a control byte", ""};
    path.remove_prefix(end);
    out.path += '/';
    for (auto c : *segment)
      out.path += c == '/' ? std::string_view{"%2F"} : std::string_view{&c, 1};
    out.segments.push_back(std::move(*segment));
  }
  return {};
}

void append_header(std::string& out, std::string_view name, std::string_view value) {
  auto append_clean = [&out](std::string_view text) {
    for (auto c : text)
      if (!is_control(c))
        out += c;
  };
  append_clean(name);
  out += ": ";
  append_clean(value);
  out += "\r\n";
}

bool has_no_content(int status) {
  return status / 100 == 1 || status == 204 || status == 304;
}

} // namespace

result<request_target> parse_target(std::string_view target) {
  request_target out;
  if (!target.starts_with('/')) {
    auto scheme = target.find("://");
    if (scheme == std::string_view::npos || target.substr(0, scheme).find_first_of("/?") != std::string_view::npos)
      return fail(errc::bad_request, "the request's target is not a path");
    auto path = target.find_first_of("/?#", scheme + 3);
    out.host = target.substr(scheme + 3, path == std::string_view::npos ? path : path - scheme - 3);
    target = path == std::string_view::npos ? std::string_view{"/"} : target.substr(path);
  }
  target = target.substr(0, target.find('#'));
  auto mark = std::min(target.find('?'), target.size());
  if (auto problem = split_path(target.substr(0, mark), out); problem.code != errc::none)
    return tl::unexpected(std::move(problem));
  auto query = parse_query(target.substr(std::min(mark + 1, target.size())));
  if (!query)
    return tl::unexpected(query.error());
  out.query = std::move(*query);
  return out;
}

std::string format_head(const served_response& what, const head_facts& facts) {
  std::string out;
  out.reserve(320);
  out += "HTTP/1.1 ";
  out += std::to_string(what.status);
  out += ' ';
  out += reason_phrase(what.status);
  out += "\r\n";
  append_header(out, "Server", facts.server_name);
  append_header(out, "Date", facts.date);
  append_header(out, "X-Request-Id", facts.request_id);
  if (!has_no_content(what.status)) {
    append_header(out, "Content-Type", what.content_type);
    append_header(out, "Content-Length", std::to_string(what.body.size()));
    append_header(out, "X-Content-Type-Options", "nosniff");
  }
  if (!facts.keep_alive)
    append_header(out, "Connection", "close");
  else if (facts.http_1_0)
    append_header(out, "Connection", "keep-alive");
  for (const auto& [name, value] : what.headers)
    append_header(out, name, value);
  out += "\r\n";
  return out;
}

std::string_view usable_request_id(std::string_view offered) {
  auto fit = [](char c) {
    return (c >= '0' && c <= '9') || (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || c == '.' || c == '_' ||
           c == '-';
  };
  auto good = !offered.empty() && offered.size() <= 64 && std::all_of(offered.begin(), offered.end(), fit);
  return good ? offered : std::string_view{};
}

std::string to_http_date(wall_time t) {
  static constexpr std::array days{"Sun", "Mon", "Tue", "Wed", "Thu", "Fri", "Sat"};
  static constexpr std::array months{"Jan", "Feb", "Mar", "Apr", "May", "Jun",
                                     "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"};
  auto seconds = static_cast<std::time_t>(to_unix_ms(t) / 1000);
  std::tm p{};
  gmtime_r(&seconds, &p);
  char buffer[96];
  std::snprintf(buffer, sizeof buffer, "%s, %02d %s %04d %02d:%02d:%02d GMT", days[static_cast<size_t>(p.tm_wday)],
                p.tm_mday, months[static_cast<size_t>(p.tm_mon)], p.tm_year + 1900, p.tm_hour, p.tm_min, p.tm_sec);
  return buffer;
}

} // namespace vigie
