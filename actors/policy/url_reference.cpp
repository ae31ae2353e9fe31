#include "actors/policy/url_reference.hpp"

#include "actors/policy/web_address.hpp"

namespace vigie {

result<parsed_url> resolve_url(const parsed_url& base, std::string_view reference) {
  auto page = parse_address(to_string(base), nullptr);
  auto meant = parse_address(reference, page ? &*page : nullptr);
  return parse_url(meant ? to_string(*meant) : std::string{reference});
}

} // namespace vigie
