// What a peer may send over an accepted link. CAF's protocol trusts its peers with everything; this does not.
//
// Refused, and the link is cut: messages routed for third nodes, messages longer than the cap, forwarding stacks, and
// content that CAF's actors obey without asking their own code (exit, down, group, stream, time-out, and an error that
// answers nothing). Swallowed: messages to named receivers (CAF's spawn and configuration servers), which vigie never
// sends. Everything else passes.
#pragma once

#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>

namespace vigie {

/// One per connection; sees each header and each payload in turn.
class basp_filter {
public:
  enum class verdict : uint8_t {
    pass,    ///< to CAF
    swallow, ///< a header or payload that CAF must not see; needs() bytes come next
    refuse   ///< cut the link; why() says what for
  };

  explicit basp_filter(uint64_t max_message) : max_message_(max_message) {}

  /// The next `n` bytes, exactly needs() of them.
  verdict examine(const void* bytes, size_t n);

  /// A header's size, or the length of the announced payload.
  size_t needs() const { return needs_; }

  const std::string& why() const { return why_; }

private:
  verdict header(const uint8_t* bytes);
  verdict payload(std::string_view bytes);
  verdict refuse(std::string reason);

  uint64_t max_message_;
  size_t needs_ = header_bytes;
  bool in_payload_ = false;
  bool swallowing_ = false;
  bool direct_ = false;
  bool response_ = false;
  std::string why_;

  static constexpr size_t header_bytes = 32;
};

} // namespace vigie
