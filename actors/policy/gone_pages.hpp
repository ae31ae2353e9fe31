// When a page that is gone ends the asking for it: 410 says so at once, 404 has to be said three times in a row, since
// sites also say it by mistake. Pure.
#pragma once

#include <cstdint>
#include <string>

#include "messages/values/run.hpp"

namespace vigie {

inline constexpr uint32_t not_found_in_a_row = 3; ///< 404s that pause an alert

struct gone_ruling {
  uint32_t in_a_row = 0;
  std::string paused_why{}; ///< empty: the alert goes on
};

/// What the last word of a run about an alert (its final settlement) makes of the 404s before it. Only a success ends
/// the row: that the site did not answer says nothing of the page.
inline gone_ruling rule_on_gone(const alert_settled& what, uint32_t in_a_row) {
  if (what.problem.code == errc::none)
    return {};
  if (what.problem.code != errc::http_status || (what.http_status != 404 && what.http_status != 410))
    return {in_a_row, {}};
  ++in_a_row;
  if (what.http_status == 410)
    return {in_a_row, "the page is gone (410)"};
  if (in_a_row >= not_found_in_a_row)
    return {in_a_row, "the page was not found (404), " + std::to_string(in_a_row) + " times in a row"};
  return {in_a_row, {}};
}

} // namespace vigie
