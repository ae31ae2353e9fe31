// URLs: the one parser that checks and use share, and templates of them. Pure.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "messages/values/error.hpp"
#include "messages/values/ids.hpp"
#include "messages/values/optional.hpp"

namespace vigie {

/// An absolute http or https URL in its parts. Whoever fetches uses to_string of this, never the text it came from, so
/// that no second parser reads that text in another way.
struct parsed_url {
  std::string scheme;      ///< "http" or "https"
  std::string host;        ///< lower case; an address in its normal form, an IPv6 one without its brackets
  optional<uint16_t> port; ///< only if it is not the scheme's own
  std::string target;      ///< path and query, at least "/"; bytes beyond ASCII percent-encoded; the fragment is gone

  friend bool operator==(const parsed_url&, const parsed_url&) = default;
};

/// bad_request for anything else than http(s)://host[:port][/path][?query][#fragment], for user names in it, and for
/// blanks, control characters and backslashes anywhere. A host is ASCII without percent signs. One that ends in a
/// number is an IPv4 address in any of its spellings (0x7f.1, 2130706433) and comes out as 127.0.0.1; an IPv6 address
/// has no zone.
result<parsed_url> parse_url(std::string_view url);
std::string to_string(const parsed_url& url);

/// "host" or "host:port", lower case; the port is left out where it is the scheme's own. An IPv6 address keeps its
/// brackets.
host_key host_key_of(const parsed_url& url);
result<host_key> host_key_of(std::string_view url);

/// Percent-encodes everything but the unreserved characters of RFC 3986.
std::string percent_encode(std::string_view text);

struct url_values {
  std::string query; ///< any text; is percent-encoded
  uint64_t page = 0;
  uint64_t offset = 0;
  std::string cursor{}; ///< as query; empty on the first page
};

/// A URL with {query}, {page}, {offset} and {cursor} in its path or query part; the host is fixed.
class url_template {
public:
  /// bad_config for other placeholders, lone braces, placeholders in the host, and what parse_url refuses.
  static result<url_template> parse(std::string_view text);

  std::string fill(const url_values& values) const;
  bool has_query() const { return has(part_kind::query); }
  bool has_page() const { return has(part_kind::page); }
  bool has_offset() const { return has(part_kind::offset); }
  bool has_cursor() const { return has(part_kind::cursor); }
  const host_key& host() const { return host_; }

private:
  enum class part_kind : uint8_t { text, query, page, offset, cursor };
  struct part {
    part_kind kind;
    std::string text;
  };

  static optional<part_kind> kind_of(std::string_view name);
  bool has(part_kind x) const;

  std::vector<part> parts_;
  host_key host_;
};

} // namespace vigie
