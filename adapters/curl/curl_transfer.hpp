// One request on one libcurl easy handle. Internal to adapters/curl; libcurl's types are void pointers and ints here.
#pragma once

#include <memory>
#include <string>

#include "actors/policy/address_guard.hpp"
#include "actors/policy/url_template.hpp"
#include "messages/values/error.hpp"
#include "messages/values/fetch.hpp"

namespace vigie {

/// What all requests of a client have in common.
struct transfer_rules {
  std::string user_agent;
  duration connect_timeout{10000};
  size_t max_header_bytes = 64 << 10;
  const address_guard* guard = nullptr; ///< null = any address
};

/// Initialises libcurl, once in the process. errc::network if it refuses.
error start_curl();

class curl_transfer {
public:
  /// bad_request for a URL, a method or headers that cannot be sent.
  static result<std::unique_ptr<curl_transfer>> make(http_request request, const transfer_rules& rules);
  ~curl_transfer();

  /// Puts the request on a fresh or reset easy handle, which then points to this; both stay where they are until the
  /// end.
  void attach(void* easy);
  /// The transfer's outcome by its CURLcode.
  result<http_response> finish(int code);
  void* easy() const { return easy_; }

private:
  curl_transfer(http_request request, parsed_url url, const transfer_rules& rules)
      : request_(std::move(request)), url_(std::move(url)), rules_(rules) {}

  void set_method();
  void set_headers();
  error problem_of(int code);

  static size_t on_body(char* data, size_t size, size_t count, void* self);
  static size_t on_header(char* data, size_t size, size_t count, void* self);
  static int on_socket(void* self, int purpose, void* address);

  http_request request_;
  parsed_url url_;
  const transfer_rules& rules_;
  void* easy_ = nullptr;
  void* header_list_ = nullptr;
  std::string text_of_error_; ///< libcurl writes here
  http_response response_;
  size_t header_bytes_ = 0;
  error problem_; ///< why a callback ended the transfer
};

} // namespace vigie
