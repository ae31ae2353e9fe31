// What the store is asked about notifications on their way out, and about their channels.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "messages/values/run.hpp"

namespace vigie {

/// So many rows of this channel may be sent now.
struct channel_claim {
  channel_id channel;
  uint32_t limit = 0;
};
/// Due rows to send: of each channel as many as `of` says, or `limit` if it does not name it; `limit` in all.
struct claim_outbox {
  uint32_t limit = 32;
  std::vector<channel_claim> of{};
  duration longest_wait{0}; ///< no row waits longer for its next try; one that would has met a clock that was set back
};
/// A claimed row that was not sent after all: as if it had not been claimed.
struct return_outbox {
  outbox_id id;
};
/// The channel does not work and nobody repaired it: what waits for it since before that time is dead.
struct give_up_outbox {
  channel_id channel;
  duration age{0};
  std::string problem;
  uint32_t limit = 100;
};
struct get_channel_states {
  uint8_t unused = 0;
};
/// Replaces the one of its channel.
struct put_channel_state {
  channel_state what;
};
struct finish_outbox {
  outbox_id id;
  delivery_state how = delivery_state::sent;
  duration retry_in{0}; ///< for `pending`
  std::string problem;
};
struct recover_outbox {
  std::vector<channel_id> idempotent;
  std::string why{}; ///< what is said of a row that becomes ambiguous
};
struct get_outbox {
  std::vector<delivery_state> states; ///< empty = all
  uint32_t limit = 100;
};
/// What is in the outbox, by state.
struct count_outbox {
  uint8_t unused = 0;
};
struct outbox_counts {
  uint64_t pending = 0;
  uint64_t sending = 0;
  uint64_t sent = 0;
  uint64_t ambiguous = 0;
  uint64_t dead = 0;
};
/// A person's decision to send again what waits for one: these rows, and all rows in one of these states.
struct retry_outbox {
  std::vector<outbox_id> ids;
  std::vector<delivery_state> states; ///< dead, ambiguous
};

} // namespace vigie
