// `vigie ready` and `vigie log-level`: one node, whatever its role.
#include <chrono>
#include <sstream>
#include <thread>

#include "actors/policy/plain_text.hpp"
#include "adapters/json/json_writer.hpp"
#include "runtime/commands/api_client.hpp"

namespace vigie {

namespace {

void say_each(const json_node& data, std::string_view key, paint how, const output_style& style, std::ostream& out) {
  for (auto x : rows_of(data, key))
    if (auto text = x.as_string())
      out << "  " << painted(strip_control(*text), how, style) << '\n';
}

} // namespace

int show_ready(const ready_options& options, std::ostream& out, std::ostream& err) {
  auto end = std::chrono::steady_clock::now() + options.wait;
  std::string why;
  api_answer answer;
  for (;;) {
    std::ostringstream said;
    answer = api_client{options.node, options.style, said}.look("/readyz", 503);
    why = said.str();
    bool wrong = answer.exit_code == exit_usage; // waiting mends nothing
    if (wrong || (answer.ok() && bool_of(answer.data(), "ready")) || std::chrono::steady_clock::now() >= end)
      break;
    std::this_thread::sleep_for(options.poll_every);
  }
  err << why;
  if (!answer.ok())
    return answer.exit_code;
  auto data = answer.data();
  auto ready = bool_of(data, "ready");
  if (options.style.json) {
    out << answer.text << '\n';
  } else {
    out << (ready ? painted("ready", paint::good, options.style) : painted("not ready", paint::bad, options.style))
        << '\n';
    say_each(data, "reasons", ready ? paint::warning : paint::bad, options.style, out);
    say_each(data, "notes", paint::plain, options.style, out);
  }
  return ready ? exit_done : exit_failed;
}

int set_log_level(const log_level_options& options, std::ostream& out, std::ostream& err) {
  api_client client{options.node, options.style, err};
  auto answer = client.send("PUT", "/api/v1/log-level", json_value::object({{"level", options.level}}).dump());
  if (!answer.ok())
    return answer.exit_code;
  if (options.style.json)
    out << answer.text << '\n';
  else
    out << "the log level is " << options.level << " until the node's next start\n";
  return exit_done;
}

} // namespace vigie
