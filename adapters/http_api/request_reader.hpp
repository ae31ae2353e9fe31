// Bytes in, whole requests out. The parser is Boost.Beast's; request_reader.cpp alone sees it.
#pragma once

#include <memory>
#include <string>
#include <string_view>

#include "adapters/ports/http_server.hpp"

namespace vigie {

/// What is wrong with a request that cannot be read: status 0 = nothing.
struct read_fault {
  int status = 0;
  std::string why;
};

/// One request after the other of one connection. Not thread-safe.
class request_reader {
public:
  request_reader(size_t max_header_bytes, size_t max_body_bytes);
  ~request_reader();

  void reset(); ///< for the next request

  /// Takes bytes from the front of `bytes`, which must begin with what the last call left. Returns how many; 0 = more
  /// is needed.
  size_t put(std::string_view bytes, read_fault& fault);

  bool whole() const;
  bool in_body() const;          ///< the headers are read
  bool expects_continue() const; ///< the client waits for "100 Continue" before it sends the body
  size_t body_bytes() const;     ///< held so far

  bool http_1_0() const;
  bool keep_alive() const;
  bool is_head() const;
  /// Of a whole request; `peer` and `request_id` are the caller's to fill in. Path, query and Host are checked here.
  served_request take(read_fault& fault);

private:
  struct impl;
  std::unique_ptr<impl> impl_;
};

} // namespace vigie
