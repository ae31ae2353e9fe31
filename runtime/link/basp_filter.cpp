#include "runtime/link/basp_filter.hpp"

#include <caf/io/basp/header.hpp>
#include <caf/message_id.hpp>

#include <algorithm>
#include <array>

namespace vigie {

namespace {

using caf::io::basp::message_type;

// Header: operation, two bytes of padding, flags, payload length (32 bits), operation data (64 bits; of a message: its
// id), source and destination. Big-endian.
constexpr size_t flags_at = 3, length_at = 4, message_id_at = 8;

// Content that CAF handles before the actor's own behaviour sees it.
constexpr std::array<std::string_view, 8> obeyed{
    "@exit", "@down", "@group", "@group_down", "@open_stream_msg", "@upstream_msg", "@downstream_msg", "@timeout"};

uint64_t big_endian(const uint8_t* bytes, size_t n) {
  uint64_t out = 0;
  for (size_t i = 0; i < n; ++i)
    out = out << 8 | bytes[i];
  return out;
}

} // namespace

static_assert(caf::io::basp::header_size == 32, "another BASP: read it again before changing this");

basp_filter::verdict basp_filter::refuse(std::string reason) {
  why_ = std::move(reason);
  return verdict::refuse;
}

basp_filter::verdict basp_filter::examine(const void* bytes, size_t n) {
  if (n != needs_)
    return refuse("frame of an unexpected length");
  if (!in_payload_)
    return header(static_cast<const uint8_t*>(bytes));
  in_payload_ = false;
  needs_ = header_bytes;
  if (std::exchange(swallowing_, false))
    return verdict::swallow;
  return direct_ ? payload({static_cast<const char*>(bytes), n}) : verdict::pass;
}

basp_filter::verdict basp_filter::header(const uint8_t* bytes) {
  auto operation = static_cast<message_type>(bytes[0]);
  auto length = big_endian(bytes + length_at, 4);
  if (operation == message_type::routed_message)
    return refuse("a message routed through this node");
  if (bytes[0] > static_cast<uint8_t>(message_type::heartbeat))
    return refuse("an unknown operation");
  if (length > max_message_)
    return refuse("a message of " + std::to_string(length) + " bytes");
  direct_ = operation == message_type::direct_message;
  response_ = (big_endian(bytes + message_id_at, 8) & caf::message_id::response_flag_mask) != 0;
  in_payload_ = length > 0;
  needs_ = in_payload_ ? static_cast<size_t>(length) : header_bytes;
  bool named = direct_ && (bytes[flags_at] & caf::io::basp::header::named_receiver_flag) != 0;
  swallowing_ = named && in_payload_;
  return named ? verdict::swallow : verdict::pass;
}

// Payload: the forwarding stack (its size first), a 16-bit zero, the length (7 bits a byte) and text of the type list
// "@<>+type+type", then the values.
basp_filter::verdict basp_filter::payload(std::string_view bytes) {
  if (bytes.size() < 4 || bytes[0] != 0 || bytes[1] != 0 || bytes[2] != 0)
    return refuse("a message with a forwarding stack");
  size_t at = 3, length = 0;
  for (unsigned shift = 0; at < bytes.size() && shift < 28; shift += 7) {
    auto byte = static_cast<uint8_t>(bytes[at++]);
    length |= static_cast<size_t>(byte & 0x7f) << shift;
    if ((byte & 0x80) == 0)
      break;
  }
  if (length > bytes.size() - at)
    return refuse("a message cut short");
  auto types = bytes.substr(at, length);
  if (types == "@<>+@error" && !response_)
    return refuse("an error that answers nothing");
  while (!types.empty()) {
    auto end = std::min(types.find('+'), types.size());
    auto type = types.substr(0, end);
    if (std::count(obeyed.begin(), obeyed.end(), type) > 0)
      return refuse("a system message " + std::string{type});
    types.remove_prefix(std::min(end + 1, types.size()));
  }
  return verdict::pass;
}

} // namespace vigie
