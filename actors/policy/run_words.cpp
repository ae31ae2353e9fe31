#include "actors/policy/run_words.hpp"

#include <algorithm>
#include <map>

namespace vigie {

namespace {

/// `vigie source test` shows it: the site gave something, and that is not what the source describes.
bool is_of_page(errc code) {
  switch (code) {
  case errc::http_status:
  case errc::bad_page:
  case errc::body_too_large:
  case errc::suspicious_empty:
  case errc::suspicious_schema:
  case errc::suspicious_stale:
    return true;
  default:
    return false;
  }
}

} // namespace

std::string learned_words(uint64_t count) {
  return count == 0 ? std::string{} : std::to_string(count) + " learned, none sent: first run";
}

std::string switched_off_words(const alert& what) {
  auto id = std::to_string(what.id.value);
  return "alert " + id + " \"" + what.name + "\" is switched off" +
         (what.paused_why.empty() ? "" : " (paused: " + what.paused_why + ")") + "; vigie alerts resume " + id +
         " takes it up again";
}

std::vector<failed_alert> failed_alerts(const std::vector<run_alert>& attempts) {
  std::vector<alert_id> order;
  std::map<alert_id, const run_alert*> last;
  for (const auto& x : attempts) {
    auto [i, is_first] = last.emplace(x.alert, &x);
    if (is_first)
      order.push_back(x.alert);
    // A late result changes nothing, and of an attempt that was given back there is no word.
    else if (x.state != attempt_state::late && i->second->state != attempt_state::settled)
      i->second = &x;
  }
  std::vector<failed_alert> out;
  for (const auto& id : order)
    if (const auto& x = *last[id]; x.state == attempt_state::failed)
      out.push_back({id, x.alert_name, x.source, x.problem});
  return out;
}

std::string to_words(const failed_alert& x) {
  auto out = std::to_string(x.id.value) + " \"" + x.name + "\": " + std::string{to_string(x.problem.code)};
  if (!x.problem.detail.empty())
    out += ": " + x.problem.detail;
  return x.problem.place.empty() ? out : out + " at " + x.problem.place;
}

std::string failure_words(const std::vector<failed_alert>& first, uint64_t all) {
  std::string out;
  auto named = std::min(first.size(), named_failures);
  for (size_t i = 0; i < named; ++i)
    out += (i == 0 ? "" : "; ") + to_words(first[i]);
  if (all > named)
    out += (named == 0 ? "" : "; and ") + std::to_string(all - named) + (named == 0 ? " alerts" : " more");
  return out;
}

std::vector<std::string> next_commands(run_id run, const std::vector<failed_alert>& failed) {
  std::vector<std::string> out{"vigie runs " + std::to_string(run.value)};
  for (const auto& x : failed)
    if (is_of_page(x.problem.code) && !x.source.value.empty()) {
      out.push_back("vigie source test --source " + x.source.value);
      break;
    }
  return out;
}

} // namespace vigie
