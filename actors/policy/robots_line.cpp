#include "actors/policy/robots_line.hpp"

#include <algorithm>
#include <array>
#include <utility>

#include "actors/policy/ascii.hpp"

namespace vigie {

namespace {

constexpr std::array<std::pair<std::string_view, robots_field>, 13> field_names{{
    {"user-agent", robots_field::user_agent},
    {"useragent", robots_field::user_agent},
    {"user agent", robots_field::user_agent},
    {"allow", robots_field::allow},
    {"disallow", robots_field::disallow},
    {"dissallow", robots_field::disallow},
    {"dissalow", robots_field::disallow},
    {"disalow", robots_field::disallow},
    {"diasllow", robots_field::disallow},
    {"disallaw", robots_field::disallow},
    {"sitemap", robots_field::sitemap},
    {"site-map", robots_field::sitemap},
    {"crawl-delay", robots_field::crawl_delay},
}};

constexpr std::string_view file_name = "/robots.txt";

bool is_outer(char c) {
  return c == ' ' || (c >= '\t' && c <= '\r') || c == '\0';
}

} // namespace

robots_line read_robots_line(std::string_view line, size_t limit) {
  robots_line out;
  auto comment = line.find('#');
  out.cut = std::min(comment, line.size()) > limit;
  line = trimmed(line.substr(0, std::min(comment, limit)), is_outer);
  line = trimmed(line.substr(0, line.find('\0')), is_outer);
  auto separator = line.find(':');
  if (separator == std::string_view::npos) {
    separator = line.find_first_of(" \t");
    if (separator == std::string_view::npos ||
        trimmed(line.substr(separator), is_outer).find_first_of(" \t") != line.npos)
      return out;
  }
  auto name = trimmed(line.substr(0, separator), is_outer);
  for (const auto& [known, field] : field_names)
    if (equal_ignoring_case(name, known))
      out.field = field;
  out.value = trimmed(line.substr(separator + 1), is_outer);
  return out;
}

optional<duration> read_crawl_delay(std::string_view text, duration longest) {
  int64_t ms = 0;
  int64_t unit = 1000;
  bool digits = false, point = false, more = false;
  for (char c : text) {
    if (c == '.' && !point) {
      point = true;
    } else if (c >= '0' && c <= '9') {
      digits = true;
      unit = point ? unit / 10 : unit;
      more = more || (unit == 0 && c != '0');
      ms = point ? ms + int64_t{c - '0'} * unit : std::min(ms * 10 + int64_t{c - '0'} * 1000, int64_t{longest.count()});
    } else {
      return std::nullopt;
    }
  }
  if (!digits)
    return std::nullopt;
  return std::min(duration{ms + (more ? 1 : 0)}, longest);
}

std::string place_of_line(const std::string& authority, uint32_t line) {
  return authority + std::string{file_name} + ":" + std::to_string(line);
}

bool names_a_line(std::string_view place) {
  auto at = place.rfind(file_name);
  if (at == place.npos)
    return false;
  auto line = place.substr(at + file_name.size());
  return line.size() > 1 && line[0] == ':' && line.find_first_not_of("0123456789", 1) == line.npos;
}

} // namespace vigie
