// Every command of `vigie` as a plain function, on one page. runtime/commands/command_line.cpp fills the options.
//
// Exit codes, of every command: 0 done, the answer is yes · 1 it failed, was refused, or the answer is no · 2 wrong
// usage or configuration · 3 the node cannot be reached · 4 a node that was told to end did not in time.
#pragma once

#include <cstdint>
#include <functional>
#include <istream>
#include <map>
#include <ostream>
#include <string>
#include <vector>

#include "messages/values/alert.hpp"
#include "runtime/commands/node_draft.hpp"
#include "runtime/commands/terminal.hpp"
#include "runtime/config.hpp"

namespace vigie {

inline constexpr int exit_done = 0;
inline constexpr int exit_failed = 1;
inline constexpr int exit_usage = 2;
inline constexpr int exit_unreachable = 3;

/// Which node a client command talks to: `url` with `key_file`, or the API address and data folder that `config` names.
struct node_address {
  std::string config; ///< empty: VIGIE_CONFIG, ./vigie.toml, configs/quickstart/main.toml, the first there is
  std::string env_file;
  std::string url;      ///< "http://127.0.0.1:3000"
  std::string key_file; ///< default: <data_dir>/admin.key of the configuration
  duration timeout{10000};
  bool needs_key = true; ///< false: what is asked for is told to everybody
};

struct run_command_options {
  config_request config;
  bool once = false;           ///< one cycle now, then the end; exit 0 = every alert settled and told
  duration notify_wait{60000}; ///< once: how long without a notification that got its last word
  output_style style;
};
int run_run(const run_command_options& options, std::ostream& out, std::ostream& err);

struct check_options {
  config_request config;
  bool print_env = false;
  bool all = false; ///< every value that holds, and where it comes from
  output_style style;
};
int run_check(const check_options& options, std::ostream& out, std::ostream& err);

/// What `check` and `run` both say of a configuration that is wrong or doubtful.
void print_problems(const loaded_config& loaded, const output_style& style, std::ostream& err);

struct run_once_options {
  node_address node;
  std::string idempotency_key;
  std::vector<std::string> alerts{}; ///< ids or names; empty = all that are on
  bool wait = true;                  ///< follow the run to its end
  duration deadline{3600000};        ///< of the following
  duration poll_every{250};
  output_style style;
};
int run_run_once(const run_once_options& options, std::ostream& out, std::ostream& err);

enum class alerts_action : uint8_t { list, show, add, set, pause, resume, remove, import, write };
struct alerts_options {
  node_address node;
  alerts_action action = alerts_action::list;
  std::vector<std::string> which{};                   ///< show, set, pause, resume, remove: ids or names
  std::string file;                                   ///< import, write (`export`); "-" = standard input or output
  std::vector<std::function<void(alert&)>> changes{}; ///< add: to an alert of defaults; set
  output_style style;
};
int run_alerts(const alerts_options& options, std::ostream& out, std::ostream& err);

struct runs_options {
  node_address node;
  int64_t id = 0; ///< 0 = list
  uint32_t limit = 20;
  output_style style;
};
int run_runs(const runs_options& options, std::ostream& out, std::ostream& err);

struct plan_options {
  node_address node;
  std::string alerts; ///< an import file: planned under node.config, without a node
  output_style style;
};
/// exit_failed = the plan is infeasible.
int show_plan(const plan_options& options, std::ostream& out, std::ostream& err);

struct conduct_options {
  node_address node;
  std::string host; ///< as the API takes it; empty = all
  duration since{std::chrono::hours{7 * 24}};
  uint32_t limit = 100; ///< hosts
  bool hours = false;
  bool lift = false; ///< the host may be asked again
  output_style style;
};
/// Or lifts what holds the host: exit_failed if nothing does.
int show_conduct(const conduct_options& options, std::ostream& out, std::ostream& err);

struct init_options {
  page_request page; ///< without a url: the sample site
  std::string file = "vigie.toml";
  std::string name; ///< of the source; empty: by its host
  bool force = false;
  std::map<std::string, std::string> environment;
  output_style style;
};
/// exit_done = the file can be run; exit_failed = its source has to be filled in, or nothing was written; exit_usage.
int run_init(const init_options& options, std::ostream& out, std::ostream& err);

struct source_test_options {
  config_request config; ///< its path may be a URL: then `page` and what follows describe the source
  page_request page;     ///< without its url and query
  std::string format;
  std::string items;
  std::vector<std::string> fields; ///< "title=h3 a"
  std::string source;              ///< empty: the only one
  std::string query;
  std::string url;          ///< empty: the source's own
  std::string body;         ///< a file, "-" = standard input; empty: fetched
  std::string content_type; ///< of the file, as a header says it
  uint32_t limit = 10;      ///< items shown, 0 = all
  output_style style;
};
/// exit_done = items were read; exit_failed = none, or a page that is not to be believed; exit_usage.
int run_source_test(const source_test_options& options, std::istream& in, std::ostream& out, std::ostream& err);

struct matches_options {
  node_address node;
  int64_t run = 0;   ///< 0 = any
  int64_t alert = 0; ///< 0 = any
  uint32_t limit = 50;
  output_style style;
};
int run_matches(const matches_options& options, std::ostream& out, std::ostream& err);

struct outbox_options {
  node_address node;
  std::string state; ///< a delivery_state or "all"; empty: dead and ambiguous
  uint32_t limit = 100;
  bool retry = false;       ///< `vigie outbox retry`
  std::vector<int64_t> ids; ///< retry, and the flags below
  bool dead = false;
  bool ambiguous = false;
  output_style style;
};
int run_outbox(const outbox_options& options, std::ostream& out, std::ostream& err);

enum class keys_action : uint8_t { add, list, remove };
struct keys_options {
  config_request config; ///< an empty path: as in node_address
  keys_action action = keys_action::list;
  std::string name; ///< add, remove
  std::vector<std::string> scopes{"read"};
  output_style style;
};
/// Works on the node's data folder. The secret of a new key goes to `out`, and nowhere else.
int run_keys(const keys_options& options, std::ostream& out, std::ostream& err);

struct stats_options {
  node_address node;
  output_style style;
};
int run_stats(const stats_options& options, std::ostream& out, std::ostream& err);

enum class workers_action : uint8_t { list, drain, undrain, unban };
struct workers_options {
  node_address node;
  workers_action action = workers_action::list;
  std::vector<std::string> which{}; ///< all but list: ids
  output_style style;
};
int run_workers(const workers_options& options, std::ostream& out, std::ostream& err);

struct log_level_options {
  node_address node;
  std::string level; ///< until the node's next start
  output_style style;
};
int set_log_level(const log_level_options& options, std::ostream& out, std::ostream& err);

struct ready_options {
  node_address node;
  duration wait{0}; ///< for it to be ready; 0 = it is asked once
  duration poll_every{250};
  output_style style;
};
/// exit_done = it is ready; exit_failed = it is not, and says why.
int show_ready(const ready_options& options, std::ostream& out, std::ostream& err);

enum class top_order : uint8_t { busy, mailbox, handled, restarts };
struct tree_options {
  node_address node;
  bool fleet = true;                 ///< the workers' actors too
  top_order order = top_order::busy; ///< top
  uint32_t rows = 20;                ///< top
  output_style style;
};
int run_tree(const tree_options& options, std::ostream& out, std::ostream& err);
int run_top(const tree_options& options, std::ostream& out, std::ostream& err);

struct crash_options {
  node_address node;
  std::string at;    ///< the node's name
  std::string actor; ///< the actor's name in the tree
  output_style style;
};
int run_crash(const crash_options& options, std::ostream& out, std::ostream& err);

struct robots_check_options {
  std::string agent; ///< product token
  std::string url;
  std::string file = "-"; ///< "-" = standard input
  output_style style;
};
/// exit_done = allowed, exit_failed = disallowed, exit_usage = neither could be said.
int run_robots_check(const robots_check_options& options, std::istream& in, std::ostream& out, std::ostream& err);

struct bench_fetch_options {
  config_request config;
  std::string source; ///< empty: the only one; its URL is on loopback
  uint64_t pages = 20000;
  uint64_t distinct = 1000; ///< {page} begins again behind it
  uint64_t connections = 64;
  std::string alerts; ///< file; empty = nothing is matched
  output_style style;
};
int run_bench_fetch(const bench_fetch_options& options, std::ostream& out, std::ostream& err);

struct sample_site_options {
  std::string listen = "127.0.0.1:18080";
  std::string serve_dir;
  std::string items_file;
  uint32_t items = 2000;
  uint64_t seed = 1;
  std::string request_log;
  output_style style;
};
int run_sample_site(const sample_site_options& options, std::ostream& out, std::ostream& err);

int run_version(const output_style& style, std::ostream& out);

} // namespace vigie
