#include "adapters/http_api/request_reader.hpp"

#include <algorithm>
#include <optional>

#include <boost/beast/http.hpp>

#include "adapters/http_api/wire_format.hpp"

namespace vigie {

namespace http = boost::beast::http;

namespace {

using parser = http::request_parser<http::string_body>;

std::string to_string(boost::beast::string_view x) {
  return {x.data(), x.size()};
}

std::string in_lower_case(boost::beast::string_view x) {
  auto out = to_string(x);
  for (auto& c : out)
    if (c >= 'A' && c <= 'Z')
      c = static_cast<char>(c - 'A' + 'a');
  return out;
}

read_fault describe(boost::system::error_code ec) {
  if (ec == http::error::header_limit)
    return {431, "The request's headers are larger than this server takes."};
  if (ec == http::error::body_limit)
    return {413, "The request's body is larger than this server takes."};
  return {400, "This is not HTTP/1.1 as this server understands it: " + ec.message() + "."};
}

} // namespace

struct request_reader::impl {
  explicit impl(const http_server_config& x) : limits(x) {}

  size_t put_header(std::string_view bytes, read_fault& fault);
  size_t put_body(std::string_view bytes, read_fault& fault);
  void judge_header(read_fault& fault);

  const http_server_config& limits;
  std::optional<parser> current;
  std::map<std::string, std::string> headers; ///< as they were when the body began: trailers are none
  size_t header_bytes = 0;
  size_t header_lines = 0; ///< the request line and the blank one included
  size_t body_bytes = 0;   ///< as received, with what is between the chunks
};

request_reader::request_reader(const http_server_config& limits) : impl_(std::make_unique<impl>(limits)) {
  reset();
}

request_reader::~request_reader() = default;

void request_reader::reset() {
  auto& p = impl_->current.emplace();
  p.header_limit(static_cast<uint32_t>(impl_->limits.max_header_bytes));
  p.body_limit(impl_->limits.max_body_bytes);
  p.eager(false); // until the headers are read
  impl_->headers.clear();
  impl_->header_bytes = impl_->header_lines = impl_->body_bytes = 0;
}

size_t request_reader::put(std::string_view bytes, read_fault& fault) {
  return in_body() ? impl_->put_body(bytes, fault) : impl_->put_header(bytes, fault);
}

size_t request_reader::impl::put_header(std::string_view bytes, read_fault& fault) {
  boost::system::error_code ec;
  auto n = current->put(boost::asio::const_buffer{bytes.data(), bytes.size()}, ec);
  header_bytes += n;
  auto read = bytes.substr(0, n);
  header_lines += static_cast<size_t>(std::count(read.begin(), read.end(), '\n'));
  auto done = current->is_header_done();
  if (ec && ec != http::error::need_more)
    fault = describe(ec);
  else if (header_bytes + (done ? 0 : bytes.size() - n) > limits.max_header_bytes)
    fault = describe(http::error::header_limit);
  else if (header_lines > limits.max_header_fields + 2)
    fault = {431, "The request has more than " + std::to_string(limits.max_header_fields) + " headers."};
  else if (read.find("\r\n ") != std::string_view::npos || read.find("\r\n\t") != std::string_view::npos)
    fault = {400, "A header's line goes on in the next line; that form is obsolete."};
  else if (done)
    judge_header(fault);
  return n;
}

/// What two readers could understand in two ways is not understood.
void request_reader::impl::judge_header(read_fault& fault) {
  current->eager(true);
  for (const auto& field : current->get()) {
    auto& value = headers[in_lower_case(field.name_string())];
    if (!value.empty())
      value += ", ";
    value.append(field.value().data(), field.value().size());
  }
  const auto& head = current->get();
  if (head.count(http::field::host) > 1)
    fault = {400, "A request has one Host header."};
  else if (head.count(http::field::transfer_encoding) > 0 && (!current->chunked() || head.version() == 10))
    fault = {400, "The only Transfer-Encoding that is understood is chunked."};
}

size_t request_reader::impl::put_body(std::string_view bytes, read_fault& fault) {
  constexpr size_t framing_per_byte = 8; // chunks of a single byte have five
  // Once Beast has seen the size of the last chunk it asserts that there are five bytes, as a body has at its least.
  if (current->chunked() && bytes.size() < 5 && bytes.starts_with("0\r\n"))
    return 0;
  boost::system::error_code ec;
  auto n = current->put(boost::asio::const_buffer{bytes.data(), bytes.size()}, ec);
  body_bytes += n;
  auto unread = current->is_done() ? 0 : bytes.size() - n;
  auto body = current->get().body().size();
  if (ec && ec != http::error::need_more)
    fault = describe(ec);
  else if (unread > limits.max_header_bytes ||
           body_bytes + unread - body > limits.max_header_bytes + framing_per_byte * body)
    fault = {413, "There is more around the chunks of the request's body than this server takes."};
  return n;
}

bool request_reader::whole() const {
  return impl_->current->is_done();
}

bool request_reader::in_body() const {
  return impl_->current->is_header_done();
}

bool request_reader::expects_continue() const {
  return in_body() && impl_->current->get()[http::field::expect] == "100-continue";
}

size_t request_reader::held_bytes() const {
  return impl_->header_bytes + impl_->current->get().body().size();
}

bool request_reader::http_1_0() const {
  return impl_->current->get().version() == 10;
}

bool request_reader::keep_alive() const {
  return impl_->current->keep_alive();
}

bool request_reader::is_head() const {
  return impl_->current->get().method() == http::verb::head;
}

served_request request_reader::take(read_fault& fault) {
  auto message = impl_->current->release();
  served_request out;
  out.method = to_string(message.method_string());
  out.headers = std::move(impl_->headers);
  auto target = parse_target({message.target().data(), message.target().size()});
  if (!target) {
    fault = {400, target.error().detail};
    return out;
  }
  out.path = std::move(target->path);
  out.segments = std::move(target->segments);
  out.query = std::move(target->query);
  if (message.version() != 10 && !out.headers.contains("host"))
    fault = {400, "A request of HTTP/1.1 needs a Host header."};
  if (!target->host.empty())
    out.headers["host"] = std::move(target->host);
  out.body = std::move(message.body());
  return out;
}

} // namespace vigie
