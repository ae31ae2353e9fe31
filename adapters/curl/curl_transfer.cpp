#include "adapters/curl/curl_transfer.hpp"

#include <algorithm>
#include <cstring>

#include <netinet/in.h>
#include <sys/socket.h>
#include <unistd.h>

#include <curl/curl.h>

namespace vigie {

namespace {

bool is_token(std::string_view text) {
  return !text.empty() && std::all_of(text.begin(), text.end(), [](unsigned char c) {
    return c > 0x20 && c < 0x7f && std::strchr("\"(),/:;<=>?@[\\]{}", c) == nullptr;
  });
}

std::string lower(std::string_view text) {
  std::string out{text};
  for (auto& c : out)
    if (c >= 'A' && c <= 'Z')
      c = static_cast<char>(c - 'A' + 'a');
  return out;
}

std::string_view trim(std::string_view x) {
  auto begin = x.find_first_not_of(" \t\r\n");
  auto end = x.find_last_not_of(" \t\r\n");
  return begin == std::string_view::npos ? std::string_view{} : x.substr(begin, end - begin + 1);
}

/// Values of headers may be secrets: an error names the header only.
error check_headers(const http_request& request) {
  for (const auto& [name, value] : request.headers) {
    auto low = lower(name);
    if (!is_token(name) || low == "host" || low == "content-length" || low == "transfer-encoding")
      return {errc::bad_request, "the header name \"" + name + "\" cannot be sent", {}};
    if (value.find_first_of(std::string_view{"\r\n\0", 3}) != std::string::npos)
      return {errc::bad_request, "the value of the header " + name + " has a line break", {}};
  }
  return {};
}

bool read_address(const sockaddr& from, socklen_t size, ip_address& address, uint16_t& port) {
  if (from.sa_family == AF_INET && size >= sizeof(sockaddr_in)) {
    sockaddr_in v4;
    std::memcpy(&v4, &from, sizeof v4);
    std::memcpy(address.bytes.data(), &v4.sin_addr, 4);
    port = ntohs(v4.sin_port);
    return true;
  }
  if (from.sa_family == AF_INET6 && size >= sizeof(sockaddr_in6)) {
    sockaddr_in6 v6;
    std::memcpy(&v6, &from, sizeof v6);
    address.is_v6 = true;
    std::memcpy(address.bytes.data(), &v6.sin6_addr, 16);
    port = ntohs(v6.sin6_port);
    return true;
  }
  return false;
}

} // namespace

error start_curl() {
  static const auto code = curl_global_init(CURL_GLOBAL_DEFAULT);
  return code == CURLE_OK ? error{} : error{errc::network, curl_easy_strerror(code), {}};
}

result<std::unique_ptr<curl_transfer>> curl_transfer::make(http_request request, const transfer_rules& rules) {
  auto url = parse_url(request.url);
  if (!url)
    return tl::unexpected<error>(url.error());
  if (!is_token(request.method))
    return fail(errc::bad_request, "the method cannot be sent");
  if (auto problem = check_headers(request); problem.code != errc::none)
    return tl::unexpected<error>(problem);
  return std::unique_ptr<curl_transfer>(new curl_transfer(std::move(request), std::move(*url), rules));
}

curl_transfer::~curl_transfer() {
  curl_slist_free_all(static_cast<curl_slist*>(header_list_));
}

void curl_transfer::attach(void* easy) {
  easy_ = easy;
  text_of_error_.resize(CURL_ERROR_SIZE);
  auto timeout = std::max<int64_t>(request_.timeout.count(), 1);
  auto connect = std::clamp<int64_t>(rules_.connect_timeout.count(), 1, timeout);
  curl_easy_setopt(easy, CURLOPT_PRIVATE, this);
  curl_easy_setopt(easy, CURLOPT_ERRORBUFFER, text_of_error_.data());
  curl_easy_setopt(easy, CURLOPT_URL, to_string(url_).c_str());
  curl_easy_setopt(easy, CURLOPT_PATH_AS_IS, 1L);
  curl_easy_setopt(easy, CURLOPT_PROTOCOLS_STR, "http,https");
  curl_easy_setopt(easy, CURLOPT_FOLLOWLOCATION, 0L);
  curl_easy_setopt(easy, CURLOPT_NOSIGNAL, 1L);
  curl_easy_setopt(easy, CURLOPT_PROXY, "");
  curl_easy_setopt(easy, CURLOPT_NETRC, static_cast<long>(CURL_NETRC_IGNORED));
  curl_easy_setopt(easy, CURLOPT_HTTP_VERSION, static_cast<long>(CURL_HTTP_VERSION_2TLS));
  curl_easy_setopt(easy, CURLOPT_ACCEPT_ENCODING, "");
  curl_easy_setopt(easy, CURLOPT_SSL_VERIFYPEER, 1L);
  curl_easy_setopt(easy, CURLOPT_SSL_VERIFYHOST, 2L);
  curl_easy_setopt(easy, CURLOPT_TIMEOUT_MS, static_cast<long>(timeout));
  curl_easy_setopt(easy, CURLOPT_CONNECTTIMEOUT_MS, static_cast<long>(connect));
  curl_easy_setopt(easy, CURLOPT_USERAGENT, rules_.user_agent.c_str());
  curl_easy_setopt(easy, CURLOPT_WRITEFUNCTION, &curl_transfer::on_body);
  curl_easy_setopt(easy, CURLOPT_WRITEDATA, this);
  curl_easy_setopt(easy, CURLOPT_HEADERFUNCTION, &curl_transfer::on_header);
  curl_easy_setopt(easy, CURLOPT_HEADERDATA, this);
  curl_opensocket_callback open_socket = [](void* self, curlsocktype purpose, curl_sockaddr* address) -> curl_socket_t {
    return curl_transfer::on_socket(self, purpose, address);
  };
  curl_easy_setopt(easy, CURLOPT_OPENSOCKETFUNCTION, open_socket);
  curl_easy_setopt(easy, CURLOPT_OPENSOCKETDATA, this);
  set_method();
  set_headers();
}

void curl_transfer::set_method() {
  bool reads_only = request_.method == "GET" || request_.method == "HEAD";
  if (request_.method == "HEAD")
    curl_easy_setopt(easy_, CURLOPT_NOBODY, 1L);
  else if (request_.method != "GET" || !request_.body.empty())
    curl_easy_setopt(easy_, CURLOPT_CUSTOMREQUEST, request_.method.c_str());
  if (!request_.body.empty() || request_.method == "POST" || request_.method == "PUT" || request_.method == "PATCH") {
    curl_easy_setopt(easy_, CURLOPT_POSTFIELDSIZE_LARGE, static_cast<curl_off_t>(request_.body.size()));
    curl_easy_setopt(easy_, CURLOPT_POSTFIELDS, request_.body.data());
  }
  curl_easy_setopt(easy_, CURLOPT_FRESH_CONNECT, reads_only ? 0L : 1L);
}

void curl_transfer::set_headers() {
  auto add = [this](const std::string& line) {
    auto list = curl_slist_append(static_cast<curl_slist*>(header_list_), line.c_str());
    if (list)
      header_list_ = list;
  };
  bool typed = false;
  for (const auto& [name, value] : request_.headers) {
    typed = typed || lower(name) == "content-type";
    // libcurl takes "Name:" as an order to leave the header out.
    add(trim(value).empty() ? name + ";" : name + ": " + value);
  }
  // No form type that nobody asked for, and no second of waiting for "100 Continue".
  if (!typed)
    add("Content-Type:");
  add("Expect:");
  curl_easy_setopt(easy_, CURLOPT_HTTPHEADER, static_cast<curl_slist*>(header_list_));
}

size_t curl_transfer::on_body(char* data, size_t size, size_t count, void* self) {
  auto& x = *static_cast<curl_transfer*>(self);
  auto bytes = size * count;
  if (x.response_.body.size() + bytes > x.request_.max_body_bytes) {
    x.problem_ = {errc::body_too_large, "more than " + std::to_string(x.request_.max_body_bytes) + " bytes", {}};
    return bytes == 0 ? 1 : 0;
  }
  x.response_.body.append(data, bytes);
  return bytes;
}

size_t curl_transfer::on_header(char* data, size_t size, size_t count, void* self) {
  auto& x = *static_cast<curl_transfer*>(self);
  std::string_view line{data, size * count};
  x.header_bytes_ += line.size();
  if (x.header_bytes_ > x.rules_.max_header_bytes) {
    x.problem_ = {errc::network,
                  "the answer has more than " + std::to_string(x.rules_.max_header_bytes) + " bytes of headers",
                  {}};
    return 0;
  }
  // The status line of the final answer comes after those of the interim ones (1xx).
  if (line.substr(0, 5) == "HTTP/")
    x.response_.headers.clear();
  else if (auto colon = line.find(':'); colon != std::string_view::npos)
    x.response_.headers[lower(line.substr(0, colon))] = trim(line.substr(colon + 1));
  return line.size();
}

int curl_transfer::on_socket(void* self, int purpose, void* where) {
  auto& x = *static_cast<curl_transfer*>(self);
  auto& to = *static_cast<curl_sockaddr*>(where);
  ip_address address;
  uint16_t port = 0;
  bool known = purpose == CURLSOCKTYPE_IPCXN && read_address(to.addr, to.addrlen, address, port);
  auto said = !known                      ? error{errc::blocked_address, "not an IP address", {}}
              : x.rules_.guard != nullptr ? x.rules_.guard->decide(address, port)
                                          : error{};
  if (said.code != errc::none) {
    x.problem_ = said;
    return CURL_SOCKET_BAD;
  }
  return ::socket(to.family, to.socktype | SOCK_CLOEXEC, to.protocol);
}

result<http_response> curl_transfer::finish(int code) {
  if (code != CURLE_OK)
    return tl::unexpected<error>(problem_of(code));
  long status = 0;
  curl_easy_getinfo(easy_, CURLINFO_RESPONSE_CODE, &status);
  char* peer = nullptr;
  curl_easy_getinfo(easy_, CURLINFO_PRIMARY_IP, &peer);
  response_.status = static_cast<int32_t>(status);
  response_.peer_address = peer ? peer : "";
  return std::move(response_);
}

error curl_transfer::problem_of(int code) {
  // A blocked address is not the cause if another address of the name was connected to.
  bool connected = false;
  curl_off_t started = 0;
  if (curl_easy_getinfo(easy_, CURLINFO_PRETRANSFER_TIME_T, &started) == CURLE_OK)
    connected = started > 0;
  std::string place = connected ? "" : "connect";
  if (problem_.code != errc::none && (problem_.code != errc::blocked_address || !connected)) {
    problem_.place = place;
    return problem_;
  }
  curl_off_t got = 0;
  curl_off_t announced = -1;
  curl_easy_getinfo(easy_, CURLINFO_SIZE_DOWNLOAD_T, &got);
  curl_easy_getinfo(easy_, CURLINFO_CONTENT_LENGTH_DOWNLOAD_T, &announced);
  std::string text{text_of_error_.c_str()};
  if (text.empty())
    text = curl_easy_strerror(static_cast<CURLcode>(code));
  switch (code) {
  case CURLE_OPERATION_TIMEDOUT:
    return {errc::timed_out,
            (connected ? "no complete answer within " : "no connection within ") +
                std::to_string(request_.timeout.count()) + " ms",
            place};
  case CURLE_PARTIAL_FILE:
    return {errc::network,
            "closed after " + std::to_string(got) +
                (announced >= 0 ? " of " + std::to_string(announced) + " bytes" : " bytes, before the end of the body"),
            place};
  case CURLE_GOT_NOTHING:
    return {errc::network, "closed without an answer", place};
  case CURLE_URL_MALFORMAT:
    return {errc::bad_request, text, place};
  default:
    return {errc::network, text, place};
  }
}

} // namespace vigie
