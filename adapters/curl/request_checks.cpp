#include "adapters/curl/request_checks.hpp"

#include <algorithm>
#include <cstring>

#include "actors/policy/ascii.hpp"

namespace vigie {

namespace {

bool is_token(std::string_view text) {
  return !text.empty() && std::all_of(text.begin(), text.end(), [](unsigned char c) {
    return c > 0x20 && c < 0x7f && std::strchr("\"(),/:;<=>?@[\\]{}", c) == nullptr;
  });
}

} // namespace

std::string_view trim_line(std::string_view text) {
  return trimmed(text, [](char c) { return is_blank(c); });
}

error check_request(const http_request& request) {
  if (!is_token(request.method))
    return {errc::bad_request, "the method cannot be sent", {}};
  for (const auto& [name, value] : request.headers) {
    auto low = lower_case(name);
    if (!is_token(name) || low == "host" || low == "content-length" || low == "transfer-encoding")
      return {errc::bad_request, "the header name \"" + name + "\" cannot be sent", {}};
    if (value.find_first_of(std::string_view{"\r\n\0", 3}) != std::string::npos)
      return {errc::bad_request, "the value of the header " + name + " has a line break", {}};
  }
  // libcurl has a limit of 1 MiB, and calls what is longer "out of memory".
  constexpr size_t most_head_bytes = 256 << 10;
  auto head = request.url.size();
  for (const auto& [name, value] : request.headers)
    head += name.size() + value.size() + 4;
  if (head > most_head_bytes)
    return {errc::bad_request,
            "the address and the headers of this request have " + std::to_string(head) + " bytes; at most " +
                std::to_string(most_head_bytes) + " are sent",
            {}};
  return {};
}

result<parsed_url> parse_proxy(std::string_view text) {
  auto url = parse_url(text);
  if (!url)
    return fail(errc::bad_request, "the proxy: " + url.error().detail);
  if (url->scheme != "http" || url->target != "/")
    return fail(errc::bad_request, "the proxy: expected http://host:port and nothing behind it");
  return url;
}

} // namespace vigie
