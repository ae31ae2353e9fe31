// One request and what comes of it. Internal to adapters/curl; libcurl's types are void pointers and ints here.
#pragma once

#include <functional>
#include <memory>
#include <string>

#include "actors/policy/address_guard.hpp"
#include "actors/policy/url_template.hpp"
#include "adapters/unpack/unpacker.hpp"
#include "messages/values/error.hpp"
#include "messages/values/fetch.hpp"

namespace vigie {

class curl_easy;
class socket_watch;

/// What all requests of a client have in common.
struct transfer_rules {
  std::string user_agent;
  duration connect_timeout{10000};
  duration dns_cache{60000};
  size_t max_header_bytes = 64 << 10;
  uint64_t max_unpacked_bytes = 20 << 20;
  uint32_t max_unpack_ratio = 100;
  const address_guard* guard = nullptr; ///< null = any address
  socket_watch* watch = nullptr;        ///< is told of sockets; null = nobody
};

/// Initialises libcurl, once in the process. errc::network if it refuses.
error start_curl();

/// An answer that is no 2xx stands by its status and its headers, whatever becomes of its body: that is cut, packed in
/// a way that cannot be undone, or too large, and then only what came of it is there. A refusal must not be lost for
/// it.
class curl_transfer {
public:
  /// bad_request for a URL, a method, headers or a proxy that cannot be sent.
  /// `leave` as for http_client::fetch.
  static result<std::unique_ptr<curl_transfer>> make(http_request request, const transfer_rules& rules,
                                                     std::function<bool()> leave = {});
  curl_transfer(const curl_transfer&) = delete;
  curl_transfer& operator=(const curl_transfer&) = delete;
  ~curl_transfer();

  /// Sets on the handle what is this request's own, but for its time-out: whoever runs it keeps that. Called by
  /// curl_easy.
  void attach(const curl_easy& easy);
  /// Of the whole request: 1 ms to a day.
  duration timeout() const;
  /// A GET without a body, a proxy or certificates of its own: it leaves nothing on the handle that the next request
  /// does not set anyway.
  bool is_plain() const { return plain_; }
  const std::string& host() const { return url_.host; }
  /// The outcome by libcurl's code, while the request is still on its handle.
  result<http_response> finish(const curl_easy& easy, int code);

  /// False = end the transfer; `finish` then says why.
  bool may_leave();
  bool take_body(std::string_view bytes);
  bool take_header(std::string_view line);
  /// A socket to the address (a curl_sockaddr) if the guard allows it, else -1.
  int open_socket(int purpose, void* address);

private:
  curl_transfer(http_request request, parsed_url url, const transfer_rules& rules, std::function<bool()> leave);

  void set_method(void* easy);
  void set_headers(void* easy);
  void set_route(void* easy);
  bool end_headers();
  bool begin_page();
  bool keep(std::string_view bytes);
  bool refuse_body(std::string why);
  bool is_page() const;
  error problem_of(const curl_easy& easy, int code);

  http_request request_;
  parsed_url url_;
  const transfer_rules& rules_;
  std::function<bool()> leave_;
  bool plain_;
  void* easy_ = nullptr;
  void* header_list_ = nullptr;
  http_response response_;
  size_t header_bytes_ = 0;
  bool left_ = false;     ///< it was sent at least once
  bool answered_ = false; ///< all headers of the final answer are there; what comes now is its body, or trailers
  uint64_t received_ = 0; ///< of the body, as it comes
  std::unique_ptr<unpacker> unpacker_; ///< null: the body is not packed
  error problem_;                      ///< why a callback ended the transfer
};

} // namespace vigie
