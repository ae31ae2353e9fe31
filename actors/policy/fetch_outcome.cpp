#include "actors/policy/fetch_outcome.hpp"

#include <algorithm>
#include <array>
#include <charconv>
#include <string>

#include "actors/policy/http_fields.hpp"

namespace vigie {

namespace {

constexpr size_t named_location_bytes = 200;

optional<int64_t> number(std::string_view digits) {
  int64_t out = 0;
  auto [end, problem] = std::from_chars(digits.data(), digits.data() + digits.size(), out);
  if (digits.empty() || digits.front() == '-' || problem != std::errc{} || end != digits.data() + digits.size())
    return std::nullopt;
  return out;
}

/// "Sun, 06 Nov 1994 08:49:37 GMT".
optional<wall_time> parse_http_date(std::string_view x) {
  constexpr std::array<std::string_view, 12> months{"Jan", "Feb", "Mar", "Apr", "May", "Jun",
                                                    "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"};
  if (x.size() != 29 || x.substr(3, 2) != ", " || x.substr(25) != " GMT" || x[7] != ' ' || x[11] != ' ' ||
      x[16] != ' ' || x[19] != ':' || x[22] != ':')
    return std::nullopt;
  auto month = std::find(months.begin(), months.end(), x.substr(8, 3)) - months.begin();
  auto day = number(x.substr(5, 2)), year = number(x.substr(12, 4));
  auto hour = number(x.substr(17, 2)), minute = number(x.substr(20, 2)), second = number(x.substr(23, 2));
  if (month == 12 || !day || !year || !hour || !minute || !second || *hour > 23 || *minute > 59 || *second > 60)
    return std::nullopt;
  std::chrono::year_month_day date{std::chrono::year{static_cast<int>(*year)},
                                   std::chrono::month{static_cast<unsigned>(month) + 1},
                                   std::chrono::day{static_cast<unsigned>(*day)}};
  if (!date.ok())
    return std::nullopt;
  return wall_time{std::chrono::sys_days{date}} + std::chrono::hours{*hour} + std::chrono::minutes{*minute} +
         std::chrono::seconds{*second};
}

error not_a_success(int32_t status, std::string_view location) {
  auto detail = "HTTP " + std::to_string(status);
  if (status >= 300 && status < 400 && !location.empty())
    detail += ", redirects to " + std::string{location.substr(0, named_location_bytes)};
  errc code = status == 401 ? errc::unauthorized : status == 403 ? errc::refused : errc::http_status;
  return {code, std::move(detail), {}};
}

} // namespace

error validate(const fetch_outcome_config& config) {
  if (config.default_hold <= duration{0} || config.longest_hold < config.default_hold)
    return {errc::bad_config, "the hold after a 429 must be positive and not above the longest one", {}};
  return {};
}

optional<duration> parse_retry_after(std::string_view value, wall_time now) {
  value = trim_field(value);
  bool digits = !value.empty() && value.find_first_not_of("0123456789") == value.npos;
  if (digits) {
    constexpr int64_t century = 3'153'600'000;
    auto seconds = number(value);
    return duration{std::chrono::seconds{seconds ? std::min(*seconds, century) : century}};
  }
  auto date = parse_http_date(value);
  if (!date)
    return std::nullopt;
  return std::max(duration{0}, *date - now);
}

fetch_outcome judge_fetch(const fetch_outcome_config& config, const result<http_response>& answer, wall_time now) {
  if (!answer)
    return {answer.error(), 0, duration{0}};
  auto status = answer->status;
  if (status >= 200 && status < 300)
    return {{}, status, duration{0}};
  auto wanted = parse_retry_after(field_of(*answer, "retry-after"), now);
  if (status == 429 || (status == 503 && wanted)) {
    auto hold = std::min(wanted ? *wanted : config.default_hold, config.longest_hold);
    auto seconds = std::chrono::duration_cast<std::chrono::seconds>(hold).count();
    return {{errc::rate_limited,
             "HTTP " + std::to_string(status) + ", the host waits for " + std::to_string(seconds) + " s",
             {}},
            status,
            hold};
  }
  return {not_a_success(status, field_of(*answer, "location")), status, duration{0}};
}

} // namespace vigie
