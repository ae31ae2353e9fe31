// What an address on a page points at, as browsers read it: the URL Standard's parser for http and https. Pure.
//
// It is lenient, since pages are: blanks and line ends around and within, backslashes, characters that have to be
// encoded. What is fetched goes through parse_url as well, which is not (actors/policy/url_template.hpp).
#pragma once

#include <string>
#include <string_view>

#include "messages/values/optional.hpp"

namespace vigie {

/// An http or https address, in the standard's form.
struct web_address {
  std::string scheme;    ///< "http" or "https"
  std::string authority; ///< "host", "host:8080", "user:password@host", "[::1]"
  std::string path;      ///< begins with '/'
  optional<std::string> query{};
  optional<std::string> fragment{};
};

std::string to_string(const web_address& x);

/// A reference as it is meant on the page `base`; null: on no page. Nothing for what is no address, and for other
/// schemes.
optional<web_address> parse_address(std::string_view reference, const web_address* base);

/// A host in the standard's form, from the text between "//" and the path without user and port: lower case, an IPv4
/// address in its four numbers, IPv6 in brackets, other letters than ASCII's in their xn-- form. Nothing if it is none.
optional<std::string> web_host(std::string_view text);

/// ":8080"; empty where it is the scheme's own or none is said. Nothing if it is none.
optional<std::string> web_port(std::string_view digits, std::string_view scheme);

} // namespace vigie
