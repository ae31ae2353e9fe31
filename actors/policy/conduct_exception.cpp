#include "actors/policy/conduct_exception.hpp"

namespace vigie {

std::string what_text(const conduct_exception& x) {
  std::string out;
  for (const auto& part : x.what)
    out += (out.empty() ? "" : ", ") + part;
  return out;
}

std::string to_string(const conduct_exception& x) {
  auto out = "source " + x.source.value + " (" + x.host.value + "): " + what_text(x) + "; approved by " +
             x.approved_by + " until " + last_day(x.until) + ": " + x.reason;
  return x.owner_consent.empty() ? out : out + "; the owner's consent: " + x.owner_consent;
}

std::string last_day(wall_time until) {
  return to_rfc3339(until - duration{1}).substr(0, 10);
}

std::string ended_text(const conduct_exception& x) {
  return "the exception of source " + x.source.value + " ended on " + last_day(x.until) + " (" + what_text(x) +
         "), so " + x.host.value + " is not asked; agree anew and write a new expires in [sources." + x.source.value +
         ".exception], or remove what needs it, and restart main";
}

} // namespace vigie
