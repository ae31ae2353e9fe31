// Values of header fields, as policies read them. Pure.
#pragma once

#include <string_view>

namespace vigie {

/// Without the optional white space around a field's value (RFC 9110, 5.6.3).
inline std::string_view trim_field(std::string_view x) {
  while (!x.empty() && (x.front() == ' ' || x.front() == '\t'))
    x.remove_prefix(1);
  while (!x.empty() && (x.back() == ' ' || x.back() == '\t'))
    x.remove_suffix(1);
  return x;
}

} // namespace vigie
