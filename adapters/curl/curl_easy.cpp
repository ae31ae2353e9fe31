#include "adapters/curl/curl_easy.hpp"

#include <unistd.h>

#include <curl/curl.h>

#include "adapters/curl/socket_watch.hpp"
#include "adapters/unpack/unpacker.hpp"

namespace vigie {

std::string user_agent_line(const std::string& agent) {
  return "User-Agent: " + agent;
}

const std::string& accept_encoding_line() {
  static const auto line = "Accept-Encoding: " + std::string{accepted_encodings};
  return line;
}

curl_easy::curl_easy(const transfer_rules& rules) : rules_(rules), handle_(curl_easy_init()) {
  static_assert(sizeof error_text_ >= CURL_ERROR_SIZE);
  if (!handle_)
    return;
  for (const auto& line : {user_agent_line(rules_.user_agent), accept_encoding_line()})
    if (auto* longer = curl_slist_append(static_cast<curl_slist*>(usual_headers_), line.c_str()))
      usual_headers_ = longer;
  set_constants();
}

curl_easy::~curl_easy() {
  curl_easy_cleanup(handle_);
  curl_slist_free_all(static_cast<curl_slist*>(usual_headers_));
}

void curl_easy::put_on(curl_transfer& request) {
  request_ = &request;
  error_text_[0] = '\0';
  request.attach(*this);
}

void curl_easy::take_off() {
  if (!request_->is_plain()) {
    curl_easy_reset(handle_);
    set_constants();
  }
  request_ = nullptr;
}

void curl_easy::set_constants() {
  curl_easy_setopt(handle_, CURLOPT_ERRORBUFFER, error_text_.data());
  curl_easy_setopt(handle_, CURLOPT_PATH_AS_IS, 1L);
  curl_easy_setopt(handle_, CURLOPT_PROTOCOLS_STR, "http,https");
  curl_easy_setopt(handle_, CURLOPT_FOLLOWLOCATION, 0L);
  curl_easy_setopt(handle_, CURLOPT_NOSIGNAL, 1L);
  curl_easy_setopt(handle_, CURLOPT_PROXY, "");
  curl_easy_setopt(handle_, CURLOPT_NOPROXY, "");
  curl_easy_setopt(handle_, CURLOPT_SUPPRESS_CONNECT_HEADERS, 1L);
  curl_easy_setopt(handle_, CURLOPT_NETRC, static_cast<long>(CURL_NETRC_IGNORED));
  curl_easy_setopt(handle_, CURLOPT_SSL_VERIFYPEER, 1L);
  curl_easy_setopt(handle_, CURLOPT_SSL_VERIFYHOST, 2L);
  curl_easy_setopt(handle_, CURLOPT_DNS_CACHE_TIMEOUT, static_cast<long>(rules_.dns_cache.count() / 1000));
  set_callbacks();
}

void curl_easy::set_callbacks() {
  curl_easy_setopt(handle_, CURLOPT_WRITEFUNCTION, &curl_easy::on_body);
  curl_easy_setopt(handle_, CURLOPT_WRITEDATA, this);
  curl_easy_setopt(handle_, CURLOPT_HEADERFUNCTION, &curl_easy::on_header);
  curl_easy_setopt(handle_, CURLOPT_HEADERDATA, this);
  curl_opensocket_callback open_socket = [](void* self, curlsocktype purpose, curl_sockaddr* address) -> curl_socket_t {
    auto& x = *static_cast<curl_easy*>(self);
    auto fd = x.request_ ? x.request_->open_socket(purpose, address) : CURL_SOCKET_BAD;
    if (fd != CURL_SOCKET_BAD && x.rules_.watch)
      x.rules_.watch->opened(fd);
    return fd;
  };
  curl_easy_setopt(handle_, CURLOPT_OPENSOCKETFUNCTION, open_socket);
  curl_easy_setopt(handle_, CURLOPT_OPENSOCKETDATA, this);
  curl_prereq_callback leave = [](void* self, char*, char*, int, int) -> int {
    auto* request = static_cast<curl_easy*>(self)->request_;
    return request && request->may_leave() ? CURL_PREREQFUNC_OK : CURL_PREREQFUNC_ABORT;
  };
  curl_easy_setopt(handle_, CURLOPT_PREREQFUNCTION, leave);
  curl_easy_setopt(handle_, CURLOPT_PREREQDATA, this);
  if (!rules_.watch)
    return;
  // A kept connection outlives the handle that opened it, but not the loop's watch.
  curl_closesocket_callback close_socket = [](void* watch, curl_socket_t fd) -> int {
    static_cast<socket_watch*>(watch)->closed(fd);
    return ::close(fd);
  };
  curl_easy_setopt(handle_, CURLOPT_CLOSESOCKETFUNCTION, close_socket);
  curl_easy_setopt(handle_, CURLOPT_CLOSESOCKETDATA, rules_.watch);
}

size_t curl_easy::on_body(char* data, size_t size, size_t count, void* self) {
  auto* request = static_cast<curl_easy*>(self)->request_;
  return request->take_body({data, size * count}) ? size * count : CURL_WRITEFUNC_ERROR;
}

size_t curl_easy::on_header(char* data, size_t size, size_t count, void* self) {
  auto* request = static_cast<curl_easy*>(self)->request_;
  return request->take_header({data, size * count}) ? size * count : 0;
}

} // namespace vigie
