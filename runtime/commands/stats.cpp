// `vigie stats`: main's fleet in numbers.
#include "runtime/commands/api_client.hpp"

namespace vigie {

int run_stats(const stats_options& options, std::ostream& out, std::ostream& err) {
  api_client client{options.node, options.style, err};
  auto answer = client.get("/api/v1/worker/main/stats");
  if (!answer.ok())
    return answer.exit_code;
  if (options.style.json) {
    out << answer.text << '\n';
    return exit_done;
  }
  auto data = answer.data();
  text_table table{{{"WORKERS"}, {"", text_table::holds::number}}};
  table.add({"total", text_of(data, "totalWorkers")});
  table.add({"available", text_of(data, "availableWorkers")});
  table.add({"banned", text_of(data, "bannedWorkers")});
  table.add({"unhealthy", text_of(data, "unhealthyWorkers")});
  table.print(out, options.style);
  if (auto circuits = data.find("circuits"))
    for (auto x : circuits->elements())
      out << painted("host " + text_of(x, "host") + " is not asked by anybody until " + text_of(x, "until"), paint::bad,
                     options.style)
          << '\n';
  return exit_done;
}

} // namespace vigie
