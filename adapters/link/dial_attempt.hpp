// One dial under way: connect, hello, then wait until the peer speaks the protocol above. (The actor system counts a
// link's silence from the beginning of time until the first byte has come, so it must not get the stream earlier.)
#pragma once

#include <chrono>
#include <optional>
#include <string>

#include "adapters/link/hello.hpp"
#include "adapters/link/plain_streams.hpp"

namespace vigie {

struct dial_attempt {
  enum class stage : uint8_t { connecting, hello, greeting };

  dial_attempt(std::string address, link_streams::dialled done, std::chrono::steady_clock::time_point deadline)
      : address(std::move(address)), done(std::move(done)), deadline(deadline) {}

  /// Goes as far as it can without waiting. Then either `outcome` is there, or it is to be called again when the
  /// descriptor has what waits_for() says, or the deadline has come.
  void drive(const link_streams_config& config, std::chrono::steady_clock::time_point now);

  short waits_for() const;

  std::string address;
  link_streams::dialled done;
  std::chrono::steady_clock::time_point deadline;
  unique_fd fd; ///< none: not begun
  std::optional<result<link_stream>> outcome;

private:
  void connect(const link_streams_config& config);
  void connected(const link_streams_config& config);
  void read_answer(const link_streams_config& config);
  void judge(const link_streams_config& config, const hello& said);
  void await_greeting();
  void lost(const std::string& reason);

  stage at_ = stage::connecting;
  hello_reader in_;
  link_identity peer_;
};

} // namespace vigie
