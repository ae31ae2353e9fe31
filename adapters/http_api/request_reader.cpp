#include "adapters/http_api/request_reader.hpp"

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
  impl(size_t header_bytes, size_t body_bytes) : max_header_bytes(header_bytes), max_body_bytes(body_bytes) {}

  size_t max_header_bytes;
  size_t max_body_bytes;
  std::optional<parser> current;
};

request_reader::request_reader(size_t max_header_bytes, size_t max_body_bytes)
    : impl_(std::make_unique<impl>(max_header_bytes, max_body_bytes)) {
  reset();
}

request_reader::~request_reader() = default;

void request_reader::reset() {
  auto& p = impl_->current.emplace();
  p.header_limit(static_cast<uint32_t>(impl_->max_header_bytes));
  p.body_limit(impl_->max_body_bytes);
  p.eager(true);
}

size_t request_reader::put(std::string_view bytes, read_fault& fault) {
  boost::system::error_code ec;
  auto n = impl_->current->put(boost::asio::const_buffer{bytes.data(), bytes.size()}, ec);
  if (ec && ec != http::error::need_more)
    fault = describe(ec);
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

size_t request_reader::body_bytes() const {
  return impl_->current->get().body().size();
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
  for (const auto& field : message) {
    auto& value = out.headers[in_lower_case(field.name_string())];
    if (!value.empty())
      value += ", ";
    value.append(field.value().data(), field.value().size());
  }
  auto target = parse_target({message.target().data(), message.target().size()});
  if (!target) {
    fault = {400, target.error().detail};
    return out;
  }
  out.path = std::move(target->path);
  out.query = std::move(target->query);
  if (message.version() != 10 && !out.headers.contains("host"))
    fault = {400, "A request of HTTP/1.1 needs a Host header."};
  out.body = std::move(message.body());
  return out;
}

} // namespace vigie
