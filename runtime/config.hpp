// The configuration of one node, typed and complete: every default is filled in here, every limit has a unit.
//
// One TOML file a node (docs/configuration.md has the table of keys). Precedence: command line, environment, file,
// default. `load_config` is the whole of `vigie check`, and the first thing `vigie run` does: what one says, the other
// says.
#pragma once

#include <cstdint>
#include <map>
#include <string>
#include <string_view>
#include <vector>

#include "actors/policy/address_guard.hpp"
#include "actors/policy/conduct_exception.hpp"
#include "actors/policy/delivery.hpp"
#include "adapters/ports/event_log.hpp"
#include "messages/values/error.hpp"
#include "messages/values/fetch.hpp"
#include "messages/values/ids.hpp"
#include "messages/values/optional.hpp"
#include "messages/values/run.hpp"
#include "messages/values/time.hpp"
#include "messages/values/worker.hpp"

namespace vigie {

/// "127.0.0.1:3000", "[::1]:3000", "worker.example:7700".
struct endpoint {
  std::string host; ///< without brackets
  uint16_t port = 0;

  friend bool operator==(const endpoint&, const endpoint&) = default;
};

std::string to_string(const endpoint& x);
result<endpoint> parse_endpoint(std::string_view x);

struct api_settings {
  endpoint listen{"127.0.0.1", 3000};      ///< worker-only nodes: port 3100
  std::vector<std::string> hosts;          ///< names it may be called by, besides those of loopback; others get 421
  uint64_t max_connections = 1024;         ///< more are answered 503
  uint64_t max_body_bytes = 1 << 20;       ///< more is answered 413
  uint64_t max_header_bytes = 16 << 10;    ///< more is answered 431
  uint64_t max_commands_outstanding = 256; ///< commands whose answer is outstanding; more are answered 429
  duration read_timeout{15000};            ///< from the first byte of a request to its last
};

struct link_settings {
  endpoint listen{"127.0.0.1", 7700}; ///< worker: where main dials
  bool insecure_loopback = false;     ///< plaintext links, loopback only; must be written down
  duration heartbeat{2000};           ///< each side says it is alive this often; also the beat of an assignment
  uint32_t missed = 3;                ///< heartbeats missed = dead
  duration dial_timeout{3000};        ///< one attempt to connect and say hello
  duration redial_min{200};           ///< back-off with full jitter starts here
  duration redial_max{10000};
  uint64_t max_message_bytes = 8 << 20;  ///< a larger one closes the link
  uint64_t send_buffer_bytes = 32 << 20; ///< unsent bytes; more closes the link
};

struct store_settings {
  std::string driver = "sqlite";
  std::string path;                                   ///< default: <data_dir>/vigie.db
  duration keep_conduct{std::chrono::hours{24 * 90}}; ///< hours of the conduct ledger, after their end; 0 = for ever
};

/// One [[workers]] entry of main.
struct worker_entry {
  worker_id id;
  std::string name;
  std::string region;
  endpoint address;   ///< unused when local
  bool local = false; ///< the worker of this very process
};

/// [worker]: who this node is as a worker.
struct worker_settings {
  worker_id id;     ///< default: the node's name
  std::string name; ///< default: the id
  std::string region = "local";
};

struct cycle_settings {
  bool enabled = true; ///< false = no timer; run-once still works
  duration interval{300000};
  duration initial_delay{60000}; ///< after start; 0 = at once
  overlap_policy overlap = overlap_policy::skip;
  duration silence{
      30000}; ///< an assignment without settlement and heartbeat for this long is lost (WORKER_REQUEST_TIMEOUT_MS)
  uint32_t max_retries = 3;       ///< attempts an alert in one run, each on another worker
  uint32_t host_timeouts = 3;     ///< searches of a host that time out in a row in one run, until the rest is not asked
  duration run_deadline{1800000}; ///< of a run that the gates do not make longer
  duration keep_runs{std::chrono::hours{24 * 90}}; ///< runs and their attempts, after their end; 0 = for ever
  bool baseline = true; ///< for imported and added alerts that do not say: the first run only learns
};

struct balancing_settings {
  balancing_strategy strategy = balancing_strategy::random;
  optional<uint64_t> seed; ///< absent = a random one, logged at start
};

struct health_settings {
  duration interval{60000};
  duration timeout{15000};
  uint32_t rise = 2;            ///< good probes in a row until healthy
  uint32_t fall = 3;            ///< bad probes in a row until unhealthy
  duration fast_interval{5000}; ///< while the verdict is open
};

struct ban_settings {
  duration length{1800000}; ///< [bans] duration: the first ban; each renewal doubles it
  duration cap{86400000};   ///< longest ban
  bool stop_on_refusal =
      false;         ///< on_refusal = "stop": the first refusal opens the host's circuit; "rotate" = the second
  uint32_t rise = 2; ///< probes in a row that must be answered well until a ban is over
  duration slow_start{600000}; ///< after that, until the worker has its full share of the host's work again
};

struct fetch_settings {
  std::string product_token = "vigie";    ///< must be written as soon as anything off loopback is asked
  std::string contact;                    ///< URL or mail; while it is empty, only loopback is connected to
  std::vector<std::string> allow_private; ///< "127.0.0.1/32:18080", checked; without port = any port
  std::vector<uint16_t> allow_ports;      ///< of public addresses, besides 80 and 443
  std::vector<std::string> forbid;        ///< as allow_private: more endpoints of the fleet, never connected to
  uint32_t max_in_flight = 64;            ///< requests of this node
  uint32_t max_redirects = 5;             ///< that are followed for one page
  uint32_t max_retries = 2;               ///< repetitions of a request for one page after a passing trouble
  uint32_t loops = 2;                     ///< event loops of the HTTP client; a host always has the same one
  duration dns_cache{60000};              ///< how long a name's addresses are used again
  uint64_t max_unpacked_bytes = 20 << 20; ///< of a body that came packed, besides the source's max_body
  uint32_t max_unpack_ratio = 100;        ///< a packed body of 1 MiB or more is at most so many times its wire size
  bool send_region_header = false;        ///< x-vigie-region: for our own sites
  bool as_s0 = false;                     ///< compat = "s0": gates that do not say otherwise are each worker's own
};

/// "vigie/0.1.0 (+https://example.org/bot)".
std::string user_agent(const fetch_settings& x);

/// One [channels.NAME]. Only the fields of its kind are used.
struct channel_settings {
  enum class kind : uint8_t { log, exec, webhook, telegram };

  channel_id id;
  kind type = kind::log;
  std::vector<std::string> argv;                     ///< exec: the match comes as JSON on stdin
  bool idempotent = false;                           ///< exec: the program drops a second match with the same "key"
  std::vector<std::string> pass_env;                 ///< exec: names of variables that the child gets
  std::string url;                                   ///< webhook
  std::map<std::string, std::string> headers;        ///< webhook; values are secrets
  std::string token;                                 ///< telegram; a secret
  std::string chat_id;                               ///< telegram
  std::string base_url = "https://api.telegram.org"; ///< telegram
  duration time_out{20000};                          ///< exec, webhook, telegram: one send
};

/// One [commands.NAME]: the closed set behind `custom`.
struct command_settings {
  std::string name;
  std::vector<std::string> argv; ///< "{placeholder}" is filled from the command's args; argv[0] is fixed
  std::vector<std::string> pass_env;
  duration time_out{60000};
  uint64_t max_output_bytes = 1 << 20;
};

struct log_settings {
  enum class form : uint8_t { automatic, json, human };

  log_level level = log_level::info;
  form format = form::automatic; ///< automatic: human on a terminal, JSON elsewhere
  std::string file;              ///< empty = standard error
};

struct limit_settings {
  uint32_t scrapers = 16;                             ///< worker: fetch plans running at the same time
  uint32_t worker_commands = 256;                     ///< worker: commands under way; more are answered busy
  uint32_t permits_waiting = 10000;                   ///< main: callers waiting at one host's gate
  uint32_t notify_in_flight = 16;                     ///< main: sends at the same time over all channels
  duration notify_for = delivery_config{}.notify_for; ///< main: an outbox row that fails when it is so old is dead
  uint32_t notify_attempts = delivery_config{}.min_attempts; ///< main: but not before so many tries
  uint32_t restart_intensity = 10; ///< restarts of one supervisor's children within restart_period; more escalates
  duration restart_period{60000};
  duration page_time{10000}; ///< worker: for the reading of one page that may take long
  duration shutdown{10000};  ///< for the whole ordered shutdown
};

struct node_config {
  std::string name;
  bool is_main = false;
  bool is_worker = false;
  std::string data_dir; ///< default: var/<name> beside the file
  api_settings api;
  link_settings link;
  store_settings store;
  std::vector<worker_entry> workers; ///< main; one local entry when both roles are here and none is listed
  worker_settings worker;
  cycle_settings cycle;
  balancing_settings balancing;
  health_settings health;
  ban_settings bans;
  fetch_settings fetch;
  std::vector<source_spec> sources;          ///< in order of their names
  std::vector<conduct_exception> exceptions; ///< of sources that do what needs an agreement
  std::vector<channel_settings> channels;
  std::vector<command_settings> commands;
  log_settings log;
  limit_settings limits;
  std::vector<std::string> secrets; ///< values that nobody is shown, wherever they turn up
};

/// Something wrong, or worth saying, in a configuration. No text of it holds a secret.
struct config_problem {
  std::string place; ///< "main.toml:12:5"; a missing key: its table's line; or "environment MAX_RETRIES"
  std::string key;   ///< "cycle.interval", "workers[2].address", "sources.market.url"
  std::string what;
  std::string remedy;
};

/// A setting or environment variable that `vigie check` lists.
struct checked_variable {
  std::string name;
  bool required = false;
  bool configured = false;
  bool wrong = false; ///< one of the errors is about it
  std::string value;  ///< secrets come as "***"
  std::string note;
};

/// A value that holds, and where it comes from.
struct setting {
  std::string key;   ///< "cycle.interval"
  std::string value; ///< as the file would say it: "\"5m\""; secrets come as "***"
  std::string from;  ///< "main.toml:12:12", "environment MAX_RETRIES", "command line", "default", or two of them
};

struct loaded_config {
  node_config config; ///< to be used only without errors
  std::vector<config_problem> errors;
  std::vector<config_problem> warnings;
  std::vector<checked_variable> variables;
  std::vector<setting> settings;   ///< all that this node knows, in the order of the file's sections
  std::vector<std::string> checks; ///< the special checks that were made and hold, a sentence each

  bool ok() const { return errors.empty(); }
};

/// Where values come from. `overrides` are command line values by key: {"log.level", "debug"}.
struct config_request {
  std::string path;
  std::string env_file; ///< empty = none; the process's own environment wins over it
  std::map<std::string, std::string> environment;
  std::map<std::string, std::string> overrides;
  optional<wall_time> now{};    ///< by which agreements have ended or not; nothing = the system's clock
  optional<std::string> text{}; ///< what the file would say; it is then not read, and need not be there
};

/// Reads, completes and checks; finds all errors, not the first. Reads the file, the env file and the files that
/// `file:` names; touches nothing else.
loaded_config load_config(const config_request& what);

/// Only [node] and [api], for whoever wants to talk to the node, or find its data folder: trouble elsewhere in the file
/// (and its secrets) does not concern them. The other settings have their defaults.
loaded_config load_node_address(const config_request& what);

/// The process's environment, as `config_request::environment`.
std::map<std::string, std::string> process_environment();

/// The environment variables that some setting understands, with the text for an example file (no values).
std::string example_env_file(const config_request& what);

/// "main.toml:12:5: error: [cycle] interval: …\n    remedy\n".
std::string describe(const config_problem& x, std::string_view severity);

} // namespace vigie
