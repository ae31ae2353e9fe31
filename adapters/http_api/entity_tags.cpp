#include "adapters/http_api/entity_tags.hpp"

#include "actors/policy/unicode.hpp"

namespace vigie {

bool names_etag(std::string_view if_match, std::string_view etag) {
  auto left = trim_blanks(if_match);
  if (left == "*")
    return true;
  while (!left.empty()) {
    auto weak = left.starts_with("W/");
    left.remove_prefix(weak ? 2 : 0);
    if (!left.starts_with('"'))
      return false;
    auto end = left.find('"', 1);
    if (end == left.npos)
      return false;
    if (!weak && left.substr(0, end + 1) == etag)
      return true;
    left = trim_blanks(left.substr(end + 1));
    if (!left.empty() && !left.starts_with(','))
      return false;
    while (left.starts_with(','))
      left = trim_blanks(left.substr(1));
  }
  return false;
}

} // namespace vigie
