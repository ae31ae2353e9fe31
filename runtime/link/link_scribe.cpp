#include "runtime/link/link_scribe.hpp"

#include <caf/io/all.hpp>
#include <caf/io/basp/header.hpp>
#include <caf/io/basp_broker.hpp>
#include <caf/io/network/default_multiplexer.hpp>
#include <caf/io/network/stream_impl.hpp>

#include <sys/socket.h>

#include <cerrno>
#include <utility>
#include <vector>

namespace vigie {

namespace {

using caf::io::network::rw_state;

/// How bytes get in and out. A transport with certificates has its own of these.
class plain_policy {
public:
  explicit plain_policy(std::shared_ptr<link_connection> connection) : connection_(std::move(connection)) {}

  rw_state read_some(size_t& got, int fd, void* buffer, size_t room) {
    got = 0;
    if (connection_->dead())
      return rw_state::failure;
    if (room == 0)
      return rw_state::success;
    auto n = ::recv(fd, buffer, room, 0);
    if (n > 0)
      got = static_cast<size_t>(n);
    return n > 0 || (n < 0 && (errno == EAGAIN || errno == EINTR)) ? rw_state::success : rw_state::failure;
  }

  rw_state write_some(size_t& sent, int fd, const void* buffer, size_t size) {
    sent = 0;
    if (connection_->dead())
      return rw_state::failure;
    // The stream drops its buffer on this answer, so never with bytes left.
    if (size == 0)
      return rw_state::indeterminate;
    auto n = ::send(fd, buffer, size, MSG_NOSIGNAL);
    if (n > 0)
      sent = static_cast<size_t>(n);
    return n > 0 || (n < 0 && (errno == EAGAIN || errno == EINTR)) ? rw_state::success : rw_state::failure;
  }

  bool must_read_more(int, size_t) { return false; }

private:
  std::shared_ptr<link_connection> connection_;
};

class link_scribe : public caf::io::scribe {
public:
  link_scribe(caf::io::network::default_multiplexer& loop, int fd, std::shared_ptr<link_connection> connection,
              std::shared_ptr<const link_contract> contract, const link_transport_config& config)
      : scribe(caf::io::connection_handle::from_int(static_cast<int64_t>(connection->id))),
        connection_(std::move(connection)), filter_(std::move(contract), config.max_message_bytes),
        max_message_(config.max_message_bytes), max_unsent_(config.send_buffer_bytes), stream_(loop, fd, connection_) {}

  ~link_scribe() override { connection_->closed(); }

  void configure_read(caf::io::receive_policy::config how) override {
    if (how.second > max_message_) {
      // The filter has refused it already; nothing of that size is ever allocated.
      connection_->cut("a message too long");
      how.second = caf::io::basp::header_size;
    }
    stream_.configure_read(how);
    if (!std::exchange(launched_, true))
      stream_.start(this);
  }

  void ack_writes(bool on) override { stream_.ack_writes(on); }
  std::vector<char>& wr_buf() override { return stream_.wr_buf(); }
  std::vector<char>& rd_buf() override { return stream_.rd_buf(); }

  void flush() override {
    if (stream_.wr_buf().size() > max_unsent_)
      connection_->cut("more than " + std::to_string(max_unsent_) + " bytes unsent");
    if (connection_->dead()) {
      std::vector<char>{}.swap(stream_.wr_buf());
      return;
    }
    stream_.flush(this);
  }

  void graceful_shutdown() override {
    stream_.graceful_shutdown();
    detach(&stream_.backend(), false);
    // CAF keeps a stream with unsent bytes in its loop until the peer reads them, that is perhaps for ever.
    connection_->linger();
  }

  void add_to_loop() override { stream_.activate(this); }
  void remove_from_loop() override { stream_.passivate(); }

  std::string addr() const override { return connection_->peer.role + ":" + connection_->peer.name; }
  uint16_t port() const override { return static_cast<uint16_t>(connection_->id); }

  bool consume(caf::execution_unit* where, const void* bytes, size_t n) override {
    switch (filter_.examine(bytes, n)) {
    case basp_filter::verdict::pass:
      return scribe::consume(where, bytes, n);
    case basp_filter::verdict::swallow:
      stream_.configure_read(caf::io::receive_policy::exactly(filter_.needs()));
      return true;
    case basp_filter::verdict::refuse:
      connection_->cut("sent " + filter_.why());
      io_failure(where, caf::io::network::operation::read);
      return false;
    }
    return false;
  }

private:
  std::shared_ptr<link_connection> connection_;
  basp_filter filter_;
  uint64_t max_message_;
  uint64_t max_unsent_;
  bool launched_ = false;
  caf::io::network::stream_impl<plain_policy> stream_;
};

} // namespace

caf::io::scribe_ptr make_link_scribe(caf::actor_system& system, link_stream stream,
                                     std::shared_ptr<link_connection> connection,
                                     std::shared_ptr<const link_contract> contract,
                                     const link_transport_config& config) {
  auto& loop = static_cast<caf::io::network::default_multiplexer&>(system.middleman().backend());
  return caf::make_counted<link_scribe>(loop, stream.fd.release(), std::move(connection), std::move(contract), config);
}

void after_burials(caf::actor_system& system, std::function<void()> f) {
  auto& loop = system.middleman().backend();
  // What the thread puts off stands in a line of its own: the second step gets in that line.
  loop.post([&loop, f = std::move(f)]() mutable { loop.post(std::move(f)); });
}

caf::actor basp_broker(caf::actor_system& system) {
  return system.middleman().named_broker<caf::io::basp_broker>(caf::atom("BASP"));
}

} // namespace vigie
