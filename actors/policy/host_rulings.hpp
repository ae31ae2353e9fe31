// Which hosts' refusals wait for the ban-timer's ruling, so that nothing of such a host is handed out meanwhile, while
// all other hosts wait for nothing. Pure.
#pragma once

#include <cstdint>
#include <map>

#include "messages/values/ids.hpp"

namespace vigie {

class host_rulings {
public:
  void begin(const host_key& host) { ++hosts_[host].open; }
  /// The ruling is there (or is asked for anew).
  void end(const host_key& host) {
    auto& x = hosts_[host];
    x.open -= x.open > 0 ? 1 : 0;
    ++x.turn;
  }

  bool under_way(const host_key& host) const {
    auto i = hosts_.find(host);
    return i != hosts_.end() && i->second.open > 0;
  }
  /// Grows with each ruling.
  uint64_t turn(const host_key& host) const {
    auto i = hosts_.find(host);
    return i == hosts_.end() ? 0 : i->second.turn;
  }
  /// False: what was asked about the host in this turn (who may work for it) is out of date, or will be.
  bool stands(const host_key& host, uint64_t turn_asked) const { return !under_way(host) && turn(host) == turn_asked; }

private:
  struct state {
    uint32_t open = 0;
    uint64_t turn = 0;
  };

  std::map<host_key, state> hosts_; ///< of which a refusal came
};

} // namespace vigie
