// The URL Standard's host parser, of http and https.
#include <algorithm>
#include <vector>

#include "actors/policy/ascii.hpp"
#include "actors/policy/ip_address.hpp"
#include "actors/policy/plain_text.hpp"
#include "actors/policy/unicode.hpp"
#include "actors/policy/web_address.hpp"

namespace vigie {

namespace {

std::string percent_decoded(std::string_view x) {
  std::string out;
  for (size_t i = 0; i < x.size(); ++i) {
    bool encoded = x[i] == '%' && i + 2 < x.size() && hex_digit(x[i + 1]) >= 0 && hex_digit(x[i + 2]) >= 0;
    out += encoded ? static_cast<char>(hex_digit(x[i + 1]) * 16 + hex_digit(x[i + 2])) : x[i];
    i += encoded ? 2 : 0;
  }
  return out;
}

/// Characters that stand for others (Unicode calls them compatible): which, only its tables say.
bool stands_for_others(char32_t c) {
  struct range {
    char32_t first, last;
  };
  static constexpr range ranges[] = {{0xA8, 0xAA},       {0xAF, 0xAF},       {0xB2, 0xB5},       {0xB8, 0xBA},
                                     {0xBC, 0xBE},       {0x132, 0x133},     {0x13F, 0x140},     {0x149, 0x149},
                                     {0x17F, 0x17F},     {0x1C4, 0x1CC},     {0x1F1, 0x1F3},     {0x2B0, 0x36F},
                                     {0x1AB0, 0x1AFF},   {0x1D00, 0x1DFF},   {0x2000, 0x25FF},   {0x27C0, 0x2AFF},
                                     {0x3000, 0x3004},   {0x3008, 0x3020},   {0x3099, 0x309C},   {0x309F, 0x309F},
                                     {0x30FF, 0x318F},   {0x3200, 0x33FF},   {0xE000, 0xFFFF},   {0x1D400, 0x1D7FF},
                                     {0x1F100, 0x1F2FF}, {0x2F800, 0x2FA1F}, {0xE0000, 0x10FFFF}};
  return std::any_of(std::begin(ranges), std::end(ranges), [&](const range& x) { return c >= x.first && c <= x.last; });
}

/// RFC 3492. Labels are short.
std::string punycode(const std::vector<char32_t>& points) {
  constexpr uint32_t base = 36, least = 1, most = 26, skew = 38, damp = 700;
  auto digit = [](uint32_t x) { return static_cast<char>(x < 26 ? 'a' + x : '0' + x - 26); };
  std::string out;
  for (auto c : points)
    if (c < 0x80)
      out += static_cast<char>(c);
  auto basic = static_cast<uint32_t>(out.size());
  if (basic > 0)
    out += '-';
  uint32_t n = 0x80, delta = 0, bias = 72;
  for (auto handled = basic; handled < points.size(); ++delta, ++n) {
    char32_t next = 0x110000;
    for (auto c : points)
      if (c >= n)
        next = std::min(next, c);
    delta += (next - n) * (handled + 1);
    n = next;
    for (auto c : points) {
      delta += c < n ? 1 : 0;
      if (c != n)
        continue;
      auto rest = delta;
      for (auto k = base;; k += base) {
        auto limit = std::clamp(k > bias ? k - bias : 0, least, most);
        if (rest < limit)
          break;
        out += digit(limit + (rest - limit) % (base - limit));
        rest = (rest - limit) / (base - limit);
      }
      out += digit(rest);
      delta = handled == basic ? delta / damp : delta / 2;
      delta += delta / (handled + 1);
      for (bias = 0; delta > (base - least) * most / 2; bias += base)
        delta /= base - least;
      bias += (base - least + 1) * delta / (delta + skew);
      delta = 0;
      ++handled;
    }
  }
  return out;
}

/// One label in small letters and, if it has others than ASCII's, as xn--.
optional<std::string> label_of(std::string_view text) {
  constexpr size_t longest = 63;
  constexpr char32_t soft_hyphen = 0xAD;
  std::vector<char32_t> points;
  while (!text.empty()) {
    auto c = take_code_point(text);
    if (c == soft_hyphen)
      continue;
    if (c >= 0xFF01 && c <= 0xFF5E) // ASCII's, as wide as an ideograph
      c -= 0xFEE0;
    if (c >= 0x80 && (stands_for_others(c) || points.size() > longest))
      return std::nullopt;
    // These two are letters of their own in names, whatever folding says.
    std::string one, small;
    append_utf8(one, c);
    small = c == 0xDF || c == 0x3C2 ? one : case_fold(one);
    for (std::string_view rest{small}; !rest.empty();)
      points.push_back(take_code_point(rest));
  }
  bool ascii = std::all_of(points.begin(), points.end(), [](char32_t c) { return c < 0x80; });
  if (!ascii)
    return "xn--" + punycode(points);
  return std::string{points.begin(), points.end()};
}

/// In small letters, as ASCII.
optional<std::string> domain_of(std::string_view text) {
  auto simple = [](char c) { return static_cast<unsigned char>(c) < 0x80 && c != '%'; };
  std::string out;
  if (std::all_of(text.begin(), text.end(), simple)) {
    return lower_case(text);
  }
  auto decoded = percent_decoded(text);
  for (std::string_view dot : {"。", "．", "｡"})
    for (auto at = decoded.find(dot); at != decoded.npos; at = decoded.find(dot, at))
      decoded.replace(at, dot.size(), ".");
  for (std::string_view rest{decoded};;) {
    auto end = std::min(rest.find('.'), rest.size());
    auto label = label_of(rest.substr(0, end));
    if (!label)
      return std::nullopt;
    out += *label;
    if (end == rest.size())
      return out;
    out += '.';
    rest.remove_prefix(end + 1);
  }
}

bool is_forbidden(char c) {
  constexpr std::string_view forbidden = " #/:<>?@[\\]^|%";
  return !is_alphanumeric(c) &&
         (static_cast<unsigned char>(c) < 0x20 || c == 0x7F || forbidden.find(c) != forbidden.npos);
}

} // namespace

optional<std::string> web_host(std::string_view text) {
  if (text.starts_with('[')) {
    auto address = text.ends_with(']') ? parse_ip(text.substr(1, text.size() - 2)) : std::nullopt;
    return address && address->is_v6 ? optional<std::string>{"[" + to_string(*address) + "]"} : std::nullopt;
  }
  auto name = domain_of(text);
  if (!name || name->empty() || std::any_of(name->begin(), name->end(), is_forbidden))
    return std::nullopt;
  std::string_view number{*name};
  number.remove_suffix(number.ends_with('.') ? 1 : 0);
  if (!ends_in_number(number))
    return name;
  auto address = parse_numeric_host(number);
  return address ? optional<std::string>{to_string(*address)} : std::nullopt;
}

optional<std::string> web_port(std::string_view digits, std::string_view scheme) {
  constexpr uint32_t last = 65535;
  uint32_t port = 0;
  for (char c : digits) {
    if (!is_digit(c))
      return std::nullopt;
    port = std::min(port * 10 + static_cast<uint32_t>(c - '0'), last + 1);
  }
  if (port > last)
    return std::nullopt;
  bool own = digits.empty() || port == (scheme == "http" ? 80u : 443u);
  return own ? std::string{} : ":" + std::to_string(port);
}

} // namespace vigie
