#include "runtime/sample_site/sample_site.hpp"

#include <csignal>

#include "actors/policy/plain_text.hpp"
#include "runtime/commands/commands.hpp"

namespace vigie {

int run_sample_site(const sample_site_options& options, std::ostream& out, std::ostream& err) {
  auto listen = parse_endpoint(options.listen);
  if (!listen) {
    err << "--listen: " << strip_control(listen.error().detail) << '\n';
    return exit_usage;
  }
  // Blocked before the server's thread starts, so that no thread but this one takes the signals.
  sigset_t ends;
  sigemptyset(&ends);
  sigaddset(&ends, SIGINT);
  sigaddset(&ends, SIGTERM);
  pthread_sigmask(SIG_BLOCK, &ends, nullptr);
  sample_site_config config;
  config.http.address = listen->host;
  config.http.port = listen->port;
  config.serve_dir = options.serve_dir;
  config.items_file = options.items_file;
  config.items = options.items;
  config.seed = options.seed;
  config.request_log = options.request_log;
  auto site = start_sample_site(std::move(config));
  if (!site) {
    err << "The sample site does not start: " << strip_control(to_string(site.error())) << '\n';
    return site.error().code == errc::bad_config || site.error().code == errc::bad_request ? exit_usage : exit_failed;
  }
  out << "sample site: http://" << to_string(endpoint{listen->host, (*site)->port()}) << "/search?q=iphone"
      << std::endl;
  int signal = 0;
  sigwait(&ends, &signal);
  out << "sample site: ended" << std::endl;
  return exit_done;
}

int run_version(const output_style& style, std::ostream& out) {
  if (style.json)
    out << "{\"name\":\"vigie\",\"version\":\"" VIGIE_VERSION "\"}\n";
  else
    out << "vigie " VIGIE_VERSION "\n";
  return exit_done;
}

} // namespace vigie
