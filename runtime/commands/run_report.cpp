#include "runtime/commands/run_report.hpp"

#include "actors/policy/plain_text.hpp"
#include "runtime/commands/api_client.hpp"

namespace vigie {

namespace {

constexpr size_t named_sources = 10;

error problem_in(const json_node& attempt) {
  auto x = attempt.find("error");
  if (!x || x->kind() != json_kind::object)
    return {};
  return {errc_from_string(text_of(*x, "code")), text_of(*x, "detail"), text_of(*x, "place")};
}

} // namespace

std::vector<run_alert> attempts_in(const json_node& run) {
  std::vector<run_alert> out;
  auto rows = run.find("alerts");
  if (!rows)
    return out;
  for (auto row : rows->elements()) {
    auto& x = out.emplace_back();
    x.alert = alert_id{int_of(row, "alertId")};
    x.alert_name = text_of(row, "alertName");
    x.source = source_id{text_of(row, "source")};
    x.state = attempt_state_from_string(text_of(row, "state")).value_or(attempt_state::assigned);
    x.problem = problem_in(row);
  }
  return out;
}

void print_outcome(const run_summary& run, const std::vector<run_alert>& attempts, const output_style& style,
                   std::ostream& out) {
  if (run.learned > 0)
    out << "    " << learned_words(run.learned) << '\n';
  auto failed = failed_alerts(attempts);
  for (size_t i = 0; i < std::min(failed.size(), named_failures); ++i)
    out << "    " << painted("failed: ", paint::bad, style) << strip_control(to_words(failed[i])) << '\n';
  if (failed.size() > named_failures)
    out << "    and " << failed.size() - named_failures << " more\n";
  if (failed.empty())
    return;
  auto next = next_commands(run.id, failed);
  for (size_t i = 0; i < next.size(); ++i)
    out << "    " << (i == 0 ? "Look closer with: " : "and at the page with: ") << strip_control(next[i]) << '\n';
}

std::string answers_in_words(const json_node& source) {
  std::string out;
  auto answers = source.find("answers");
  if (!answers)
    return out;
  for (auto x : answers->members()) {
    auto status = std::string{x.key()};
    out += (out.empty() ? "" : ", ") + (status == "0" ? "no answer" : status) + " ×" +
           std::to_string(x.as_int().value_or(0));
  }
  return out;
}

void print_answers(const json_node& run, std::ostream& out) {
  size_t shown = 0;
  for (auto x : rows_of(run, "sources")) {
    if (int_of(x, "requests") == 0)
      continue;
    if (++shown > named_sources) {
      out << "    and more sources: vigie runs shows them\n";
      break;
    }
    out << "    " << strip_control(text_of(x, "source")) << ": " << answers_in_words(x) << "; "
        << short_size(static_cast<uint64_t>(int_of(x, "bytes"))) << "; waited "
        << short_duration(duration{int_of(x, "averageWaitMs")}) << " a request\n";
  }
}

} // namespace vigie
