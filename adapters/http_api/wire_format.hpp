// HTTP/1.1 as text: what a request line names and how an answer begins.
#pragma once

#include <map>
#include <string>
#include <string_view>
#include <vector>

#include "adapters/ports/http_server.hpp"

namespace vigie {

struct request_target {
  std::string path;                  ///< percent-decoded but for the slash: "%2F" is none, and stays as it is
  std::vector<std::string> segments; ///< percent-decoded; of "/a//b%2Fc": "a", "", "b/c"
  std::string host;                  ///< of the absolute form: "shop.example:8080"; else empty
  std::map<std::string, std::string> query;
};

/// "/a%20b?x=1&y": origin-form and absolute-form. bad_request: anything else, a broken percent escape, a control byte.
result<request_target> parse_target(std::string_view target);

struct head_facts {
  bool http_1_0 = false;
  bool keep_alive = true;
  std::string_view server_name;
  std::string_view request_id;
  std::string_view date; ///< IMF-fixdate
};

/// Status line and headers, the blank line included. Bytes that would end a line are left out of header values.
std::string format_head(const served_response& what, const head_facts& facts);

/// The client's own id if it is fit to be repeated, else empty.
std::string_view usable_request_id(std::string_view offered);

/// "Sat, 21 Nov 2026 22:38:35 GMT".
std::string to_http_date(wall_time t);

} // namespace vigie
