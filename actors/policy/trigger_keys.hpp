// The idempotency keys of triggers, for a while. Pure.
#pragma once

#include <algorithm>
#include <deque>
#include <string>
#include <vector>

#include "messages/values/requests.hpp"

namespace vigie {

class trigger_keys {
public:
  struct known {
    std::string key;
    std::vector<alert_id> only;
    run_id run;
    mono_time since{};
  };

  /// The run that was begun, or joined, under this key after `since`; no key is never known.
  const known* find(const std::string& key, mono_time since) {
    std::erase_if(all_, [&](const known& x) { return x.since < since; });
    auto i = std::find_if(all_.begin(), all_.end(), [&](const known& x) { return x.key == key; });
    return key.empty() || i == all_.end() ? nullptr : &*i;
  }

  /// Above `most` the oldest are forgotten.
  void remember(const trigger_run& what, run_id run, mono_time now, size_t most) {
    if (what.idempotency_key.empty())
      return;
    all_.push_back({what.idempotency_key, what.only, run, now});
    if (all_.size() > most)
      all_.pop_front();
  }

private:
  std::deque<known> all_;
};

} // namespace vigie
