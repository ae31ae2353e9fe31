#include "actors/policy/ip_address.hpp"

#include <algorithm>
#include <charconv>

namespace vigie {

namespace {

/// Digits of `base` only, at most `max_digits`, at most `max`.
optional<uint32_t> number(std::string_view text, int base, size_t max_digits, uint32_t max) {
  uint32_t out = 0;
  auto end = text.data() + text.size();
  auto read = std::from_chars(text.data(), end, out, base);
  if (text.empty() || text.size() > max_digits || read.ec != std::errc{} || read.ptr != end || out > max)
    return std::nullopt;
  return out;
}

/// One part of a numeric host. Every number that is too large for any place is the same one.
optional<uint64_t> host_number(std::string_view text) {
  constexpr uint64_t too_large = uint64_t{1} << 32;
  if (text.empty())
    return std::nullopt;
  uint64_t base = 10;
  if (text.size() > 1 && text[0] == '0') {
    base = text[1] == 'x' || text[1] == 'X' ? 16 : 8;
    text.remove_prefix(base == 16 ? 2 : 1);
  }
  uint64_t out = 0;
  for (char c : text) {
    auto digit = static_cast<uint64_t>(c >= '0' && c <= '9'   ? c - '0'
                                       : c >= 'a' && c <= 'f' ? c - 'a' + 10
                                       : c >= 'A' && c <= 'F' ? c - 'A' + 10
                                                              : 16);
    if (digit >= base)
      return std::nullopt;
    out = std::min(out * base + digit, too_large);
  }
  return out;
}

optional<ip_address> parse_v4(std::string_view text) {
  ip_address out;
  for (size_t i = 0; i < 4; ++i) {
    auto dot = i < 3 ? text.find('.') : text.size();
    if (dot == std::string_view::npos)
      return std::nullopt;
    auto part = text.substr(0, dot);
    auto byte = number(part, 10, 3, 255);
    if (!byte || (part.size() > 1 && part[0] == '0'))
      return std::nullopt;
    out.bytes[i] = static_cast<uint8_t>(*byte);
    text.remove_prefix(std::min(dot + 1, text.size()));
  }
  return out;
}

/// Groups between colons, the last two possibly as an IPv4 address. At most eight, into `out`; says how many.
optional<size_t> parse_groups(std::string_view text, std::array<uint16_t, 8>& out) {
  size_t count = 0;
  while (!text.empty()) {
    auto colon = std::min(text.find(':'), text.size());
    auto part = text.substr(0, colon);
    bool last = colon == text.size();
    if (last && part.find('.') != std::string_view::npos) {
      auto v4 = parse_v4(part);
      if (!v4 || count > 6)
        return std::nullopt;
      out[count++] = static_cast<uint16_t>(v4->bytes[0] << 8 | v4->bytes[1]);
      out[count++] = static_cast<uint16_t>(v4->bytes[2] << 8 | v4->bytes[3]);
      return count;
    }
    auto group = number(part, 16, 4, 0xffff);
    if (!group || count == 8 || colon + 1 == text.size())
      return std::nullopt;
    out[count++] = static_cast<uint16_t>(*group);
    text.remove_prefix(last ? colon : colon + 1);
  }
  return count;
}

optional<ip_address> parse_v6(std::string_view text) {
  auto gap = text.find("::");
  std::array<uint16_t, 8> head{};
  std::array<uint16_t, 8> tail{};
  auto head_text = text.substr(0, gap);
  auto head_count = parse_groups(head_text, head);
  optional<size_t> tail_count = size_t{0};
  if (gap != std::string_view::npos)
    tail_count = parse_groups(text.substr(gap + 2), tail);
  if (!head_count || !tail_count || (gap != std::string_view::npos && head_text.find('.') != std::string_view::npos))
    return std::nullopt;
  auto total = *head_count + *tail_count;
  if (gap == std::string_view::npos ? total != 8 : total > 7)
    return std::nullopt;
  std::copy_backward(tail.begin(), tail.begin() + static_cast<std::ptrdiff_t>(*tail_count), head.end());
  ip_address out{true, {}};
  for (size_t i = 0; i < 8; ++i) {
    out.bytes[2 * i] = static_cast<uint8_t>(head[i] >> 8);
    out.bytes[2 * i + 1] = static_cast<uint8_t>(head[i]);
  }
  return out;
}

std::string hex(uint16_t x) {
  std::array<char, 4> digits{};
  auto end = std::to_chars(digits.data(), digits.data() + digits.size(), x, 16).ptr;
  return {digits.data(), end};
}

/// The longest run of two or more zero groups, the first of equal ones: what "::" stands for.
std::pair<size_t, size_t> zero_run(const std::array<uint16_t, 8>& groups) {
  std::pair<size_t, size_t> best{8, 8};
  for (size_t begin = 0; begin < 8;) {
    auto end = begin;
    while (end < 8 && groups[end] == 0)
      ++end;
    if (end - begin > 1 && end - begin > best.second - best.first)
      best = {begin, end};
    begin = end + 1;
  }
  return best;
}

} // namespace

optional<ip_address> parse_ip(std::string_view text) {
  return text.find(':') == std::string_view::npos ? parse_v4(text) : parse_v6(text);
}

bool ends_in_number(std::string_view host) {
  auto last = host.substr(host.rfind('.') + 1); // the whole where there is no dot: npos + 1 is 0
  bool digits = last.find_first_not_of("0123456789") == last.npos;
  return !last.empty() && (digits || host_number(last).has_value());
}

optional<ip_address> parse_numeric_host(std::string_view host) {
  std::array<uint64_t, 4> parts{};
  size_t count = 0;
  for (bool more = true; more; ++count) {
    auto dot = host.find('.');
    auto part = host_number(host.substr(0, dot));
    if (!part || count == parts.size())
      return std::nullopt;
    parts[count] = *part;
    more = dot != host.npos;
    host.remove_prefix(more ? dot + 1 : host.size());
  }
  auto value = parts[count - 1];
  if (value >> (8 * (5 - count)) != 0)
    return std::nullopt;
  for (size_t i = 0; i + 1 < count; ++i) {
    if (parts[i] > 255)
      return std::nullopt;
    value |= parts[i] << (8 * (3 - i));
  }
  auto byte = [value](unsigned shift) { return static_cast<uint8_t>(value >> shift); };
  return ipv4(byte(24), byte(16), byte(8), byte(0));
}

std::string to_string(const ip_address& x) {
  std::string out;
  if (!x.is_v6) {
    for (size_t i = 0; i < 4; ++i)
      out += (i > 0 ? "." : "") + std::to_string(x.bytes[i]);
    return out;
  }
  std::array<uint16_t, 8> groups{};
  for (size_t i = 0; i < 8; ++i)
    groups[i] = static_cast<uint16_t>(x.bytes[2 * i] << 8 | x.bytes[2 * i + 1]);
  auto [begin, end] = zero_run(groups);
  for (size_t i = 0; i < 8; ++i) {
    if (i == begin) {
      out += "::";
      i = end - 1;
      continue;
    }
    out += (i > 0 && i != end ? ":" : "") + hex(groups[i]);
  }
  return out;
}

bool subnet::contains(const ip_address& x) const {
  if (x.is_v6 != base.is_v6)
    return false;
  for (unsigned bit = 0; bit < bits; bit += 8) {
    auto mask = bits - bit >= 8 ? 0xffu : 0xffu << (8 - (bits - bit));
    if (((x.bytes[bit / 8] ^ base.bytes[bit / 8]) & mask & 0xffu) != 0)
      return false;
  }
  return true;
}

} // namespace vigie
