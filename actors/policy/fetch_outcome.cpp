#include "actors/policy/fetch_outcome.hpp"

#include <algorithm>
#include <array>
#include <charconv>
#include <string>

#include "actors/policy/dates.hpp"
#include "actors/policy/http_fields.hpp"

namespace vigie {

namespace {

constexpr size_t named_location_bytes = 200;

struct marker {
  std::string_view name;
  std::string_view field; ///< of the header; empty = it stands in the body
  std::string_view text;
};

/// Services that answer in place of the site. A header of theirs counts with every status; a text only with 403 and
/// 503, which they use for it: a page may speak of them.
constexpr std::array markers{
    marker{"Cloudflare", "cf-mitigated", "challenge"},
    marker{"AWS WAF", "x-amzn-waf-action", "challenge"},
    marker{"AWS WAF", "x-amzn-waf-action", "captcha"},
    marker{"Cloudflare", {}, "/cdn-cgi/challenge-platform/"},
    marker{"Cloudflare", {}, "_cf_chl_opt"},
    marker{"Cloudflare", {}, "cf-browser-verification"},
    marker{"DataDome", {}, "captcha-delivery.com"},
    marker{"Imperva", {}, "_Incapsula_Resource"},
    marker{"HUMAN", {}, "px-captcha"},
};
/// Of a body that are searched for a marker.
constexpr size_t marker_bytes = 64 << 10;

bool is_redirect(int32_t status) {
  return status == 301 || status == 302 || status == 303 || status == 307 || status == 308;
}

bool worth_a_repetition(int32_t status) {
  return status == 408 || status == 502 || status == 503 || status == 504;
}

errc code_of(int32_t status) {
  return status == 401 ? errc::unauthorized : status == 403 ? errc::refused : errc::http_status;
}

answer_kind kind_of(int32_t status) {
  switch (status) {
  case 401:
    return answer_kind::unauthorized;
  case 403:
    return answer_kind::refused;
  case 404:
  case 410:
    return answer_kind::gone;
  default:
    break;
  }
  if (worth_a_repetition(status))
    return answer_kind::transient;
  return status >= 500 && status < 600 ? answer_kind::server_error : answer_kind::rejected;
}

/// No answer, or none that was taken.
fetch_outcome without_answer(const error& why) {
  fetch_outcome out{why, 0};
  switch (why.code) {
  case errc::network:
  case errc::timed_out:
    out.kind = answer_kind::transient;
    out.next = next_step::retry;
    break;
  case errc::crashed: // it may have been asked
    out.kind = answer_kind::transient;
    break;
  case errc::busy:
  case errc::bad_request:
  case errc::cancelled:
    out.kind = answer_kind::none_asked;
    break;
  default:
    out.kind = answer_kind::unusable;
  }
  return out;
}

fetch_outcome held(int32_t status, const optional<duration>& wanted) {
  auto detail = "HTTP " + std::to_string(status) + ", the host asks to be left alone";
  if (wanted)
    detail += " for " + std::to_string(std::chrono::duration_cast<std::chrono::seconds>(*wanted).count()) + " s";
  fetch_outcome out{{errc::rate_limited, std::move(detail), {}}, status};
  out.kind = answer_kind::rate_limited;
  return out;
}

fetch_outcome redirected(int32_t status, std::string_view location) {
  auto where = std::string{location.substr(0, named_location_bytes)};
  fetch_outcome out{{errc::http_status, "HTTP " + std::to_string(status) + ", redirects to " + where, {}}, status};
  out.kind = answer_kind::redirect;
  out.next = next_step::follow;
  out.location = std::string{location};
  return out;
}

fetch_outcome of_status(int32_t status) {
  fetch_outcome out{{code_of(status), "HTTP " + std::to_string(status), {}}, status};
  out.kind = kind_of(status);
  if (out.kind == answer_kind::transient)
    out.next = next_step::retry;
  return out;
}

fetch_outcome succeeded(int32_t status) {
  fetch_outcome out{{}, status};
  if (status == 206) {
    // A part would be read as the whole, and what is missing taken for gone.
    out.problem = {errc::bad_page, "HTTP 206, a part of the page only, which nobody asked for", {}};
    out.kind = answer_kind::unusable;
    return out;
  }
  out.kind = answer_kind::page;
  out.next = next_step::page;
  return out;
}

} // namespace

optional<duration> parse_retry_after(std::string_view value, wall_time now) {
  constexpr duration century{std::chrono::seconds{3'153'600'000}};
  value = trim_field(value);
  if (!value.empty() && value.find_first_not_of("0123456789") == value.npos) {
    int64_t seconds = 0;
    auto [end, problem] = std::from_chars(value.data(), value.data() + value.size(), seconds);
    auto fits = problem == std::errc{} && seconds < century / std::chrono::seconds{1};
    return fits ? duration{std::chrono::seconds{seconds}} : century;
  }
  auto date = parse_http_date(value, now);
  if (!date)
    return std::nullopt;
  return std::clamp(std::chrono::duration_cast<duration>(*date - now), duration{0}, century);
}

optional<duration> retry_after_of(const http_response& answer, wall_time now) {
  auto sent = parse_http_date(trim_field(answer.headers.value("date")), now);
  optional<duration> out;
  for (const auto& [name, value] : answer.headers)
    if (name == "retry-after")
      if (auto wanted = parse_retry_after(value, sent.value_or(now)))
        out = std::max(*wanted, out.value_or(duration{0}));
  return out;
}

std::string_view challenge_marker(const http_response& answer) {
  auto head = std::string_view{answer.body}.substr(0, marker_bytes);
  bool texts_count = answer.status == 403 || answer.status == 503;
  for (const auto& x : markers) {
    bool there = x.field.empty() ? texts_count && head.find(x.text) != head.npos
                                 : trim_field(answer.headers.value(x.field)) == x.text;
    if (there)
      return x.name;
  }
  return {};
}

fetch_outcome judge_fetch(const result<http_response>& answer, wall_time now, bool conditional) {
  if (!answer)
    return without_answer(answer.error());
  auto status = answer->status;
  auto wanted = retry_after_of(*answer, now);
  if (auto who = challenge_marker(*answer); !who.empty()) {
    fetch_outcome out{{errc::refused, "HTTP " + std::to_string(status) + ", a challenge page of ", {}}, status};
    out.problem.detail += who;
    out.kind = answer_kind::refused;
    out.retry_after = wanted;
    return out;
  }
  fetch_outcome out;
  auto location = trim_field(answer->headers.value("location"));
  if (status >= 200 && status < 300) {
    out = succeeded(status);
  } else if (status == 304 && conditional) {
    out = {{}, status};
    out.kind = answer_kind::unchanged;
    out.next = next_step::unchanged;
  } else if (status == 429 || (status == 503 && wanted)) {
    out = held(status, wanted);
  } else if (is_redirect(status) && !location.empty()) {
    out = redirected(status, location);
  } else {
    out = of_status(status);
  }
  out.retry_after = wanted;
  return out;
}

} // namespace vigie
