#include "runtime/commands/alert_names.hpp"

#include <algorithm>

#include "actors/policy/ascii.hpp"
#include "actors/policy/near_names.hpp"
#include "actors/policy/plain_text.hpp"
#include "actors/policy/url_template.hpp"
#include "adapters/http_api/alert_json.hpp"

namespace vigie {

namespace {

/// What its id is in a path; empty where the name is nobody's, or the node cannot be asked (`exit_code`).
std::string id_of(api_client& client, const std::string& word, int& exit_code) {
  if (std::all_of(word.begin(), word.end(), is_digit))
    return word;
  auto answer = client.get(alerts_path + "?name=" + percent_encode(word));
  exit_code = answer.exit_code;
  if (answer.ok())
    for (auto x : rows_of(answer.data(), "alerts"))
      return text_of(x, "id");
  return {};
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
  if (auto what = read_alert(shown, {}))
    return std::move(*what);
  else
    err << "The node shows an alert in a form that this vigie does not know: " << strip_control(what.error().place)
        << ": " << strip_control(what.error().detail) << '\n';
  return std::nullopt;
}

meant_alerts find_alerts(api_client& client, const std::vector<std::string>& words, std::ostream& err) {
  meant_alerts out;
  for (const auto& word : words) {
    auto id = id_of(client, word, out.exit_code);
    if (out.exit_code != exit_done)
      return out;
    if (id.empty())
      return {say_unknown(client, word, err), {}};
    auto path = alerts_path + "/" + id;
    auto answer = client.get(path);
    if (!answer.ok())
      return {answer.exit_code, {}};
    auto what = read_shown(answer.data(), err);
    if (!what)
      return {exit_failed, {}};
    auto known = std::any_of(out.all.begin(), out.all.end(), [&](const auto& x) { return x.what.id == what->id; });
    if (!known)
      out.all.push_back({std::move(*what), std::move(answer), path});
  }
  return out;
}

} // namespace vigie
