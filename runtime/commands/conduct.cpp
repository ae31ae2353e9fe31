// `vigie conduct`: the conduct ledger, for whoever answers for the fleet.
#include "actors/policy/plain_text.hpp"
#include "actors/policy/url_template.hpp"
#include "runtime/commands/api_client.hpp"
#include "runtime/config_units.hpp"

namespace vigie {

namespace {

uint64_t count_of(const json_node& x, std::string_view key) {
  return static_cast<uint64_t>(std::max<int64_t>(0, int_of(x, key)));
}

std::string counted(const json_node& x, std::string_view key) {
  return grouped(count_of(x, key));
}

text_table::cell alarming(const json_node& x, std::string_view key) {
  return {counted(x, key), count_of(x, key) > 0 ? paint::warning : paint::plain};
}

/// "46.51 %"
std::string share(const json_node& host) {
  auto out = text_of(host, "unchangedPercent");
  return out.empty() ? out : out + " %";
}

std::string waited(const json_node& x, std::string_view key) {
  auto node = x.find(key);
  return node && !node->is_null() ? short_duration(duration{int_of(x, key)}) : std::string{};
}

/// "2026-11-26 01:00" of the beginning of an hour.
std::string hour_text(const json_node& x, std::string_view key) {
  auto out = short_time(text_of(x, key));
  return out.substr(0, std::min<size_t>(out.size(), 16));
}

/// Its version; or what was answered in its place, if that is why nothing is asked.
std::string robots_text(const json_node& page, const json_node& host) {
  for (auto x : rows_of(page, "held"))
    if (text_of(x, "host") == text_of(host, "host") && !text_of(x, "robots").empty())
      return text_of(x, "robots") + "; asked again at " + short_time(text_of(x, "until"));
  auto version = text_of(host, "robotsVersion");
  return version.empty() ? "no request was allowed by one yet" : "version " + version;
}

/// One host, line by line.
void print_host(const json_node& page, const json_node& x, const conduct_options& options, std::ostream& out) {
  auto requests = count_of(x, "requests");
  using enum text_table::holds;
  text_table table{{{text_of(x, "host")}, {"", number, 0}, {"in the last " + to_text(options.since), text, 0}},
                   text_table::too_wide::wrapped};
  auto row = [&](const char* what, text_table::cell value, std::string remark = {}) {
    table.add({what, std::move(value), {std::move(remark), paint::dim}});
  };
  row("requests", counted(x, "requests"));
  row("  for robots.txt", counted(x, "robotsRequests"));
  row("  repetitions", counted(x, "retries"));
  row("bytes", short_size(count_of(x, "bytes")), counted(x, "bytes") + " of bodies, as they came");
  row("answered", counted(x, "answered"), "a page, a redirect, a 404, …");
  row("unchanged", counted(x, "unchanged"), "304" + (requests > 0 ? ", " + share(x) : std::string{}));
  row("told to slow down", alarming(x, "rateLimited"), "429, or 503 with Retry-After");
  row("refused", alarming(x, "refused"), "403, or a challenge");
  row("failed", counted(x, "failed"), "no answer, 408, 5xx");
  row("forbidden", counted(x, "robotsDenied"), "by robots.txt, so not requested");
  row("waited", waited(x, "waitedMs"), requests > 0 ? waited(x, "averageWaitMs") + " a request, for its turn" : "");
  row("robots.txt", "", robots_text(page, x));
  row("user agent", "", text_of(x, "userAgent").empty() ? "none sent" : text_of(x, "userAgent"));
  row("first hour (UTC)", "", hour_text(x, "firstHour"));
  row("last hour (UTC)", "", hour_text(x, "lastHour"));
  table.print(out, options.style);
}

void print_hosts(const json_node& page, const output_style& style, std::ostream& out) {
  using enum text_table::holds;
  text_table table{{{"HOST"},
                    {"REQUESTS", number, 0},
                    {"ROBOTS", number, 6},
                    {"RETRIES", number, 6},
                    {"BYTES", number, 2},
                    {"ANSWERED", number, 3},
                    {"304", number, 6},
                    {"304 %", number, 3},
                    {"429", number, 1},
                    {"403", number, 1},
                    {"FAILED", number, 2},
                    {"FORBIDDEN", number, 4},
                    {"WAITED", number, 5},
                    {"AVERAGE", number, 6},
                    {"FIRST (UTC)", word, 8},
                    {"LAST (UTC)", word, 5},
                    {"ROBOTS.TXT", word, 8},
                    {"USER AGENT", text, 7}}};
  for (auto x : rows_of(page, "hosts"))
    table.add({text_of(x, "host"), counted(x, "requests"), counted(x, "robotsRequests"), counted(x, "retries"),
               short_size(count_of(x, "bytes")), counted(x, "answered"), counted(x, "unchanged"), share(x),
               alarming(x, "rateLimited"), alarming(x, "refused"), counted(x, "failed"), counted(x, "robotsDenied"),
               waited(x, "waitedMs"), waited(x, "averageWaitMs"), hour_text(x, "firstHour"), hour_text(x, "lastHour"),
               text_of(x, "robotsVersion"), text_of(x, "userAgent")});
  table.print(out, style);
}

void print_hours(const json_node& page, const output_style& style, std::ostream& out) {
  using enum text_table::holds;
  text_table table{{{"HOUR (UTC)", word},
                    {"HOST", text, 0},
                    {"REQUESTS", number, 0},
                    {"ROBOTS", number, 6},
                    {"RETRIES", number, 6},
                    {"BYTES", number, 2},
                    {"ANSWERED", number, 3},
                    {"304", number, 4},
                    {"429", number, 1},
                    {"403", number, 1},
                    {"FAILED", number, 2},
                    {"FORBIDDEN", number, 4},
                    {"WAITED", number, 5},
                    {"ROBOTS.TXT", word, 8}}};
  for (auto host : rows_of(page, "hosts"))
    for (auto x : rows_of(host, "hours"))
      table.add({hour_text(x, "hour"), text_of(host, "host"), counted(x, "requests"), counted(x, "robotsRequests"),
                 counted(x, "retries"), short_size(count_of(x, "bytes")), counted(x, "answered"),
                 counted(x, "unchanged"), alarming(x, "rateLimited"), alarming(x, "refused"), counted(x, "failed"),
                 counted(x, "robotsDenied"), waited(x, "waitedMs"), text_of(x, "robotsVersion")});
  out << '\n';
  table.print(out, style);
}

/// What is done by agreement, with whose, and until when.
void print_exceptions(const json_node& page, const output_style& style, std::ostream& out) {
  using enum text_table::holds;
  text_table table{{{"EXCEPTION"},
                    {"HOST", text, 2},
                    {"WHAT", text, 0},
                    {"APPROVED BY", text, 3},
                    {"EXPIRES", word, 1},
                    {"REASON", text, 4},
                    {"OWNER'S CONSENT", text, 5}},
                   text_table::too_wide::wrapped};
  for (auto x : rows_of(page, "exceptions"))
    table.add({text_of(x, "source"),
               text_of(x, "host"),
               list_of(x, "what"),
               text_of(x, "approvedBy"),
               {text_of(x, "expires"), bool_of(x, "ended") ? paint::bad : paint::plain},
               text_of(x, "reason"),
               text_of(x, "ownerConsent")});
  if (table.empty())
    return;
  out << '\n';
  table.print(out, style);
}

std::string why_held(const json_node& x) {
  if (auto circuit = text_of(x, "circuit"); !circuit.empty())
    return "circuit open: " + circuit;
  auto robots = text_of(x, "robots");
  return robots.empty() ? "it asked to be left alone (429, 503), or failed too often (5xx)" : robots;
}

/// Who is left alone now.
void print_held(const json_node& page, const output_style& style, std::ostream& out) {
  using enum text_table::holds;
  text_table table{{{"HELD"}, {"UNTIL (UTC)", word, 0}, {"", word, 0}, {"WHY", text, 1}},
                   text_table::too_wide::wrapped};
  uint64_t shown = 0;
  for (auto x : rows_of(page, "held")) {
    auto pause = bool_of(x, "pause");
    table.add(
        {text_of(x, "host"), short_time(text_of(x, "until")), {pause ? "paused" : "", paint::warning}, why_held(x)});
    ++shown;
  }
  if (table.empty())
    return;
  out << '\n';
  table.print(out, style);
  if (auto all = count_of(page, "heldInAll"); all > shown)
    out << "… and " << grouped(all - shown) << " more that are held for a shorter time (--limit)\n";
}

int lift_holds(const conduct_options& options, std::ostream& out, std::ostream& err) {
  if (options.host.empty()) {
    err << "--lift needs the host that may be asked again; `vigie conduct` shows which are held\n";
    return exit_usage;
  }
  api_client client{options.node, options.style, err};
  auto answer = client.send("POST", "/api/v1/hosts/" + percent_encode(options.host) + "/lift");
  if (!answer.ok())
    return answer.exit_code;
  if (options.style.json) {
    out << answer.text << '\n';
    return exit_done;
  }
  auto circuit = text_of(answer.data(), "circuit");
  for (auto x : rows_of(answer.data(), "lifted"))
    out << strip_control(text_of(x, "host")) << (circuit.empty() ? " may be asked again" : " is not held any more")
        << "; it was held until " << short_time(text_of(x, "until")) << " (UTC)\n";
  if (!circuit.empty())
    out << "but " << strip_control(circuit) << '\n';
  return exit_done;
}

void print_page(const conduct_options& options, const json_node& page, std::ostream& out) {
  size_t shown = 0;
  for ([[maybe_unused]] auto x : rows_of(page, "hosts"))
    ++shown;
  auto period = "in the last " + to_text(options.since);
  if (shown == 0) {
    out << "nothing was asked of " << (options.host.empty() ? "any host" : strip_control(options.host)) << ' ' << period
        << '\n';
    if (!options.host.empty())
      out << "`vigie conduct` lists the hosts that were asked, under the names that the ledger has for them\n";
    return;
  }
  if (options.host.empty())
    print_hosts(page, options.style, out);
  else
    for (auto x : rows_of(page, "hosts"))
      print_host(page, x, options, out);
  if (options.hours)
    print_hours(page, options.style, out);
  if (auto all = count_of(page, "hostsInAll"); all > shown)
    out << "… and " << grouped(all - shown) << " more hosts that were asked less (--limit)\n";
}

} // namespace

int show_conduct(const conduct_options& options, std::ostream& out, std::ostream& err) {
  if (options.lift)
    return lift_holds(options, out, err);
  if (options.since <= duration{0}) {
    err << "--since is a time above 0, as \"7d\" or \"12h\"\n";
    return exit_usage;
  }
  api_client client{options.node, options.style, err};
  auto path = "/api/v1/conduct?limit=" + std::to_string(options.limit) +
              "&since_ms=" + std::to_string(options.since.count()) + (options.hours ? "&hours=1" : "");
  if (!options.host.empty())
    path += "&host=" + percent_encode(options.host);
  auto answer = client.get(path);
  if (!answer.ok())
    return answer.exit_code;
  if (options.style.json)
    out << answer.text << '\n';
  else {
    print_page(options, answer.data(), out);
    print_held(answer.data(), options.style, out);
    print_exceptions(answer.data(), options.style, out);
  }
  return exit_done;
}

} // namespace vigie
