#include "runtime/commands/alert_names.hpp"

#include <algorithm>

#include "actors/policy/ascii.hpp"
#include "actors/policy/near_names.hpp"
#include "actors/policy/plain_text.hpp"
#include "actors/policy/url_template.hpp"
#include "adapters/http_api/alert_json.hpp"

namespace vigie {

namespace {

/// "7", as ids are written: "007" is a name.
bool is_number(const std::string& word) {
  return !word.empty() && word.size() <= 18 && word[0] != '0' && std::all_of(word.begin(), word.end(), is_digit);
}

/// The id of the alert that has this name; empty where nobody has, or the node cannot be asked (`exit_code`).
std::string named(api_client& client, const std::string& name, int& exit_code) {
  auto answer = client.get(alerts_path + "?name=" + percent_encode(name));
  exit_code = answer.exit_code;
  if (answer.ok())
    for (auto x : rows_of(answer.data(), "alerts"))
      return text_of(x, "id");
  return {};
}

/// The same of a number, which may be both: an id, and the name of another.
std::string numbered(api_client& client, const std::string& number, int& exit_code, std::ostream& err) {
  auto by_name = named(client, number, exit_code);
  if (exit_code != exit_done || by_name.empty() || by_name == number)
    return number;
  auto by_id = client.look(alerts_path + "/" + number, 404);
  exit_code = by_id.exit_code;
  if (!by_id.ok())
    return {};
  if (auto other = text_of(by_id.data(), "name"); !other.empty()) {
    err << number << " is the number of alert \"" << strip_control(other) << "\", and the name of alert " << by_name
        << ".\n    Say which by the other's number or name.\n";
    exit_code = exit_usage;
  }
  return by_name;
}

std::string id_of(api_client& client, const std::string& word, int& exit_code, std::ostream& err) {
  return is_number(word) ? numbered(client, word, exit_code, err) : named(client, word, exit_code);
}

int say_unknown(api_client& client, const std::string& name, std::ostream& err) {
  // The first thousand: enough to correct a slip of the finger.
  auto answer = client.get(alerts_path + "?after=0");
  if (!answer.ok())
    return answer.exit_code;
  std::vector<std::string> names;
  for (auto x : rows_of(answer.data(), "alerts"))
    names.push_back(text_of(x, "name"));
  err << "There is no alert named \"" << strip_control(name) << "\".\n";
  if (auto near = nearest(name, names); !near.empty())
    err << "    Did you mean \"" << strip_control(near) << "\"?\n";
  err << "    All of them: vigie alerts list\n";
  return exit_failed;
}

} // namespace

std::optional<alert> read_shown(const json_node& shown, std::ostream& err) {
  if (auto what = parse_alert(shown))
    return std::move(*what);
  else
    err << "The node shows an alert in a form that this vigie does not know: " << strip_control(what.error().place)
        << ": " << strip_control(what.error().detail) << '\n';
  return std::nullopt;
}

int read_again(api_client& client, meant_alert& x, std::ostream& err) {
  x.shown = client.get(x.path);
  if (!x.shown.ok())
    return x.shown.exit_code;
  auto what = read_shown(x.shown.data(), err);
  if (!what)
    return exit_failed;
  x.what = std::move(*what);
  return exit_done;
}

meant_alerts find_alerts(api_client& client, const std::vector<std::string>& words, std::ostream& err) {
  meant_alerts out;
  for (const auto& word : words) {
    auto id = id_of(client, word, out.exit_code, err);
    if (out.exit_code != exit_done)
      return out;
    if (id.empty())
      return {say_unknown(client, word, err), {}};
    meant_alert meant{{}, {}, alerts_path + "/" + id};
    if (auto code = read_again(client, meant, err); code != exit_done)
      return {code, {}};
    if (std::none_of(out.all.begin(), out.all.end(), [&](const auto& x) { return x.what.id == meant.what.id; }))
      out.all.push_back(std::move(meant));
  }
  return out;
}

} // namespace vigie
