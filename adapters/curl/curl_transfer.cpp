#include "adapters/curl/curl_transfer.hpp"

#include <algorithm>
#include <charconv>
#include <cstring>
#include <utility>

#include <netinet/in.h>
#include <sys/socket.h>

#include <curl/curl.h>

#include "actors/policy/ascii.hpp"
#include "adapters/curl/curl_easy.hpp"
#include "adapters/curl/request_checks.hpp"

namespace vigie {

namespace {

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

/// Of all fields of that name, joined by commas.
std::string values_of(const header_fields& fields, std::string_view name) {
  std::string out;
  for (const auto& [field, value] : fields)
    if (field == name)
      out += (out.empty() ? "" : ", ") + value;
  return out;
}

} // namespace

error start_curl() {
  static const auto code = curl_global_init(CURL_GLOBAL_DEFAULT);
  return code == CURLE_OK ? error{} : error{errc::network, curl_easy_strerror(code), {}};
}

result<std::unique_ptr<curl_transfer>> curl_transfer::make(http_request request, const transfer_rules& rules,
                                                           std::function<bool()> leave) {
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
  return std::unique_ptr<curl_transfer>(
      new curl_transfer(std::move(request), std::move(*url), rules, std::move(leave)));
}

curl_transfer::curl_transfer(http_request request, parsed_url url, const transfer_rules& rules,
                             std::function<bool()> leave)
    : request_(std::move(request)), url_(std::move(url)), rules_(rules), leave_(std::move(leave)),
      plain_(request_.method == "GET" && request_.body.empty() && request_.proxy.empty() && request_.ca_pem.empty()) {}

curl_transfer::~curl_transfer() {
  curl_slist_free_all(static_cast<curl_slist*>(header_list_));
}

void curl_transfer::attach(const curl_easy& on) {
  easy_ = on.get();
  auto connect = std::clamp<int64_t>(rules_.connect_timeout.count(), 1, timeout().count());
  curl_easy_setopt(easy_, CURLOPT_URL, to_string(url_).c_str());
  curl_easy_setopt(easy_, CURLOPT_CONNECTTIMEOUT_MS, static_cast<long>(connect));
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

duration curl_transfer::timeout() const {
  return std::clamp<duration>(request_.timeout, duration{1}, std::chrono::hours{24});
}

bool curl_transfer::may_leave() {
  // libcurl sends it again when a kept connection broke under it. But it may have arrived, and the leave was for one.
  if (std::exchange(left_, true)) {
    problem_ = {errc::network, "closed without an answer", {}};
    return false;
  }
  if (!leave_ || leave_())
    return true;
  problem_ = {errc::cancelled, "it was not to be sent any more", {}};
  return false;
}

bool curl_transfer::refuse_body(std::string why) {
  problem_ = {errc::body_too_large, std::move(why), {}};
  return false;
}

bool curl_transfer::is_page() const {
  return answered_ && response_.status >= 200 && response_.status < 300;
}

bool curl_transfer::take_body(std::string_view bytes) {
  received_ += bytes.size();
  if (received_ > request_.max_body_bytes)
    return refuse_body("more than " + std::to_string(request_.max_body_bytes) + " bytes" +
                       (unpacker_ ? " before unpacking" : ""));
  if (!unpacker_)
    return keep(bytes);
  if (unpacker_->take(bytes, [this](std::string_view x) { return keep(x); }))
    return true;
  if (problem_.code == errc::none)
    problem_ = unpacker_->problem();
  return false;
}

bool curl_transfer::keep(std::string_view bytes) {
  auto size = response_.body.size() + bytes.size();
  if (size > request_.max_body_bytes)
    return refuse_body("more than " + std::to_string(request_.max_body_bytes) + " bytes" +
                       (unpacker_ ? " after unpacking" : ""));
  if (unpacker_ && size > rules_.max_unpacked_bytes)
    return refuse_body("more than " + std::to_string(rules_.max_unpacked_bytes) +
                       " bytes after unpacking, the limit for packed bodies");
  if (unpacker_ && size >= unpack_ratio_from_bytes && size / rules_.max_unpack_ratio > received_)
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
  if (answered_) // a trailer
    return true;
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
  long status = 0;
  curl_easy_getinfo(easy_, CURLINFO_RESPONSE_CODE, &status);
  response_.status = static_cast<int32_t>(status);
  answered_ = status >= 200;
  auto codings = values_of(response_.headers, "content-encoding");
  if (!codings.empty() && answered_) {
    auto made = unpacker::make(codings, {.max_bytes_between = rules_.max_unpacked_bytes});
    if (!made)
      problem_ = made.error();
    else
      unpacker_ = std::move(*made);
  }
  return !is_page() || begin_page();
}

bool curl_transfer::begin_page() {
  if (problem_.code == errc::bad_page)
    return false;
  auto transfer = lower_case(values_of(response_.headers, "transfer-encoding"));
  if (!transfer.empty() && transfer != "chunked" && transfer != "identity") {
    problem_ = {errc::bad_page,
                "the body comes in the Transfer-Encoding \"" + transfer.substr(0, 40) + "\", which nobody asked for",
                {}};
    return false;
  }
  auto announced = response_.headers.find("content-length");
  if (announced == response_.headers.end() || request_.method == "HEAD" || response_.status == 204)
    return true;
  uint64_t bytes = 0;
  const auto& text = announced->second;
  if (std::from_chars(text.data(), text.data() + text.size(), bytes).ec != std::errc{})
    return true;
  if (bytes > request_.max_body_bytes)
    return refuse_body("it has " + text + " bytes, more than " + std::to_string(request_.max_body_bytes) +
                       (unpacker_ ? ", before unpacking" : ""));
  if (!unpacker_)
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
  bool stands = answered_ && (!is_page() || request_.head_suffices);
  if (code != CURLE_OK && !stands)
    return tl::unexpected<error>(problem_of(on, code));
  bool bodiless = request_.method == "HEAD" || response_.status == 204;
  if (unpacker_ && !stands && !bodiless && !unpacker_->finish())
    return tl::unexpected<error>(unpacker_->problem());
  long status = 0;
  curl_easy_getinfo(easy_, CURLINFO_RESPONSE_CODE, &status);
  char* peer = nullptr;
  curl_easy_getinfo(easy_, CURLINFO_PRIMARY_IP, &peer);
  response_.status = static_cast<int32_t>(status);
  response_.peer_address = peer ? peer : "";
  response_.wire_bytes = received_;
  return std::move(response_);
}

error curl_transfer::problem_of(const curl_easy& on, int code) {
  // A blocked address is not the cause if another address of the name was connected to.
  bool connected = left_ || size_info(easy_, CURLINFO_PRETRANSFER_TIME_T) > 0;
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
  case CURLE_PEER_FAILED_VERIFICATION:
  case CURLE_SSL_CACERT_BADFILE:
  case CURLE_SSL_ISSUER_ERROR:
  case CURLE_SSL_INVALIDCERTSTATUS:
    return {errc::bad_certificate,
            "TLS: the certificate is not accepted (" + text + "); " +
                (request_.ca_pem.empty()
                     ? "it is judged by this system's certificates, as no ca_file is configured for it"
                     : "it is judged by the configured ca_file"),
            place};
  case CURLE_URL_MALFORMAT:
    return {errc::bad_request, text, place};
  default:
    return {errc::network, text, place};
  }
}

} // namespace vigie
