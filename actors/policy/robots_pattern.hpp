// The paths of robots.txt rules and how they match: RFC 9309, 2.2.2 and 2.2.3. Pure.
//
// Both sides are brought to one form first, so that spellings of one path compare equal:
//   %61 and a             unreserved octets (RFC 3986, 2.3) are written as they are
//   %2f and %2F           hexadecimal digits are upper case; reserved octets stay as they are written, encoded or not
//   é and %C3%A9          octets beyond ASCII, blanks, control octets, quotes, braces … are percent-encoded
//   100% and 100%25       a percent sign that begins no triplet is itself encoded
//   * and $ in a URL      are %2A and %24: a rule that means the characters writes them so (2.2.3)
// The path of a URL besides loses its "." and ".." segments (RFC 3986, 6.2.2.3): a server would take them away too.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>

#include "messages/values/optional.hpp"

namespace vigie {

/// Path and query of a URL, ready to be matched.
struct robots_path {
  std::string text;
  /// The same with : / ? [ ] @ behind the first "?" percent-encoded, as the RFC's table of examples has it; empty when
  /// that is no other text. A rule matches if it matches either form.
  std::string encoded_query;

  friend bool operator==(const robots_path&, const robots_path&) = default;
};

/// `target` is what a request line would carry: path and query; a fragment is dropped, an absent path is "/".
robots_path normalise_robots_path(std::string_view target);

/// What stands behind "Allow:" or "Disallow:".
struct robots_pattern {
  std::string text;          ///< normal form; "*" is any sequence of octets, a final "$" the end of the path
  std::string encoded_query; ///< as in robots_path
  /// How specific it is: octets of the normal form, where %24 and %2A count as the one octet that they stand for and
  /// consecutive "*" as one.
  uint32_t octets = 0;

  friend bool operator==(const robots_pattern&, const robots_pattern&) = default;
};

/// Nothing for a text that begins neither with "/" nor with "*": it can match no path. The empty text is one of those.
optional<robots_pattern> compile_robots_pattern(std::string_view text);

/// Takes at most 16 * (pattern + path + 2) steps whatever the pattern is; `steps`, if given, is increased by those
/// taken.
bool matches(const robots_pattern& pattern, const robots_path& path, uint64_t* steps = nullptr);

} // namespace vigie
