#include "runtime/link/basp_filter.hpp"

#include <caf/atom.hpp>
#include <caf/io/basp/header.hpp>
#include <caf/io/basp/version.hpp>
#include <caf/message_id.hpp>

#include <optional>
#include <utility>

namespace vigie {

namespace {

using caf::message_id;
using caf::io::basp::message_type;
using basp = caf::io::basp::header;

constexpr auto spawn_server = static_cast<uint64_t>(caf::atom("SpawnServ"));
// What a node's id begins with, that is no URI: process and machine follow.
constexpr auto default_node = static_cast<uint64_t>(caf::atom("default"));

uint64_t big_endian(std::string_view bytes) {
  uint64_t out = 0;
  for (auto c : bytes)
    out = out << 8 | static_cast<uint8_t>(c);
  return out;
}

/// Takes a length of 7 bits a byte, as CAF writes it: never more bytes than needed, so that it cannot be read in two
/// ways.
std::optional<size_t> take_length(std::string_view& bytes) {
  size_t out = 0;
  for (unsigned i = 0; i < 4 && i < bytes.size(); ++i) {
    auto byte = static_cast<uint8_t>(bytes[i]);
    out |= static_cast<size_t>(byte & 0x7f) << (7 * i);
    if ((byte & 0x80) != 0)
      continue;
    if (i > 0 && byte == 0)
      return std::nullopt;
    bytes.remove_prefix(i + 1);
    return out;
  }
  return std::nullopt;
}

std::optional<std::string_view> take_text(std::string_view& bytes) {
  auto length = take_length(bytes);
  if (!length || *length > bytes.size())
    return std::nullopt;
  auto out = bytes.substr(0, *length);
  bytes.remove_prefix(*length);
  return out;
}

/// Takes the beginning of a message: a 16-bit zero, the list of its types.
std::optional<std::string_view> take_types(std::string_view& bytes) {
  if (bytes.size() < 3 || bytes[0] != 0 || bytes[1] != 0)
    return std::nullopt;
  bytes.remove_prefix(2);
  return take_text(bytes);
}

/// Code, category, and a context that is a message of text, with nothing behind it.
bool is_plain_error(std::string_view bytes) {
  constexpr size_t code_and_category = 9;
  if (bytes.size() < code_and_category)
    return false;
  bytes.remove_prefix(code_and_category);
  auto types = take_types(bytes);
  constexpr std::string_view none = "@<>", text = "+@str";
  if (!types || !types->starts_with(none))
    return false;
  for (types->remove_prefix(none.size()); !types->empty(); types->remove_prefix(text.size()))
    if (!types->starts_with(text) || !take_text(bytes))
      return false;
  return bytes.empty();
}

/// The identifier of a plain message, request or response: those of streams make CAF cast what it holds.
bool is_plain_id(uint64_t value) {
  message_id id{value};
  if (id.is_stream_message() || id.is_answered())
    return false;
  return id.is_async() || id.is_request() || (id.is_response() && (value & message_id::request_id_mask) != 0);
}

} // namespace

static_assert(caf::io::basp::header_size == basp_filter::header_bytes,
              "another BASP: read it again before changing this");

basp_filter::verdict basp_filter::refuse(std::string reason) {
  why_ = std::move(reason);
  stage_ = stage::refused;
  return verdict::refuse;
}

basp_filter::verdict basp_filter::examine(const void* bytes, size_t n) {
  if (stage_ == stage::refused)
    return verdict::refuse;
  if (n != needs_)
    return refuse("a frame of an unexpected length");
  std::string_view all{static_cast<const char*>(bytes), n};
  if (expected_ != expected::header)
    return payload(all);
  return header({static_cast<uint8_t>(all[0]), static_cast<uint8_t>(all[3]), all[1] != 0 || all[2] != 0,
                 big_endian(all.substr(4, 4)), big_endian(all.substr(8, 8)), big_endian(all.substr(16, 8)),
                 big_endian(all.substr(24, 8))});
}

// -- headers

basp_filter::verdict basp_filter::header(const frame_header& h) {
  auto operation = static_cast<message_type>(h.operation);
  if (h.length > max_message_)
    return refuse("a message of " + std::to_string(h.length) + " bytes");
  if (h.padded)
    return refuse("a header with bytes where none are");
  if (operation == message_type::server_handshake)
    return server_handshake(h);
  if (operation == message_type::client_handshake)
    return client_handshake(h);
  if (stage_ != stage::open)
    return refuse("something before its handshake");
  if (operation == message_type::direct_message)
    return direct_message(h);
  if (h.flags != 0 || h.data != 0)
    return refuse("a header with flags or data where none are");
  switch (operation) {
  case message_type::monitor_message:
    if (h.source != 0 || h.dest == 0 || h.length != 2 * node_bytes)
      return refuse("a malformed monitor message");
    return announce(h, expected::monitor);
  case message_type::down_message:
    if (h.source == 0 || h.dest != 0 || h.length <= 2 * node_bytes)
      return refuse("a malformed down message");
    peer_actors_.erase(h.source);
    return announce(h, expected::down);
  case message_type::heartbeat:
    if (h.source != 0 || h.dest != 0 || h.length != 0)
      return refuse("a malformed heartbeat");
    return verdict::pass;
  case message_type::routed_message:
    return refuse("a message routed through this node");
  default:
    return refuse("an unknown operation");
  }
}

basp_filter::verdict basp_filter::server_handshake(const frame_header& h) {
  if (contract_->side != link_side::dialled || stage_ != stage::first)
    return refuse("a server's handshake that nobody waits for");
  if (h.flags != 0 || h.data != caf::io::basp::version || h.source != 0 || h.dest != 0 || h.length <= node_bytes ||
      h.length > max_handshake)
    return refuse("a malformed server's handshake");
  return announce(h, expected::handshake);
}

basp_filter::verdict basp_filter::client_handshake(const frame_header& h) {
  if (contract_->side != link_side::accepted || stage_ == stage::open)
    return refuse("a client's handshake that nobody waits for");
  auto flags = stage_ == stage::first ? uint8_t{0} : basp::select_connection_flag;
  if (h.flags != flags || h.data != 0 || h.source != 0 || h.dest != 0 || h.length != node_bytes)
    return refuse("a malformed client's handshake");
  return announce(h, expected::handshake);
}

basp_filter::verdict basp_filter::direct_message(const frame_header& h) {
  if (h.length == 0 || h.dest == 0)
    return refuse("a message without content or receiver");
  if (h.flags == basp::named_receiver_flag && h.dest == spawn_server) {
    announce(h, expected::swallowed);
    return verdict::swallow;
  }
  if (h.flags != 0)
    return refuse("a message to a named receiver");
  message_id id{h.data};
  if (!is_plain_id(h.data))
    return refuse("a message with the identifier of another kind");
  if (h.source == 0 && !id.is_async())
    return refuse("a request or an answer of nobody");
  if (h.source != 0)
    peer_actors_.insert(h.source);
  if (peer_actors_.size() > max_peer_actors)
    return refuse("messages of more than " + std::to_string(max_peer_actors) + " actors");
  response_ = id.is_response();
  return announce(h, expected::message);
}

basp_filter::verdict basp_filter::announce(const frame_header& h, expected what) {
  expected_ = what;
  needs_ = static_cast<size_t>(h.length);
  return verdict::pass;
}

// -- payloads

basp_filter::verdict basp_filter::payload(std::string_view bytes) {
  needs_ = header_bytes;
  auto between_us = [&] { return bytes.starts_with(peer_) && bytes.substr(node_bytes).starts_with(contract_->self); };
  switch (std::exchange(expected_, expected::header)) {
  case expected::handshake:
    return shaken(bytes);
  case expected::message:
    return message(bytes);
  case expected::monitor:
    return between_us() ? verdict::pass : refuse("a monitor message of or for another node");
  case expected::down:
    if (!between_us())
      return refuse("a down message of or for another node");
    return error_only(bytes.substr(2 * node_bytes));
  case expected::swallowed:
    return verdict::swallow;
  case expected::header:
    break;
  }
  return refuse("a frame of an unexpected length");
}

basp_filter::verdict basp_filter::shaken(std::string_view bytes) {
  auto node = bytes.substr(0, node_bytes);
  if (big_endian(node.substr(0, 8)) != default_node || node == contract_->self)
    return refuse("a handshake with a node's id that cannot be its own");
  if (stage_ == stage::second && node != peer_)
    return refuse("a handshake of another node");
  peer_ = node;
  stage_ = contract_->side == link_side::accepted && stage_ == stage::first ? stage::second : stage::open;
  return verdict::pass;
}

basp_filter::verdict basp_filter::message(std::string_view bytes) {
  if (bytes[0] != 0)
    return refuse("a message with a forwarding stack");
  bytes.remove_prefix(1);
  auto types = take_types(bytes);
  if (!types)
    return refuse("a malformed message");
  if (response_ && *types == "@<>+@error")
    return error_only(bytes);
  bool known =
      response_ ? *types == "@<>" || contract_->answers.contains(*types) : contract_->messages.contains(*types);
  if (!known)
    return refuse((response_ ? "an answer" : "a message") + std::string{" of a kind it may not send: "} +
                  std::string{types->substr(0, 100)});
  // CAF makes a proxy, an actor and a route for each node that a handle names.
  if (types->ends_with("+" + contract_->handle) && !bytes.ends_with(peer_))
    return refuse("a handle that is not its own");
  return verdict::pass;
}

basp_filter::verdict basp_filter::error_only(std::string_view bytes) {
  return is_plain_error(bytes) ? verdict::pass : refuse("an error with more than text in it");
}

} // namespace vigie
