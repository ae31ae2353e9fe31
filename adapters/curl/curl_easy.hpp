// A libcurl easy handle that serves one request after another. Internal to adapters/curl; libcurl's types are void
// pointers and ints here.
#pragma once

#include <array>

#include "adapters/curl/curl_transfer.hpp"

namespace vigie {

/// "User-Agent: ..." and "Accept-Encoding: ..." of all that `unpacker` undoes; libcurl does not know of it, and hands
/// on bodies as they come.
std::string user_agent_line(const std::string& agent);
const std::string& accept_encoding_line();

/// Most options are the same for all requests of a client; they are set once. Not thread-safe; not movable, since
/// libcurl points to it.
class curl_easy {
public:
  /// `rules` must outlive it. Without memory it is empty.
  explicit curl_easy(const transfer_rules& rules);
  curl_easy(const curl_easy&) = delete;
  curl_easy& operator=(const curl_easy&) = delete;
  ~curl_easy();

  explicit operator bool() const { return handle_ != nullptr; }
  void* get() const { return handle_; }
  /// The list of headers that a request without any of its own sends; it belongs to this.
  void* usual_headers() const { return usual_headers_; }

  /// Puts a request on it, which must stay where it is until `take_off`.
  void put_on(curl_transfer& request);
  /// Ready for the next one.
  void take_off();

  const char* error_text() const { return error_text_.data(); }

private:
  void set_constants();
  void set_callbacks();

  static size_t on_body(char* data, size_t size, size_t count, void* self);
  static size_t on_header(char* data, size_t size, size_t count, void* self);

  const transfer_rules& rules_;
  void* handle_;
  void* usual_headers_ = nullptr;
  curl_transfer* request_ = nullptr;
  std::array<char, 256> error_text_{}; ///< libcurl writes here
};

} // namespace vigie
