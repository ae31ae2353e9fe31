#include "actors/policy/channel_pacing.hpp"

#include <algorithm>
#include <cmath>

#include "actors/policy/not_before.hpp"

namespace vigie {

error validate(const channel_pacing_config& config) {
  for (auto x : {config.limited_hold, config.longest_hold, config.first_gap, config.no_gap})
    if (x <= duration{0})
      return {errc::bad_config, "the times of a channel's pace must be above 0", {}};
  if (config.first_gap > config.widest_gap || !(config.slower >= 1) || !(config.faster > 0 && config.faster <= 1) ||
      config.refusals == 0)
    return {errc::bad_config,
            "the pace of a channel needs first_gap <= widest_gap, slower >= 1, 0 < faster <= 1, refusals > 0",
            {}};
  return {};
}

uint32_t channel_pacing::places(mono_time now, uint32_t most) const {
  if (now < held_until_ || (last_start_ && now < *last_start_ + gap_))
    return 0;
  if (probing_)
    return under_way_ == 0 ? std::min(most, 1u) : 0;
  return gap_ > duration{0} ? std::min(most, 1u) : most;
}

optional<mono_time> channel_pacing::next_start(mono_time now) const {
  auto next = last_start_ ? std::max<mono_time>(held_until_, *last_start_ + gap_) : held_until_;
  if (next <= now || (probing_ && under_way_ > 0))
    return {};
  return next;
}

uint64_t channel_pacing::begun(mono_time now) {
  ++under_way_;
  last_start_ = now;
  return ++last_;
}

channel_news channel_pacing::ended(const delivery_config& delivery, const channel_pacing_config& config,
                                   uint64_t number, errc outcome, optional<duration> asked, mono_time now,
                                   uint64_t random) {
  under_way_ -= std::min(under_way_, 1u);
  auto failing = failing_since_.has_value();
  auto out = judge(delivery, config, number > held_at_, outcome, asked, now, random);
  out.keep |= failing != failing_since_.has_value();
  return out;
}

channel_news channel_pacing::judge(const delivery_config& delivery, const channel_pacing_config& config, bool news,
                                   errc outcome, optional<duration> asked, mono_time now, uint64_t random) {
  auto word = word_of(outcome);
  if (word == send_word::delivered) {
    failing_since_.reset();
    refused_ = 0;
    narrow(config);
    return news ? open() : channel_news{};
  }
  if (!failing_since_)
    failing_since_ = now;
  // The receiver is there, and took offence at this message only.
  if (word == send_word::refused_this && ++refused_ < config.refusals)
    return news ? open() : channel_news{};
  if (news)
    return failed(delivery, config, word, asked, now, random);
  return asked ? hold(std::min(*asked, config.longest_hold), now) : channel_news{};
}

channel_news channel_pacing::open() {
  channel_news out;
  out.opened = out.keep = probing_;
  probing_ = false;
  failures_ = 0;
  return out;
}

void channel_pacing::widen(const channel_pacing_config& config) {
  auto wider = duration{static_cast<int64_t>(std::ceil(static_cast<double>(gap_.count()) * config.slower))};
  gap_ = std::clamp(wider, config.first_gap, config.widest_gap);
}

void channel_pacing::narrow(const channel_pacing_config& config) {
  gap_ = duration{static_cast<int64_t>(static_cast<double>(gap_.count()) * config.faster)};
  if (gap_ < config.no_gap)
    gap_ = duration{0};
}

channel_news channel_pacing::failed(const delivery_config& delivery, const channel_pacing_config& config,
                                    send_word word, optional<duration> asked, mono_time now, uint64_t random) {
  ++failures_;
  if (word == send_word::limited)
    widen(config);
  auto own = own_wait(delivery, config, word, asked.has_value(), random);
  auto said = asked ? std::min(*asked, config.longest_hold) : duration{0};
  probing_ = true;
  auto out = hold(std::max(own, said), now);
  out.by_its_word = said >= own;
  out.keep = true;
  return out;
}

duration channel_pacing::own_wait(const delivery_config& delivery, const channel_pacing_config& config, send_word word,
                                  bool asked, uint64_t random) const {
  if (word == send_word::refused || word == send_word::refused_this)
    return slow_wait(delivery, random);
  if (word != send_word::limited || asked)
    return back_off(delivery, failures_, random);
  auto most = config.limited_hold;
  for (uint32_t i = 1; i < failures_ && most < delivery.cap; ++i)
    most *= 2;
  most = std::min(most, std::max(delivery.cap, config.limited_hold));
  auto half = static_cast<uint64_t>(most.count() / 2);
  return most / 2 + duration{static_cast<int64_t>(random % (half + 1))};
}

/// Never shortens one.
channel_news channel_pacing::hold(duration how_long, mono_time now) {
  held_at_ = last_;
  channel_news out;
  if (now + how_long <= held_until_)
    return out;
  held_until_ = now + how_long;
  probing_ = true;
  out.held = out.keep = true;
  out.hold = how_long;
  return out;
}

void channel_pacing::save(channel_state& out, mono_time now, wall_time wall) const {
  auto left = std::max(std::chrono::ceil<duration>(held_until_ - now), duration{0});
  out.held_until = wall + left;
  out.stored = wall;
  out.gap = gap_;
  out.failures = failures_;
  out.failing_since = std::nullopt;
  if (failing_since_)
    out.failing_since = wall - std::chrono::floor<duration>(now - *failing_since_);
}

void channel_pacing::restore(const channel_pacing_config& config, const channel_state& from, mono_time now,
                             wall_time wall) {
  auto longest = std::min<duration>(from.held_until - from.stored, config.longest_hold);
  auto left = not_before(from.held_until, longest, wall) - wall;
  gap_ = std::clamp(from.gap, duration{0}, config.widest_gap);
  failures_ = from.failures;
  probing_ = failures_ > 0;
  if (left > duration{0})
    held_until_ = now + left;
  // Set back, a clock says that it failed in time to come; set forward, it may give up too early, as by a row's age.
  if (from.failing_since)
    failing_since_ = now - std::max(std::chrono::floor<duration>(wall - *from.failing_since), duration{0});
  if (gap_ > duration{0})
    last_start_ = now; // the former owner's last send may have been just now
}

} // namespace vigie
