// Input: a URL, a line feed, and a reference that stands on its page.
#include <cstddef>
#include <cstdint>
#include <string_view>

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

} // namespace

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  using namespace vigie;
  std::string_view text{reinterpret_cast<const char*>(data), size};
  auto end = text.find('\n');
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
