// When one channel may send, as its receiver's answers tell. Pure; the shell is the notifier.
//
//              a failure, a "too many"             its time has passed          delivered
//      open ────────────────────────────▶ held ─────────────────────▶ probing ───────────▶ open
//                                           ▲                            │
//                                           └──── anything else: longer ─┘
//
// held: nothing is sent, however many rows wait: as long as the receiver said (Retry-After, retry_after), and never
// shorter than an own back-off that grows to 15 min while nothing is delivered. probing: one send, and the next only
// when that has ended. A receiver that wants less (429) also gets a gap between sends: 1 s, doubled each time up to a
// minute; each delivery makes it 5 % smaller, until there is none. Sends that were under way when a hold began say
// nothing new: they prolong it if they name a longer time.
// A message that the receiver does not take says nothing of the channel, but the third in a row does.
//
// It differs from a host's pace (host_pacing.hpp) in that there is no configured gap to widen, that a missing answer
// counts (there is one sender, and it is ours), and in the probe.
#pragma once

#include "actors/policy/delivery.hpp"
#include "messages/values/optional.hpp"
#include "messages/values/run.hpp"

namespace vigie {

struct channel_pacing_config {
  duration limited_hold{60000}; ///< after a 429 that does not say how long: half of it to it; doubled, up to the cap
  duration longest_hold{604800000}; ///< a receiver is heeded for so long at most: 7 days
  duration first_gap{1000};         ///< from one send to the next, after a first 429
  duration widest_gap{60000};
  double slower = 2;     ///< a 429 makes the gap so many times wider
  double faster = 0.95;  ///< a delivery makes it this part of what it was
  duration no_gap{50};   ///< a smaller one is none
  uint32_t refusals = 3; ///< so many refused messages in a row are a matter of the channel
};

/// bad_config unless the times are above 0, first_gap <= widest_gap, slower >= 1, 0 < faster <= 1 and refusals > 0.
error validate(const channel_pacing_config& config);

/// What the end of a send changed.
struct channel_news {
  bool held = false;        ///< it is held now, longer than before
  bool by_its_word = false; ///< the receiver said how long
  duration hold{0};         ///< from now
  bool opened = false;      ///< it works again
  bool keep = false;        ///< its state should be stored
};

class channel_pacing {
public:
  /// How many sends may begin now, at most `most`.
  uint32_t places(mono_time now, uint32_t most) const;
  /// When places may become more by itself; nothing while only the end of a send can make it so.
  optional<mono_time> next_start(mono_time now) const;

  /// A send begins; its number, for its end.
  uint64_t begun(mono_time now);
  /// It has ended. `asked`: what the receiver said for how long nobody should come.
  channel_news ended(const delivery_config& delivery, const channel_pacing_config& config, uint64_t number,
                     errc outcome, optional<duration> asked, mono_time now, uint64_t random);

  bool is_held(mono_time now) const { return now < held_until_; }
  duration gap() const { return gap_; }
  uint32_t failures() const { return failures_; } ///< in a row
  /// Nothing was delivered for so long, and something was tried.
  bool failing_for(duration how_long, mono_time now) const {
    return failing_since_ && now - *failing_since_ >= how_long;
  }

  /// Into the row, and from it; a hold never gets longer by that, whatever happened to the clock.
  void save(channel_state& out, mono_time now, wall_time wall) const;
  void restore(const channel_pacing_config& config, const channel_state& from, mono_time now, wall_time wall);

private:
  channel_news judge(const delivery_config& delivery, const channel_pacing_config& config, bool news, errc outcome,
                     optional<duration> asked, mono_time now, uint64_t random);
  void widen(const channel_pacing_config& config);
  void narrow(const channel_pacing_config& config);
  channel_news open();
  channel_news failed(const delivery_config& delivery, const channel_pacing_config& config, send_word word,
                      optional<duration> asked, mono_time now, uint64_t random);
  duration own_wait(const delivery_config& delivery, const channel_pacing_config& config, send_word word, bool asked,
                    uint64_t random) const;
  channel_news hold(duration how_long, mono_time now);

  uint32_t under_way_ = 0;
  uint64_t last_ = 0; ///< number of a send
  optional<mono_time> last_start_;
  uint64_t held_at_ = 0; ///< sends up to this one had begun when the newest hold was made
  mono_time held_until_{};
  bool probing_ = false; ///< held, or nothing was delivered since
  duration gap_{0};
  uint32_t failures_ = 0;
  uint32_t refused_ = 0; ///< messages in a row
  optional<mono_time> failing_since_;
};

} // namespace vigie
