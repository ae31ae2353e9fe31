#include "runtime/commands/alert_export.hpp"

#include <filesystem>
#include <fstream>

#include "actors/policy/plain_text.hpp"
#include "adapters/http_api/alert_json.hpp"
#include "runtime/commands/alert_names.hpp"

namespace vigie {

namespace {

/// All pages, one alert a line.
int write_all(api_client& client, std::ostream& to, int64_t& count, std::ostream& err) {
  for (int64_t after = 0;;) {
    auto answer = client.get(alerts_path + "?after=" + std::to_string(after));
    if (!answer.ok())
      return answer.exit_code;
    for (auto x : rows_of(answer.data(), "alerts")) {
      auto what = read_shown(x, err);
      if (!what)
        return exit_failed;
      to << import_json(*what).dump() << '\n';
      ++count;
    }
    auto next = int_of(answer.data(), "next");
    if (next <= after)
      return exit_done;
    after = next;
  }
}

} // namespace

int export_alerts(const alerts_options& options, api_client& client, std::ostream& out, std::ostream& err) {
  int64_t count = 0;
  if (options.file == "-")
    return write_all(client, out, count, err);
  auto name = strip_control(options.file);
  if (std::filesystem::exists(options.file)) {
    err << "The file " << name << " is there already; name another, or remove it first.\n";
    return exit_usage;
  }
  std::ofstream to{options.file, std::ios::binary};
  auto code = to ? write_all(client, to, count, err) : exit_done;
  to.close();
  if (code == exit_done && to) {
    out << count << (count == 1 ? " alert" : " alerts") << " written to " << name << '\n';
    return exit_done;
  }
  std::error_code ignored;
  std::filesystem::remove(options.file, ignored);
  if (code != exit_done)
    return code;
  err << "The file " << name << " cannot be written.\n";
  return exit_failed;
}

} // namespace vigie
