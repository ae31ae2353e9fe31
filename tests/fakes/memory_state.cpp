#include "tests/fakes/memory_state.hpp"

#include <algorithm>
#include <cstdio>

#include "actors/policy/alert_pauses.hpp"
#include "actors/policy/page_notes.hpp"

namespace vigie {

namespace {

std::string percent_encoded(std::string_view text) {
  std::string out;
  for (unsigned char c : text) {
    auto plain = (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') ||
                 std::string_view{"-._~"}.find(static_cast<char>(c)) != std::string_view::npos;
    char escaped[4];
    std::snprintf(escaped, sizeof escaped, "%%%02X", c);
    out += plain ? std::string(1, static_cast<char>(c)) : std::string{escaped};
  }
  return out;
}

std::string quoted(std::string_view text) {
  std::string out{"\""};
  for (char c : text) {
    char escaped[8];
    std::snprintf(escaped, sizeof escaped, "\\u%04x", static_cast<unsigned>(c));
    if (c == '"' || c == '\\')
      out += std::string{'\\'} + c;
    else if (static_cast<unsigned char>(c) < 0x20)
      out += escaped;
    else
      out += c;
  }
  return out + '"';
}

std::string quoted_or_null(const optional<std::string>& text) {
  return text ? quoted(*text) : "null";
}

std::string money(const optional<cents>& price) {
  if (!price)
    return "null";
  auto whole = *price < 0 ? -*price : *price;
  char text[48];
  std::snprintf(text, sizeof text, "%s%lld.%02lld", *price < 0 ? "-" : "", static_cast<long long>(whole / 100),
                static_cast<long long>(whole % 100));
  return text;
}

std::string body_of(const stored_match& found, const std::string& key) {
  const auto& it = found.pair.what;
  return "{\"alert\":{\"id\":" + std::to_string(found.pair.alert.value) + ",\"name\":" + quoted(found.alert_name) +
         "},\"source\":" + quoted(found.source.value) + ",\"item\":{\"id\":" + quoted(it.id.value) +
         ",\"title\":" + quoted(it.title) + ",\"price\":" + money(it.price) +
         ",\"currency\":" + quoted_or_null(it.currency) + ",\"brand\":" + quoted_or_null(it.brand) +
         ",\"size\":" + quoted_or_null(it.size) + ",\"condition\":" + quoted_or_null(it.condition) +
         ",\"url\":" + quoted_or_null(it.url) + ",\"photo\":" + quoted_or_null(it.photo) +
         "},\"run\":" + std::to_string(found.run.value) + ",\"found\":" + quoted(to_rfc3339(found.found)) +
         ",\"key\":" + quoted(key) + "}";
}

} // namespace

memory_plan_row* memory_run::find(alert_id id) {
  auto i = std::find_if(plan.begin(), plan.end(), [&](const auto& x) { return x.alert == id; });
  return i == plan.end() ? nullptr : &*i;
}

result<alert> memory_state::put(alert what) {
  for (const auto& [id, other] : alerts)
    if (other.name == what.name && id != what.id.value)
      return fail(errc::conflict, "an alert named \"" + what.name + "\" exists", "/name");
  if (what.id.value == 0) {
    what.id = alert_id{++last_alert};
    char part[20];
    std::snprintf(part, sizeof part, "%016llx", static_cast<unsigned long long>(random()));
    key_parts[what.id] = part;
    what.paused_why.clear();
  } else {
    auto old = alerts.find(what.id.value);
    if (old == alerts.end())
      return fail(errc::not_found, "no alert " + std::to_string(what.id.value));
    what.baseline_done = old->second.baseline_done;
    what.paused_why = what.enabled ? std::string{} : old->second.paused_why;
    ++revisions[what.id];
    pages.erase(what.id);
    if (what.enabled)
      pasts[what.id].not_found = 0;
  }
  alerts[what.id.value] = what;
  return what;
}

result<alert> memory_state::set_enabled(alert_id id, bool enabled) {
  auto i = alerts.find(id.value);
  if (i == alerts.end())
    return fail(errc::not_found, "no alert " + std::to_string(id.value));
  i->second.enabled = enabled;
  if (enabled) {
    i->second.paused_why.clear();
    pasts[id].not_found = 0;
  }
  return i->second;
}

begun_run memory_state::unfinished(const memory_run& run) {
  begun_run out{run.summary, {}, {}};
  for (const auto& planned : run.plan) {
    auto i = alerts.find(planned.alert.value);
    if (planned.done || i == alerts.end())
      continue;
    if (i->second.enabled)
      out.alerts.push_back(i->second);
    if (auto known = pages.find(planned.alert); known != pages.end() && !known->second.empty())
      out.pages.insert(*known);
  }
  return out;
}

std::string memory_state::note_outcome(const alert_settled& what) {
  auto ruling = rule_on_pause(what, pasts[what.alert]);
  pasts[what.alert] = ruling.past;
  if (!ruling.paused_why.empty()) {
    auto& owner = alerts.at(what.alert.value);
    owner.enabled = false;
    owner.paused_why = ruling.paused_why;
  }
  return ruling.paused_why;
}

result<std::vector<fencing_token>> memory_state::begin(run_id id, const std::vector<attempt_request>& what) {
  auto run = runs.find(id.value);
  if (run == runs.end())
    return fail(errc::not_found, "no run " + std::to_string(id.value));
  if (run->second.summary.state != run_state::running)
    return fail(errc::conflict, "run " + std::to_string(id.value) + " has ended");
  for (const auto& x : what)
    if (run->second.find(x.alert) == nullptr)
      return fail(errc::not_found, "alert " + std::to_string(x.alert.value) + " is no part of this run");
  std::vector<fencing_token> tokens;
  for (const auto& x : what) {
    bool again = false;
    for (auto& [token, old] : attempts) {
      if (old.row.run != id || old.row.alert != x.alert)
        continue;
      again = true;
      if (old.row.state == attempt_state::assigned)
        old.row.state = attempt_state::abandoned;
    }
    run->second.summary.resent += again ? 1 : 0;
    memory_attempt made;
    made.row.run = id;
    made.row.alert = x.alert;
    made.row.alert_name = run->second.find(x.alert)->name;
    made.row.attempt = x.attempt;
    made.row.token = fencing_token{++last_token};
    made.row.worker = x.worker;
    if (auto i = alerts.find(x.alert.value); i != alerts.end())
      made.row.source = i->second.source;
    attempts[last_token] = made;
    tokens.push_back(made.row.token);
  }
  return tokens;
}

result<settle_receipt> memory_state::settle(const alert_settled& what, bool final, wall_time now) {
  auto i = attempts.find(what.token.value);
  if (i == attempts.end() || i->second.row.run != what.run || i->second.row.alert != what.alert)
    return fail(errc::not_found, "no attempt with token " + std::to_string(what.token.value));
  auto& attempt = i->second;
  auto& run = runs.at(what.run.value);
  auto& planned = *run.find(what.alert);
  auto success = what.problem.code == errc::none;
  if (attempt.row.state == attempt_state::settled && success)
    return attempt.receipt;
  auto open = run.summary.state == run_state::running && !planned.done;
  if (attempt.row.state == attempt_state::failed && !success) {
    auto newest = std::none_of(attempts.upper_bound(what.token.value), attempts.end(), [&](const auto& x) {
      return x.second.row.run == what.run && x.second.row.alert == what.alert;
    });
    auto receipt = attempt.receipt;
    if (final && open && newest) {
      planned.done = true;
      ++run.summary.alerts_failed;
      receipt.paused_why = alerts.contains(what.alert.value) ? note_outcome(what) : std::string{};
    }
    return receipt;
  }
  if (attempt.row.state != attempt_state::assigned || !open || !alerts.contains(what.alert.value))
    return keep_late(run, attempt, what);
  keep_words(attempt, what);
  return success ? apply_success(run, planned, attempt, what, now) : apply_failure(run, planned, attempt, what, final);
}

void memory_state::keep_words(memory_attempt& attempt, const alert_settled& what) {
  attempt.row.took = what.took;
  attempt.row.items_checked = what.items_checked;
  attempt.row.notes = to_lines(what.notes);
  attempt.row.answers = what.answers;
  if (!what.source.value.empty())
    attempt.row.source = what.source;
}

settle_receipt memory_state::keep_late(memory_run& run, memory_attempt& attempt, const alert_settled& what) {
  if (attempt.row.state == attempt_state::settled || attempt.row.state == attempt_state::late)
    return {};
  attempt.row.state = attempt_state::late;
  attempt.row.problem = what.problem;
  attempt.row.matches = static_cast<uint32_t>(what.matches.size());
  keep_words(attempt, what);
  ++run.summary.late;
  return {};
}

settle_receipt memory_state::apply_failure(memory_run& run, memory_plan_row& planned, memory_attempt& attempt,
                                           const alert_settled& what, bool final) {
  attempt.row.state = attempt_state::failed;
  attempt.row.problem = what.problem;
  attempt.receipt.applied = true;
  auto receipt = attempt.receipt;
  if (final) {
    planned.done = true;
    ++run.summary.alerts_failed;
    receipt.paused_why = note_outcome(what);
  }
  return receipt;
}

settle_receipt memory_state::apply_success(memory_run& run, memory_plan_row& planned, memory_attempt& attempt,
                                           const alert_settled& what, wall_time now) {
  auto& owner = alerts.at(what.alert.value);
  auto learning = owner.baseline && !owner.baseline_done;
  std::set<item_id> distinct;
  settle_receipt receipt{true, 0, 0};
  for (const auto& x : what.matches) {
    distinct.insert(x.what.id);
    auto is_new = seen.insert({what.alert, x.what.id}).second;
    run.summary.learned += is_new && learning ? 1 : 0;
    if (!is_new || learning)
      continue;
    stored_match found{{what.alert, x.what}, owner.name, what.source, what.run, now, {}};
    if (found.source.value.empty())
      found.source = owner.source;
    matches.push_back(found);
    ++receipt.new_matches;
    receipt.outbox_rows += notify(owner, found);
  }
  owner.baseline_done = owner.baseline_done || learning;
  auto as_given_out = planned.revision == revisions[what.alert];
  pages[what.alert] = as_given_out ? what.pages : std::vector<page_record>{};
  note_outcome(what);
  planned.done = true;
  attempt.row.state = attempt_state::settled;
  attempt.row.learned = learning;
  attempt.row.matches = static_cast<uint32_t>(distinct.size());
  attempt.receipt = receipt;
  run.summary.alerts_ok += 1;
  run.summary.items_checked += what.items_checked;
  run.summary.matches += attempt.row.matches;
  run.summary.new_matches += receipt.new_matches;
  return receipt;
}

uint32_t memory_state::notify(const alert& owner, const stored_match& found) {
  uint32_t made = 0;
  for (const auto& channel : owner.channels) {
    auto exists = std::any_of(outbox.begin(), outbox.end(), [&](const auto& x) {
      return x.second.alert == owner.id && x.second.item == found.pair.what.id && x.second.channel == channel;
    });
    if (exists)
      continue;
    outbox_row row;
    row.id = outbox_id{++last_outbox};
    row.alert = owner.id;
    row.item = found.pair.what.id;
    row.channel = channel;
    row.key = "alert-" + std::to_string(owner.id.value) + "-" + key_parts[owner.id] + ":" +
              percent_encoded(channel.value) + ":" + percent_encoded(row.item.value);
    row.body = body_of(found, row.key);
    row.next_attempt = found.found;
    row.since = found.found;
    row.alert_name = found.alert_name;
    outbox[last_outbox] = row;
    ++made;
  }
  return made;
}

result<run_summary> memory_state::end(run_id id, run_state how, uint32_t workers, uint32_t workers_ok, std::string note,
                                      wall_time now) {
  auto run = runs.find(id.value);
  if (run == runs.end())
    return fail(errc::not_found, "no run " + std::to_string(id.value));
  if (how == run_state::running)
    return fail(errc::bad_request, "a run cannot end as running");
  auto& summary = run->second.summary;
  if (summary.state == how)
    return summary;
  if (summary.state != run_state::running)
    return fail(errc::conflict, "run " + std::to_string(id.value) + " is " + std::string{to_string(summary.state)});
  for (auto& [token, x] : attempts)
    if (x.row.run == id && x.row.state == attempt_state::assigned)
      x.row.state = attempt_state::abandoned;
  summary.state = how;
  summary.workers = workers;
  summary.workers_ok = workers_ok;
  summary.note = std::move(note);
  summary.ended = now;
  return summary;
}

uint32_t memory_state::prune(wall_time before, uint32_t limit) {
  uint32_t gone = 0;
  for (auto i = runs.begin(); i != runs.end() && gone < limit;) {
    const auto& run = i->second.summary;
    if (run.state == run_state::running || run.ended >= before) {
      ++i;
      continue;
    }
    std::erase_if(attempts, [&](const auto& x) { return x.second.row.run == run.id; });
    i = runs.erase(i);
    ++gone;
  }
  return gone;
}

} // namespace vigie
