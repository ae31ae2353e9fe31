#include "adapters/http_api/connection.hpp"

#include <array>

#include <boost/asio.hpp>

#include "adapters/http_api/problem.hpp"
#include "adapters/http_api/request_reader.hpp"
#include "adapters/http_api/wire_format.hpp"

namespace vigie {

namespace {

namespace asio = boost::asio;
using asio::ip::tcp;
using boost::system::error_code;
using phase = connection_phase;

constexpr size_t header_step = 4096; // asked of the socket at a time
constexpr size_t body_step = 16384;
constexpr size_t small_request = 8192; // never refused for max_buffered_bytes
constexpr duration linger_time{1000};

class http_connection final : public connection, public std::enable_shared_from_this<http_connection> {
public:
  http_connection(asio::io_context& io, int descriptor, int family, connection_owner& owner, uint64_t id,
                  std::string peer)
      : owner_(owner), socket_(io), id_(id), peer_(std::move(peer)) {
    error_code ec;
    socket_.assign(family == AF_INET6 ? tcp::v6() : tcp::v4(), descriptor, ec);
    if (ec)
      ::close(descriptor); // every operation fails from here on, and the first one closes the connection
  }

  void begin() override;
  void linger() override;
  void answer(std::optional<served_response> what) override;
  void expire() override;
  void close() override;
  phase now_in() const override { return phase_; }
  bool past_deadline(mono_time now) const override { return phase_ != phase::answering && now >= deadline_; }

private:
  void read();
  void on_read(error_code ec, size_t n);
  void parse();
  bool account();
  void say_continue();
  void dispatch();
  void refuse(int status, std::string_view why);
  void write_answer();
  void on_written(error_code ec);
  void discard();
  void leave_answering();
  void enter(phase next, duration patience);

  connection_owner& owner_;
  tcp::socket socket_;
  uint64_t id_;
  std::string peer_;
  std::string unread_; // bytes that came in and are not parsed yet, and behind them the room for more
  size_t unread_size_ = 0;
  std::unique_ptr<request_reader> reader_;
  phase phase_ = phase::idle;
  mono_time deadline_{};
  size_t accounted_ = 0;
  bool continue_said_ = false;
  bool head_only_ = false;
  bool http_1_0_ = false;
  bool keep_alive_ = false;
  std::string request_id_;
  std::string path_;
  std::string head_;
  served_response out_;
  std::unique_ptr<asio::steady_timer> delay_;
};

void http_connection::enter(phase next, duration patience) {
  phase_ = next;
  deadline_ = std::chrono::steady_clock::now() + patience;
}

void http_connection::begin() {
  if (reader_)
    reader_->reset();
  else
    reader_ = std::make_unique<request_reader>(owner_.limits());
  continue_said_ = false;
  http_1_0_ = false;
  head_only_ = false;
  path_.clear();
  request_id_.clear();
  if (unread_size_ == 0) {
    if (unread_.size() > body_step)
      unread_ = {};
    enter(phase::idle, owner_.limits().read_timeout);
    return read();
  }
  enter(phase::reading, owner_.limits().read_timeout);
  parse();
}

void http_connection::read() {
  auto room = reader_->in_body() ? body_step : header_step;
  if (unread_.size() < unread_size_ + room)
    unread_.resize(unread_size_ + room);
  socket_.async_read_some(asio::buffer(unread_.data() + unread_size_, room),
                          [self = shared_from_this()](error_code ec, size_t n) { self->on_read(ec, n); });
}

void http_connection::on_read(error_code ec, size_t n) {
  if (phase_ != phase::idle && phase_ != phase::reading)
    return;
  if (ec == asio::error::eof && phase_ == phase::reading)
    return refuse(400, "The connection ended before the request did.");
  if (ec)
    return close();
  unread_size_ += n;
  if (phase_ == phase::idle)
    enter(phase::reading, owner_.limits().read_timeout);
  parse();
}

void http_connection::parse() {
  size_t used = 0;
  read_fault fault;
  while (used < unread_size_ && !reader_->whole()) {
    auto n = reader_->put({unread_.data() + used, unread_size_ - used}, fault);
    used += n;
    if (fault.status != 0)
      return refuse(fault.status, fault.why);
    if (n == 0)
      break;
  }
  if (used < unread_size_)
    unread_.erase(0, used);
  unread_size_ -= used;
  if (!account())
    return refuse(503, "Too many large requests are being read; try again in a moment.");
  if (reader_->whole())
    return dispatch();
  if (!continue_said_ && reader_->expects_continue())
    return say_continue();
  read();
}

/// Many connections with requests under the limits of one would still be too much together.
bool http_connection::account() {
  auto size = reader_->held_bytes() + unread_size_;
  owner_.buffered += size - accounted_;
  accounted_ = size;
  return size <= small_request || owner_.buffered <= owner_.limits().max_buffered_bytes;
}

void http_connection::say_continue() {
  static constexpr std::string_view text = "HTTP/1.1 100 Continue\r\n\r\n";
  continue_said_ = true;
  asio::async_write(socket_, asio::buffer(text), [self = shared_from_this()](error_code ec, size_t) {
    if (self->phase_ != phase::reading)
      return;
    if (ec)
      return self->close();
    self->read();
  });
}

void http_connection::dispatch() {
  http_1_0_ = reader_->http_1_0();
  head_only_ = reader_->is_head();
  keep_alive_ = reader_->keep_alive();
  read_fault fault;
  auto request = reader_->take(fault);
  request_id_ = usable_request_id(request.header("x-request-id"));
  if (request_id_.empty())
    request_id_ = owner_.next_request_id();
  path_ = request.path;
  if (fault.status != 0)
    return refuse(fault.status, fault.why);
  phase_ = phase::answering;
  if (++owner_.pending > owner_.limits().max_pending) {
    auto busy = make_problem(429, "Too many requests are waiting for their answer.", path_, request_id_);
    busy.headers["Retry-After"] = "1";
    return answer(std::move(busy));
  }
  request.peer = peer_;
  request.request_id = request_id_;
  owner_.serve(id_, std::move(request));
}

void http_connection::refuse(int status, std::string_view why) {
  if (request_id_.empty())
    request_id_ = owner_.next_request_id();
  out_ = make_problem(status, why, path_, request_id_);
  if (status == 503)
    out_.headers["Retry-After"] = "1";
  keep_alive_ = false;
  reader_->reset(); // what it holds is of no use any more
  owner_.buffered -= std::exchange(accounted_, 0);
  write_answer();
}

void http_connection::leave_answering() {
  if (phase_ == phase::answering)
    --owner_.pending;
}

void http_connection::answer(std::optional<served_response> what) {
  if (phase_ != phase::answering || delay_)
    return;
  out_ = what ? std::move(*what) : make_problem(500, "The part that served this gave no answer.", path_, request_id_);
  if (out_.delay <= duration::zero())
    return write_answer();
  delay_ = std::make_unique<asio::steady_timer>(socket_.get_executor(), out_.delay);
  delay_->async_wait([self = shared_from_this()](error_code ec) {
    if (ec || self->phase_ != phase::answering)
      return;
    self->delay_.reset();
    self->write_answer();
  });
}

void http_connection::write_answer() {
  if (out_.close_unanswered)
    return close(); // which leaves the answering as well
  leave_answering();
  auto body = head_only_ || out_.status == 204 || out_.status == 304 ? size_t{0} : out_.body.size();
  if (body > out_.truncate_at) {
    body = out_.truncate_at;
    keep_alive_ = false;
  }
  keep_alive_ = keep_alive_ && !owner_.draining();
  head_ = format_head(out_, {http_1_0_, keep_alive_, owner_.limits().server_name, request_id_, owner_.date()});
  enter(phase::writing, owner_.limits().read_timeout);
  std::array<asio::const_buffer, 2> bytes{asio::buffer(head_), asio::buffer(out_.body.data(), body)};
  asio::async_write(socket_, bytes, [self = shared_from_this()](error_code ec, size_t) { self->on_written(ec); });
}

void http_connection::on_written(error_code ec) {
  if (phase_ != phase::writing)
    return;
  if (ec)
    return close();
  out_ = {};
  head_ = {};
  owner_.buffered -= std::exchange(accounted_, 0);
  if (!keep_alive_ || owner_.draining())
    return linger();
  begin();
}

void http_connection::linger() {
  error_code ignored;
  reader_.reset();
  unread_.resize(header_step);
  socket_.shutdown(tcp::socket::shutdown_send, ignored);
  enter(phase::lingering, linger_time);
  owner_.settled();
  discard();
}

void http_connection::discard() {
  socket_.async_read_some(asio::buffer(unread_.data(), header_step),
                          [self = shared_from_this()](error_code ec, size_t) {
                            if (self->phase_ != phase::lingering)
                              return;
                            if (ec)
                              return self->close();
                            self->discard();
                          });
}

void http_connection::expire() {
  if (phase_ != phase::reading)
    return close();
  error_code ignored;
  socket_.cancel(ignored); // the read under way must not touch the buffer any more
  refuse(408, "The request did not arrive whole in time.");
}

void http_connection::close() {
  if (phase_ == phase::closed)
    return;
  leave_answering();
  owner_.buffered -= std::exchange(accounted_, 0);
  phase_ = phase::closed;
  delay_.reset();
  error_code ignored;
  socket_.close(ignored);
  owner_.closed(id_);
  owner_.settled();
}

} // namespace

std::shared_ptr<connection> make_connection(asio::io_context& io, int descriptor, int family, connection_owner& owner,
                                            uint64_t id, std::string peer) {
  return std::make_shared<http_connection>(io, descriptor, family, owner, id, std::move(peer));
}

} // namespace vigie
