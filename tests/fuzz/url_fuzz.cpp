// Input: a URL, a line feed, and a reference that stands on its page.
#include <cstddef>
#include <cstdint>
#include <string_view>

#include "actors/policy/address_base.hpp"
#include "actors/policy/address_guard.hpp"
#include "actors/policy/url_reference.hpp"
#include "tests/fuzz/must.hpp"

namespace {

/// What is checked is what is fetched: the text of a parsed URL is read back as itself, whoever reads it.
void check(const vigie::parsed_url& url) {
  auto text = to_string(url);
  auto again = vigie::parse_url(text);
  must(again.has_value() && *again == url && to_string(*again) == text);
  must(url.scheme == "http" || url.scheme == "https");
  must(url.target.starts_with('/'));
  for (unsigned char c : text)
    must(c > 0x20 && c < 0x7f && c != '\\');
  must(text.find('@') == text.npos || text.find('@') > text.find('/', url.scheme.size() + 3));
  // A host that ends like a number is an address, in the one form that we and the resolver know.
  auto dot = url.host.rfind('.');
  auto last = url.host.substr(dot == url.host.npos ? 0 : dot + 1);
  bool number = !last.empty() && last.find_first_not_of("0123456789") == last.npos;
  must(!number || vigie::parse_ip(url.host).has_value());
}

/// The quick way and the parser say the same, and what is absolute stays as it is.
void check_address(std::string_view page, std::string_view reference) {
  auto base = vigie::parse_address(page, nullptr);
  auto meant = vigie::parse_address(reference, base ? &*base : nullptr);
  auto absolute = vigie::address_base{page}.absolute(reference);
  must(absolute == (meant ? to_string(*meant) : std::string{reference}));
  if (!meant)
    return;
  auto again = vigie::parse_address(absolute, nullptr);
  must(again.has_value() && to_string(*again) == absolute);
  for (unsigned char c : absolute)
    must(c > 0x20 && c < 0x7f);
}

} // namespace

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  using namespace vigie;
  std::string_view text{reinterpret_cast<const char*>(data), size};
  auto end = text.find('\n');
  check_address(text.substr(0, end), end == text.npos ? std::string_view{} : text.substr(end + 1));
  auto base = parse_url(text.substr(0, end));
  if (auto made = url_template::parse(text.substr(0, end))) {
    auto filled = parse_url(made->fill({"a b/é", 3, 40, "c=1&x"}));
    must(filled.has_value() && host_key_of(*filled) == made->host());
  }
  (void)parse_address_range(text.substr(0, end));
  if (!base) {
    must(!base.error().detail.empty());
    return 0;
  }
  check(*base);
  if (end == text.npos)
    return 0;
  if (auto hop = resolve_url(*base, text.substr(end + 1)))
    check(*hop);
  return 0;
}
