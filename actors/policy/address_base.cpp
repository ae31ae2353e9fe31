#include "actors/policy/address_base.hpp"

#include <algorithm>
#include <array>

namespace vigie {

namespace {

/// Characters that stand for themselves in a path and in a query and mean nothing else: no '%', as in "%2e".
constexpr auto plain = [] {
  std::array<bool, 256> out{};
  for (char c : std::string_view{"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_~!$&()*+,;=:@/.|?"})
    out[static_cast<unsigned char>(c)] = true;
  return out;
}();

/// A path behind its first slash, maybe with a query, that the parser would leave as it is. One in which a segment may
/// begin with a dot is left to the parser.
bool is_settled(std::string_view x) {
  return std::all_of(x.begin(), x.end(), [](char c) { return plain[static_cast<unsigned char>(c)]; }) &&
         !x.starts_with('.') && x.find("/.") == x.npos;
}

std::string joined(std::string_view a, std::string_view b) {
  std::string out;
  out.reserve(a.size() + b.size());
  out += a;
  out += b;
  return out;
}

/// "https://shop.example/…" with a host in small letters: the length up to the path, 0 if it is not so simple.
size_t simple_root(std::string_view x) {
  auto begin = x.starts_with("https://") ? 8u : x.starts_with("http://") ? 7u : 0u;
  auto end = begin == 0 ? x.npos : x.find('/', begin);
  if (end == x.npos || end == begin)
    return 0;
  auto host = x.substr(begin, end - begin);
  bool letters = std::all_of(host.begin(), host.end(), [](char c) {
    return (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9') || c == '-' || c == '.' || c == '_';
  });
  auto last = host.substr(host.rfind('.') + 1);
  bool name = !last.empty() && last[0] >= 'a' && last[0] <= 'z';
  return letters && name ? end : 0;
}

} // namespace

address_base::address_base(std::string_view url) {
  if (auto x = parse_address(url, nullptr))
    *this = address_base{std::move(*x)};
}

address_base::address_base(web_address url) : url_(std::move(url)) {
  root_ = url_->scheme + "://" + url_->authority;
  folder_ = root_ + url_->path.substr(0, url_->path.rfind('/') + 1);
}

address_base address_base::within(std::string_view reference) const {
  auto x = parse_address(reference, url_ ? &*url_ : nullptr);
  return x ? address_base{std::move(*x)} : *this;
}

std::string address_base::absolute(std::string_view reference) const {
  if (auto root = simple_root(reference); root > 0 && is_settled(reference.substr(root + 1)))
    return std::string{reference};
  if (url_ && !reference.empty()) {
    bool from_root = reference[0] == '/';
    if (from_root && !reference.substr(1).starts_with('/') && is_settled(reference.substr(1)))
      return joined(root_, reference);
    // A colon may end a scheme.
    if (!from_root && reference[0] != '?' && is_settled(reference) && reference.find(':') == reference.npos)
      return joined(folder_, reference);
  }
  auto x = parse_address(reference, url_ ? &*url_ : nullptr);
  return x ? to_string(*x) : std::string{reference};
}

} // namespace vigie
