// What ends the asking for an alert until its owner says otherwise: a page that is gone, and a rule of robots.txt that
// forbids what could be asked before. 410 says at once that a page is gone; 404 has to be said three times in a row,
// since sites also say it by mistake. Pure.
#pragma once

#include <cstdint>
#include <string>

#include "actors/policy/robots_line.hpp"
#include "messages/values/run.hpp"

namespace vigie {

inline constexpr uint32_t not_found_in_a_row = 3; ///< 404s that pause an alert

/// What is remembered of an alert's runs.
struct alert_past {
  uint32_t not_found = 0; ///< 404s in a row
  bool answered = false;  ///< its search was read to the end once

  friend bool operator==(const alert_past&, const alert_past&) = default;
};

struct pause_ruling {
  alert_past past{};        ///< from now on
  std::string paused_why{}; ///< empty: the alert goes on
};

/// What the last word of a run about an alert (its final settlement) makes of what was remembered of it. Only a success
/// ends a row of 404s: that the site did not answer says nothing of the page. An alert that robots.txt has never
/// allowed is not paused by it: it asks nothing, and begins when it may.
inline pause_ruling rule_on_pause(const alert_settled& what, alert_past past) {
  if (what.problem.code == errc::none)
    return {{0, true}, {}};
  if (what.problem.code == errc::robots_disallowed && past.answered && names_a_line(what.problem.place))
    return {past, what.problem.detail};
  if (what.problem.code != errc::http_status || (what.http_status != 404 && what.http_status != 410))
    return {past, {}};
  ++past.not_found;
  if (what.http_status == 410)
    return {past, "the page is gone (410)"};
  if (past.not_found >= not_found_in_a_row)
    return {past, "the page was not found (404), " + std::to_string(past.not_found) + " times in a row"};
  return {past, {}};
}

} // namespace vigie
