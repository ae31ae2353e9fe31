// Input: a byte that says in how small pieces the rest comes, and what a client sends to the API.
#include <cstddef>
#include <cstdint>
#include <map>
#include <string>
#include <string_view>

#include "adapters/http_api/request_reader.hpp"
#include "tests/fuzz/must.hpp"

namespace {

struct reading {
  bool whole = false;
  int status = 0;
  vigie::served_request request;
};

reading read_in_steps(const vigie::http_server_config& limits, std::string_view stream, size_t step) {
  vigie::request_reader reader{limits};
  reading out;
  vigie::read_fault fault;
  std::string unread;
  while (!stream.empty() && !reader.whole() && fault.status == 0) {
    unread += stream.substr(0, step);
    stream.remove_prefix(std::min(step, stream.size()));
    for (size_t n = 1; n > 0 && !unread.empty() && !reader.whole() && fault.status == 0; unread.erase(0, n)) {
      n = reader.put(unread, fault);
      must(n <= unread.size());
    }
    must(reader.held_bytes() <= limits.max_header_bytes + limits.max_body_bytes + unread.size() + step);
  }
  out.whole = reader.whole() && fault.status == 0;
  if (out.whole)
    out.request = reader.take(fault);
  out.status = fault.status;
  return out;
}

} // namespace

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  vigie::http_server_config limits;
  limits.max_header_bytes = limits.max_body_bytes = 8192; // more than an input of these has
  if (size < 2 || size > 4096)
    return 0;
  std::string_view stream{reinterpret_cast<const char*>(data + 1), size - 1};
  auto at_once = read_in_steps(limits, stream, stream.size());
  auto in_steps = read_in_steps(limits, stream, 1 + data[0] % 32);
  must(at_once.whole == in_steps.whole);
  must(!at_once.whole || at_once.status == in_steps.status);
  if (!at_once.whole || at_once.status != 0)
    return 0;
  must(at_once.request.headers == in_steps.request.headers && at_once.request.body == in_steps.request.body);
  must(at_once.request.path == in_steps.request.path && at_once.request.path.starts_with('/'));
  must(!at_once.request.segments.empty());
  for (const auto& [name, value] : at_once.request.headers)
    must((name + value).find_first_of("\r\n") == std::string::npos);
  return 0;
}
