// `vigie run-once`: starts a cycle and follows it to its end.
#include <chrono>
#include <thread>

#include "actors/policy/plain_text.hpp"
#include "adapters/json/json_writer.hpp"
#include "runtime/commands/alert_names.hpp"
#include "runtime/commands/run_report.hpp"

namespace vigie {

namespace {

using clock = std::chrono::steady_clock;

struct run_view {
  std::string state;
  int64_t learned = 0;
  int64_t alerts = 0;
  int64_t done = 0;
  int64_t failed = 0;
  int64_t matches = 0;
  int64_t fresh = 0;
  int64_t workers = 0;
  int64_t workers_ok = 0;
  std::string note;
};

run_view view_of(const json_node& data) {
  auto run = data.find("run").value_or(data);
  run_view out;
  out.state = text_of(run, "state");
  out.learned = int_of(run, "learned");
  out.alerts = int_of(run, "alerts");
  out.failed = int_of(run, "alertsFailed");
  out.done = int_of(run, "alertsOk") + out.failed;
  out.matches = int_of(run, "matches");
  out.fresh = int_of(run, "newMatches");
  out.workers = int_of(run, "workers");
  out.workers_ok = int_of(run, "workersOk");
  out.note = strip_control(text_of(run, "note"));
  return out;
}

std::string progress_line(int64_t id, const run_view& x, duration so_far) {
  return "run " + std::to_string(id) + ": " + std::to_string(x.done) + "/" + std::to_string(x.alerts) + " alerts, " +
         std::to_string(x.matches) + " matches, " + std::to_string(x.failed) + " errors, " + short_duration(so_far);
}

std::string summary_line(int64_t id, const run_view& x, duration took) {
  return "📊 run " + std::to_string(id) + " " + x.state + " in " + short_duration(took) + ": " +
         std::to_string(x.workers_ok) + "/" + std::to_string(x.workers) + " workers, " + std::to_string(x.alerts) +
         " alerts, " + std::to_string(x.matches) + " matches (" + std::to_string(x.fresh) + " new), " +
         std::to_string(x.failed) + " errors" + (x.note.empty() ? "" : " (" + x.note + ")");
}

// Rewrites one line on a terminal; elsewhere says a line whenever something changed.
class progress {
public:
  progress(const output_style& style, std::ostream& out) : style_(style), out_(out) {}

  void show(int64_t id, const run_view& x, duration so_far) {
    if (style_.json)
      return;
    auto changed = x.done != last_done_;
    last_done_ = x.done;
    if (style_.terminal)
      out_ << "\r\x1b[K" << progress_line(id, x, so_far) << std::flush;
    else if (changed)
      out_ << progress_line(id, x, so_far) << std::endl;
  }

  void clear() {
    if (style_.terminal && !style_.json)
      out_ << "\r\x1b[K";
  }

private:
  const output_style& style_;
  std::ostream& out_;
  int64_t last_done_ = -1;
};

void print_more(int64_t id, const run_view& x, const json_node& data, const output_style& style, std::ostream& out) {
  run_summary run;
  run.id = run_id{id};
  run.learned = static_cast<uint32_t>(x.learned);
  print_outcome(run, attempts_in(data), style, out);
  print_answers(data, out);
}

/// {"alerts":[7,9]} of what people call them; empty for all.
std::string body_of(const run_once_options& options, api_client& client, int& exit_code, std::ostream& err) {
  if (options.alerts.empty())
    return {};
  auto meant = find_alerts(client, options.alerts, err);
  exit_code = meant.exit_code;
  auto ids = json_value::array();
  for (const auto& x : meant.all)
    ids.push(x.what.id.value);
  return json_value::object({{"alerts", std::move(ids)}}).dump();
}

int follow(api_client& client, int64_t id, const run_once_options& options, std::ostream& out, std::ostream& err) {
  auto start = clock::now();
  auto took = [&] { return std::chrono::duration_cast<duration>(clock::now() - start); };
  progress line{options.style, out};
  for (;;) {
    auto answer = client.get("/api/v1/runs/" + std::to_string(id));
    if (!answer.ok()) {
      line.clear();
      return answer.exit_code;
    }
    auto x = view_of(answer.data());
    if (x.state != "running") {
      line.clear();
      out << (options.style.json ? answer.text : summary_line(id, x, took())) << '\n';
      if (!options.style.json)
        print_more(id, x, answer.data(), options.style, out);
      return x.state == "completed" || x.state == "skipped_empty" ? exit_done : exit_failed;
    }
    line.show(id, x, took());
    if (took() > options.deadline) {
      line.clear();
      err << "Run " << id << " goes on, but is no longer followed after " << short_duration(options.deadline)
          << ".\n    Look again with: vigie runs " << id << '\n';
      return exit_failed;
    }
    std::this_thread::sleep_for(options.poll_every);
  }
}

} // namespace

int run_run_once(const run_once_options& options, std::ostream& out, std::ostream& err) {
  api_client client{options.node, options.style, err};
  std::map<std::string, std::string> headers;
  if (!options.idempotency_key.empty())
    headers["idempotency-key"] = options.idempotency_key;
  int exit_code = exit_done;
  auto body = body_of(options, client, exit_code, err);
  if (exit_code != exit_done)
    return exit_code;
  auto answer = client.send("POST", alerts_path + "/run-once", std::move(body), headers);
  if (!answer.ok())
    return answer.exit_code;
  auto id = int_of(answer.data(), "runId");
  auto joined = bool_of(answer.data(), "deduplicated");
  if (!options.wait) {
    if (options.style.json)
      out << answer.text << '\n';
    else
      out << "run " << id << (joined ? " was started already" : " started") << "; see: vigie runs " << id << '\n';
    return exit_done;
  }
  if (!options.style.json)
    out << "run " << id << (joined ? " is on already, following it" : " started") << std::endl;
  return follow(client, id, options, out, err);
}

} // namespace vigie
