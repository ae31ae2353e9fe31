// What a peer may send over a link: an allow-list in front of CAF, which trusts its peers with everything.
//
// CAF 0.17 reads a handshake's payload without looking whether there is one, adds a node to its tables as often as a
// handshake says so, forwards for strangers, casts what a message's identifier calls a stream message or a link order,
// and lets an error's context hold errors without end. So each frame is held against this table, and what is not in it
// cuts the link. "Peer" is who sends (a worker's peer is main, main's a worker), "self" this node; a node's id has 32
// bytes on the wire. Fields that are not named are zero, the two bytes of padding as well.
//
//   operation         when                              header                            payload
//   server_handshake  from a worker: first, once        data = BASP's version             node id not self's, at most
//                                                                                         64 KiB in all
//   client_handshake  from main: first                  -                                 node id not self's, no more
//   client_handshake  from main: second, then no more   flags = select connection         the same node id
//   direct_message    afterwards                        source (0 only if asynchronous),  no forwarding stack; a list
//                                                       dest, data: an identifier of      of types that the contract
//                                                       normal or high priority, never    lets this peer send, as a
//                                                       "answered"                        message or as an answer; a
//                                                                                         handle is the peer's own
//   direct_message    afterwards: swallowed             flags = named receiver,           any
//                                                       dest = SpawnServ
//   monitor_message   afterwards                        dest                              peer's node id, self's
//   down_message      afterwards                        source                            peer's node id, self's, error
//   heartbeat         afterwards                        -                                 none
//   routed_message    never
//
// An error, in a down_message or as an answer: code, category, and a context of nothing but text. A payload is at most
// `max_message` long. At most `max_peer_actors` of the peer's actors may have spoken and not ended: CAF keeps a proxy
// for each. CAF's own question to "SpawnServ" comes with every link; nobody here answers it.
#pragma once

#include <cstddef>
#include <cstdint>
#include <functional>
#include <memory>
#include <set>
#include <string>
#include <string_view>

namespace vigie {

enum class link_side : uint8_t { accepted, dialled }; ///< by this node: the peer is main, or a worker

using type_lists = std::set<std::string, std::less<>>; ///< each as "@<>+first+second"

/// What is so for all links of one node and side.
struct link_contract {
  link_side side = link_side::accepted;
  std::string self;    ///< this node's id as CAF writes it
  type_lists messages; ///< that the peer may send
  type_lists answers;  ///< and may answer with; an empty one and errors besides
  std::string handle;  ///< the one type of handle, which stands last in its list
};

/// One per connection; sees each header and each payload in turn.
class basp_filter {
public:
  enum class verdict : uint8_t {
    pass,    ///< to CAF
    swallow, ///< a header or payload that CAF must not see; needs() bytes come next
    refuse   ///< cut the link; why() says what for
  };

  static constexpr size_t header_bytes = 32;
  static constexpr size_t node_bytes = 32;
  static constexpr uint64_t max_handshake = 64 << 10; ///< bytes of a payload
  static constexpr size_t max_peer_actors = 65536;    ///< of the peer, that CAF keeps a proxy for

  basp_filter(std::shared_ptr<const link_contract> contract, uint64_t max_message)
      : contract_(std::move(contract)), max_message_(max_message) {}

  /// The next `n` bytes, exactly needs() of them. After a refusal everything is refused.
  verdict examine(const void* bytes, size_t n);

  /// A header's size, or the length of the announced payload.
  size_t needs() const { return needs_; }

  const std::string& why() const { return why_; }

private:
  enum class stage : uint8_t { first, second, open, refused };
  enum class expected : uint8_t { header, handshake, message, monitor, down, swallowed };

  struct frame_header {
    uint8_t operation, flags;
    bool padded;
    uint64_t length, data, source, dest;
  };

  verdict header(const frame_header& h);
  verdict server_handshake(const frame_header& h);
  verdict client_handshake(const frame_header& h);
  verdict direct_message(const frame_header& h);
  verdict announce(const frame_header& h, expected what);

  verdict payload(std::string_view bytes);
  verdict shaken(std::string_view bytes);
  verdict message(std::string_view bytes);
  verdict error_only(std::string_view bytes);

  verdict refuse(std::string reason);

  std::shared_ptr<const link_contract> contract_;
  uint64_t max_message_;
  size_t needs_ = header_bytes;
  stage stage_ = stage::first;
  expected expected_ = expected::header;
  bool response_ = false;
  std::string peer_; ///< its node id, from its handshake
  std::set<uint64_t> peer_actors_;
  std::string why_;
};

} // namespace vigie
