#include "adapters/curl/curl_transfer.hpp"

#include <algorithm>
#include <charconv>
#include <cstring>

#include <netinet/in.h>
#include <sys/socket.h>

#include <curl/curl.h>

#include "adapters/curl/curl_easy.hpp"
#include "adapters/curl/request_checks.hpp"

namespace vigie {

namespace {

/// What libcurl may have read of a body and not counted yet.
constexpr uint64_t receive_buffer_bytes = CURL_MAX_WRITE_SIZE;

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

uint64_t size_info(void* easy, CURLINFO what) {
  curl_off_t out = 0;
  curl_easy_getinfo(easy, what, &out);
  return out > 0 ? static_cast<uint64_t>(out) : 0;
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
  if (auto problem = check_request(request); problem.code != errc::none)
    return tl::unexpected<error>(problem);
  if (!request.proxy.empty()) {
    auto proxy = parse_proxy(request.proxy);
    if (!proxy)
      return tl::unexpected<error>(proxy.error());
    request.proxy = to_string(*proxy);
  }
  return std::unique_ptr<curl_transfer>(new curl_transfer(std::move(request), std::move(*url), rules));
}

curl_transfer::curl_transfer(http_request request, parsed_url url, const transfer_rules& rules)
    : request_(std::move(request)), url_(std::move(url)), rules_(rules),
      plain_(request_.method == "GET" && request_.body.empty() && request_.proxy.empty() && request_.ca_pem.empty()) {}

curl_transfer::~curl_transfer() {
  curl_slist_free_all(static_cast<curl_slist*>(header_list_));
}

void curl_transfer::attach(const curl_easy& on) {
  easy_ = on.get();
  auto timeout = std::max<int64_t>(request_.timeout.count(), 1);
  auto connect = std::clamp<int64_t>(rules_.connect_timeout.count(), 1, timeout);
  curl_easy_setopt(easy_, CURLOPT_URL, to_string(url_).c_str());
  curl_easy_setopt(easy_, CURLOPT_TIMEOUT_MS, static_cast<long>(timeout));
  curl_easy_setopt(easy_, CURLOPT_CONNECTTIMEOUT_MS, static_cast<long>(connect));
  curl_easy_setopt(easy_, CURLOPT_NOPROGRESS, 1L);
  if (plain_ && request_.headers.empty())
    curl_easy_setopt(easy_, CURLOPT_HTTPHEADER, static_cast<curl_slist*>(on.usual_headers()));
  else
    set_headers(easy_);
  set_route(easy_);
  if (!plain_)
    set_method(easy_);
}

void curl_transfer::set_route(void* easy) {
  bool tls = url_.scheme == "https";
  curl_easy_setopt(easy, CURLOPT_HTTP_VERSION, static_cast<long>(tls ? CURL_HTTP_VERSION_2TLS : CURL_HTTP_VERSION_1_1));
  // Rather wait for a connection that may turn out to be HTTP/2 than open one for each request.
  curl_easy_setopt(easy, CURLOPT_PIPEWAIT, tls ? 1L : 0L);
  if (!request_.proxy.empty()) {
    curl_easy_setopt(easy, CURLOPT_PROXY, request_.proxy.c_str());
    // For CONNECT; what the site sees is in the list of headers.
    curl_easy_setopt(easy, CURLOPT_USERAGENT, rules_.user_agent.c_str());
  }
  if (!request_.ca_pem.empty()) {
    curl_blob pem{request_.ca_pem.data(), request_.ca_pem.size(), CURL_BLOB_COPY};
    curl_easy_setopt(easy, CURLOPT_CAINFO_BLOB, &pem);
    curl_easy_setopt(easy, CURLOPT_CAPATH, nullptr);
  }
}

void curl_transfer::set_method(void* easy) {
  bool reads_only = request_.method == "GET" || request_.method == "HEAD";
  if (request_.method == "HEAD")
    curl_easy_setopt(easy, CURLOPT_NOBODY, 1L);
  else if (request_.method != "GET" || !request_.body.empty())
    curl_easy_setopt(easy, CURLOPT_CUSTOMREQUEST, request_.method.c_str());
  if (!request_.body.empty() || request_.method == "POST" || request_.method == "PUT" || request_.method == "PATCH") {
    curl_easy_setopt(easy, CURLOPT_POSTFIELDSIZE_LARGE, static_cast<curl_off_t>(request_.body.size()));
    curl_easy_setopt(easy, CURLOPT_POSTFIELDS, request_.body.data());
  }
  curl_easy_setopt(easy, CURLOPT_FRESH_CONNECT, reads_only ? 0L : 1L);
}

void curl_transfer::set_headers(void* easy) {
  auto add = [this](const std::string& line) {
    auto list = curl_slist_append(static_cast<curl_slist*>(header_list_), line.c_str());
    if (list)
      header_list_ = list;
  };
  bool typed = false;
  bool named = false;
  bool unpacks = false;
  for (const auto& [name, value] : request_.headers) {
    auto low = lower_case(name);
    typed = typed || low == "content-type";
    named = named || low == "user-agent";
    unpacks = unpacks || low == "accept-encoding";
    // libcurl takes "Name:" as an order to leave the header out.
    add(trim_line(value).empty() ? name + ";" : name + ": " + value);
  }
  if (!named)
    add(user_agent_line(rules_.user_agent));
  if (!unpacks)
    add(accept_encoding_line());
  // No form type that nobody asked for, and no second of waiting for "100 Continue". A plain GET would have neither.
  if (!typed && !plain_)
    add("Content-Type:");
  if (!plain_)
    add("Expect:");
  curl_easy_setopt(easy, CURLOPT_HTTPHEADER, static_cast<curl_slist*>(header_list_));
}

bool curl_transfer::refuse_body(std::string why) {
  problem_ = {errc::body_too_large, std::move(why), {}};
  return false;
}

bool curl_transfer::may_receive(uint64_t bytes) {
  return bytes <= request_.max_body_bytes || refuse_body("more than " + std::to_string(request_.max_body_bytes) +
                                                         " bytes" + (packed_ ? " before unpacking" : ""));
}

bool curl_transfer::too_tight(uint64_t received, uint64_t unpacked) const {
  return unpacked >= unpack_ratio_from_bytes && unpacked / rules_.max_unpack_ratio > received;
}

bool curl_transfer::take_body(std::string_view bytes) {
  auto size = response_.body.size() + bytes.size();
  if (size > request_.max_body_bytes)
    return refuse_body("more than " + std::to_string(request_.max_body_bytes) + " bytes" +
                       (packed_ ? " after unpacking" : ""));
  if (packed_ && size > rules_.max_unpacked_bytes)
    return refuse_body("more than " + std::to_string(rules_.max_unpacked_bytes) +
                       " bytes after unpacking, the limit for packed bodies");
  if (packed_ && too_tight(size_info(easy_, CURLINFO_SIZE_DOWNLOAD_T) + receive_buffer_bytes, size))
    return refuse_body("it unpacks to more than " + std::to_string(rules_.max_unpack_ratio) + " times its size");
  response_.body.append(bytes);
  return true;
}

bool curl_transfer::take_header(std::string_view line) {
  header_bytes_ += line.size();
  if (header_bytes_ > rules_.max_header_bytes) {
    problem_ = {
        errc::network, "the answer has more than " + std::to_string(rules_.max_header_bytes) + " bytes of headers", {}};
    return false;
  }
  // The status line of the final answer comes after those of the interim ones (1xx).
  if (line.substr(0, 5) == "HTTP/")
    response_.headers.clear();
  else if (auto colon = line.find(':'); colon != std::string_view::npos)
    response_.headers.add(lower_case(line.substr(0, colon)), trim_line(line.substr(colon + 1)));
  else if (trim_line(line).empty())
    return end_headers();
  return true;
}

bool curl_transfer::end_headers() {
  auto encoding = response_.headers.find("content-encoding");
  packed_ = encoding != response_.headers.end() && lower_case(encoding->second) != "identity";
  if (packed_)
    curl_easy_setopt(easy_, CURLOPT_NOPROGRESS, 0L);
  auto announced = response_.headers.find("content-length");
  long status = 0;
  curl_easy_getinfo(easy_, CURLINFO_RESPONSE_CODE, &status);
  if (announced == response_.headers.end() || request_.method == "HEAD" || status < 200 || status == 204 ||
      status == 304)
    return true;
  uint64_t bytes = 0;
  const auto& text = announced->second;
  if (std::from_chars(text.data(), text.data() + text.size(), bytes).ec != std::errc{})
    return true;
  if (bytes > request_.max_body_bytes)
    return refuse_body("it has " + text + " bytes, more than " + std::to_string(request_.max_body_bytes) +
                       (packed_ ? ", before unpacking" : ""));
  if (!packed_)
    response_.body.reserve(bytes);
  return true;
}

int curl_transfer::open_socket(int purpose, void* where) {
  auto& to = *static_cast<curl_sockaddr*>(where);
  ip_address address;
  uint16_t port = 0;
  bool known = purpose == CURLSOCKTYPE_IPCXN && read_address(to.addr, to.addrlen, address, port);
  auto said = !known                    ? error{errc::blocked_address, "not an IP address", {}}
              : rules_.guard != nullptr ? rules_.guard->decide(address, port)
                                        : error{};
  if (said.code != errc::none) {
    problem_ = said;
    if (!request_.proxy.empty())
      problem_.detail = "the proxy: " + problem_.detail;
    return CURL_SOCKET_BAD;
  }
  return ::socket(to.family, to.socktype | SOCK_CLOEXEC, to.protocol);
}

result<http_response> curl_transfer::finish(const curl_easy& on, int code) {
  if (code != CURLE_OK)
    return tl::unexpected<error>(problem_of(on, code));
  long status = 0;
  curl_easy_getinfo(easy_, CURLINFO_RESPONSE_CODE, &status);
  char* peer = nullptr;
  curl_easy_getinfo(easy_, CURLINFO_PRIMARY_IP, &peer);
  response_.status = static_cast<int32_t>(status);
  response_.peer_address = peer ? peer : "";
  response_.wire_bytes = size_info(easy_, CURLINFO_SIZE_DOWNLOAD_T);
  if (packed_ && too_tight(response_.wire_bytes, response_.body.size()))
    return fail(errc::body_too_large,
                "it unpacks to more than " + std::to_string(rules_.max_unpack_ratio) + " times its size");
  return std::move(response_);
}

error curl_transfer::problem_of(const curl_easy& on, int code) {
  // A blocked address is not the cause if another address of the name was connected to.
  bool connected = size_info(easy_, CURLINFO_PRETRANSFER_TIME_T) > 0;
  std::string place = connected ? "" : "connect";
  if (problem_.code != errc::none && (problem_.code != errc::blocked_address || !connected)) {
    problem_.place = place;
    return problem_;
  }
  curl_off_t announced = -1;
  curl_easy_getinfo(easy_, CURLINFO_CONTENT_LENGTH_DOWNLOAD_T, &announced);
  std::string text{on.error_text()};
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
            "closed after " + std::to_string(size_info(easy_, CURLINFO_SIZE_DOWNLOAD_T)) +
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
