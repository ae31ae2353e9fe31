// The arithmetic of the conduct ledger's rows. Pure.
#pragma once

#include <vector>

#include "messages/values/conduct.hpp"
#include "messages/values/requests.hpp"

namespace vigie {

/// The beginning of the hour, in UTC, that `x` lies in.
wall_time hour_of(wall_time x);

/// The counters of `more` are added; of the two texts the newer one that is not empty stays: that of `more`.
void add(conduct_row& to, const conduct_row& more);

/// Takes rows by host, then by hour, and makes one of those that lie in the same stretch of the same host.
class conduct_fold {
public:
  explicit conduct_fold(const get_conduct& which) : which_(which) {}

  /// False once there are more than the limit: then `rows` is of no use.
  bool take(const conduct_row& row);
  result<std::vector<conduct_row>> rows() &&;

private:
  get_conduct which_;
  std::vector<conduct_row> out_;
};

} // namespace vigie
