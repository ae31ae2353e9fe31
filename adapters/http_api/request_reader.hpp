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
///
/// Nothing of a request is without end: what was received and is not understood yet counts like what was. Headers have
/// max_header_bytes and max_header_fields; so many bytes at once, too, the head of a chunk and the trailers. All heads
/// of chunks together may have that and eight bytes for each byte of the body besides. Trailers are read and dropped.
class request_reader {
public:
  explicit request_reader(const http_server_config& limits);
  ~request_reader();

  void reset(); ///< for the next request

  /// Takes bytes from the front of `bytes`, which must begin with what the last call left. Returns how many; 0 = more
  /// is needed.
  size_t put(std::string_view bytes, read_fault& fault);

  bool whole() const;
  bool in_body() const;          ///< the headers are read
  bool expects_continue() const; ///< the client waits for "100 Continue" before it sends the body
  size_t held_bytes() const;     ///< of headers and body so far

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
