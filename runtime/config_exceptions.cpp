// [sources.NAME.exception]: what a source does that needs an agreement which is written down, and ends.
#include "actors/policy/contact_rule.hpp"
#include "actors/policy/dates.hpp"
#include "actors/policy/url_template.hpp"
#include "runtime/config_sections.hpp"
#include "runtime/config_units.hpp"

namespace vigie {

namespace {

/// One thing of the kind, and how to do without.
struct deviation {
  std::string what;
  std::string without;
};

std::vector<deviation> deviations_of(const source_spec& x, const node_config& config) {
  std::vector<deviation> out;
  if (!x.enabled || !needs_contact(x.url))
    return out;
  if (!x.proxy.empty())
    out.push_back({"it is fetched through a proxy", "leave proxy away"});
  if (x.gate.scope == gate_scope::worker)
    out.push_back({config.fetch.as_s0 ? "each worker has a gap of its own (compat = \"s0\" or gate.scope)"
                                      : "each worker has a gap of its own (gate.scope)",
                   "write gate.scope = \"fleet\""});
  if (!x.gate.obey_robots)
    out.push_back({"its robots.txt is not asked (gate.obey_robots)", "leave gate.obey_robots away"});
  if (config.cycle.enabled && config.cycle.interval < shortest_plain_interval)
    out.push_back({"it is asked every " + to_text(config.cycle.interval) + " ([cycle] interval)",
                   "make [cycle] interval at least \"" + to_text(shortest_plain_interval) + "\""});
  return out;
}

std::string latest_day(wall_time now) {
  return to_rfc3339(now + longest_exception).substr(0, 10);
}

std::string example(const source_spec& x, wall_time now) {
  return "[sources." + x.id.value + ".exception] with reason = \"why\", approved_by = \"who agreed\" and expires = \"" +
         latest_day(now) + "\" (at most 90 days ahead)";
}

void read_text(config_reader& table, const char* name, const char* remedy, std::string& out) {
  auto read = table.read(name, out); // also where it is missing, so that the name is known
  if (table.require(name, remedy) && read && out.find_first_not_of(" \t") == out.npos)
    table.problem(name, "it is empty", remedy);
}

void read_end(config_reader& table, wall_time& out) {
  constexpr std::chrono::hours a_day{24};
  auto now = table.now();
  auto remedy =
      "Write the last day (UTC) of the agreement, at most 90 days ahead, as expires = \"" + latest_day(now) + "\".";
  std::string text;
  auto read = table.read("expires", text);
  if (!table.require("expires", remedy) || !read)
    return;
  bool iso = text.size() == 10 && text[4] == '-' && text[7] == '-';
  auto day = iso ? parse_date(text) : std::nullopt;
  if (!day)
    return table.problem("expires", "\"" + text.substr(0, 40) + "\" is no date", remedy);
  out = *day + a_day;
  if (out <= now)
    table.problem("expires", "the agreement ended on " + text,
                  "Agree anew and write at most \"" + latest_day(now) + "\", or remove what needs it.");
  else if (*day > now + longest_exception)
    table.problem("expires", text + " is more than 90 days ahead", "Write at most \"" + latest_day(now) + "\".");
}

} // namespace

void read_exception(config_reader& source, const source_spec& x, const std::string& owner_consent, node_config& out,
                    std::vector<std::string>& checks) {
  auto needed = deviations_of(x, out);
  auto table = source.table("exception");
  conduct_exception made{x.id, host_key_of(x.url).value_or(host_key{}), {}, {}, {}, owner_consent};
  std::string without;
  for (auto& d : needed) {
    made.what.push_back(std::move(d.what));
    without += (without.empty() ? "" : "; ") + d.without;
  }
  if (!table.present()) {
    if (!needed.empty())
      source.problem("exception",
                     made.host.value +
                         " is not on loopback, and what is done there needs an agreement: " + what_text(made),
                     "Write " + example(x, source.now()) + "; or do without: " + without + ".");
    return;
  }
  read_text(table, "reason", "Say why it has to be, as reason = \"our network has no other way out\".", made.reason);
  read_text(table, "approved_by", "Say who agreed, as approved_by = \"Jo Doe, head of search\".", made.approved_by);
  read_end(table, made.until);
  table.finish();
  if (needed.empty())
    return source.warning("exception", "this source does nothing that needs an agreement", "Remove it.");
  checks.push_back("exception: " + to_string(made));
  out.exceptions.push_back(std::move(made));
}

} // namespace vigie
