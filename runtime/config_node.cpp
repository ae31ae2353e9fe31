// [node], [api], [link], [store], [[workers]], [worker], [log], [limits]
#include <algorithm>
#include <array>
#include <map>
#include <set>
#include <utility>

#include "actors/policy/plain_text.hpp"
#include "adapters/http_api/known_hosts.hpp"
#include "runtime/config_sections.hpp"
#include "runtime/config_units.hpp"

namespace vigie {

namespace {

constexpr uint32_t max_workers = 1000;

void read_roles(config_reader& node, node_config& out) {
  static const std::array<std::string, 2> known{"main", "worker"};
  std::vector<std::string> roles;
  if (!node.require("roles", "Write roles = [\"main\"], [\"worker\"] or [\"main\", \"worker\"].") ||
      !node.read("roles", roles))
    return;
  auto good = !roles.empty();
  for (size_t i = 0; i < roles.size(); ++i) {
    auto is_role = std::find(known.begin(), known.end(), roles[i]) != known.end();
    auto twice = std::find(roles.begin(), roles.begin() + static_cast<ptrdiff_t>(i), roles[i]) !=
                 roles.begin() + static_cast<ptrdiff_t>(i);
    if (!is_role)
      node.problem_at("roles", i, "\"" + roles[i] + "\" is no role", "Roles are \"main\" and \"worker\".");
    else if (twice)
      node.problem_at("roles", i, "\"" + roles[i] + "\" stands here twice", "Remove one of them.");
    good = good && is_role && !twice;
  }
  if (roles.empty())
    node.problem("roles", "a node without a role does nothing", "Write roles = [\"main\"], [\"worker\"] or both.");
  // Wrong roles say nothing: what depends on them is then not judged.
  auto has = [&](const std::string& x) { return good && std::find(roles.begin(), roles.end(), x) != roles.end(); };
  out.is_main = has("main");
  out.is_worker = has("worker");
}

/// What only one worker can have.
struct taken_by_workers {
  std::set<std::string> ids;
  std::map<std::string, std::string> addresses; ///< and who has it
  bool local = false;
};

void read_one_worker(config_reader& entry, node_config& out, taken_by_workers& seen) {
  worker_entry x;
  entry.read("local", x.local);
  if (x.local) {
    x.id = out.worker.id;
    x.name = out.worker.name;
    x.region = out.worker.region;
  } else {
    entry.require("id", "Give the worker an id, as id = \"worker-fr\".");
    entry.require("address", "Say where main dials it, as address = \"127.0.0.1:7700\"; or write local = true.");
  }
  auto has_id = entry.read("id", x.id.value);
  entry.read("name", x.name);
  entry.read("region", x.region);
  entry.read("address", x.address);
  if (has_id)
    check_plain_name(entry, "id", x.id.value);
  if (x.name.empty()) {
    x.name = x.id.value;
    entry.in_force("name", in_quotes(x.name));
  }
  if (x.local && entry.has("address"))
    entry.problem("address", "a local worker is not dialled", "Remove the address, or local = true.");
  if (x.local && !out.is_worker)
    entry.problem("local", "this node has no worker role", "Add \"worker\" to [node] roles, or give an address.");
  bool known = !x.id.value.empty() && !seen.ids.insert(x.id.value).second;
  if (known)
    entry.problem("id", "the id \"" + x.id.value + "\" stands here twice", "Give each worker an id of its own.");
  if (x.local && std::exchange(seen.local, true) && !known)
    entry.problem("local", "there is one local worker a process", "Remove one of them.");
  if (!x.local && x.address.port != 0)
    if (auto [first, fresh] = seen.addresses.try_emplace(to_string(x.address), x.id.value); !fresh && !known)
      entry.problem("address", first->first + " is the address of " + first->second + " already",
                    "Give each worker an address of its own.");
  entry.finish();
  out.workers.push_back(std::move(x));
}

void read_own_worker(config_reader& root, node_config& out) {
  auto own = root.table("worker");
  out.worker.id = worker_id{out.name};
  auto has_id = own.read("id", out.worker.id.value);
  own.read("name", out.worker.name);
  own.read("region", out.worker.region);
  if (has_id)
    check_plain_name(own, "id", out.worker.id.value);
  if (out.worker.name.empty()) {
    out.worker.name = out.worker.id.value;
    own.in_force("name", in_quotes(out.worker.name));
  }
  own.finish();
}

} // namespace

bool is_plain_name(std::string_view x) {
  return !x.empty() && x.size() <= 63 && x[0] != '-' && x[0] != '.' &&
         x.find_first_not_of("abcdefghijklmnopqrstuvwxyz0123456789-_.") == x.npos;
}

bool check_plain_name(config_reader& where, const std::string& key, const std::string& name) {
  if (is_plain_name(name))
    return true;
  where.problem(key, "\"" + clip(name, 80) + "\" is not fit for a name",
                "Use 1 to 63 lower-case letters, digits, '-', '_' and '.', beginning with a letter or digit.");
  return false;
}

void read_node(config_reader& root, node_config& out) {
  auto node = root.table("node");
  if (!root.has("node"))
    return root.problem("node", "this table is missing: it says what the node is called and does",
                        "Write [node] with name = \"main\" and roles = [\"main\", \"worker\"].");
  if (node.require("name", "Give the node a name in [node], as name = \"main\".")) {
    if (node.read("name", out.name))
      check_plain_name(node, "name", out.name);
  }
  read_roles(node, out);
  out.data_dir = node.beside_file("var/" + out.name);
  node.read_path("data_dir", out.data_dir);
  if (out.data_dir.empty())
    node.problem("data_dir", "the folder has no name", "Write data_dir = \"var/" + out.name + "\", or leave it away.");
  node.finish();
}

void read_api(config_reader& root, node_config& out) {
  auto api = root.table("api");
  if (out.is_worker && !out.is_main)
    out.api.listen.port = 3100;
  api.read("listen", out.api.listen);
  api.read("hosts", out.api.hosts);
  for (size_t i = 0; i < out.api.hosts.size(); ++i)
    if (!is_host_name(out.api.hosts[i]))
      api.problem_at("hosts", i, "\"" + out.api.hosts[i] + "\" is not the name of a host",
                     "Write it as it stands in a URL, without scheme and port: \"vigie.example\".");
  uint32_t connections = static_cast<uint32_t>(out.api.max_connections);
  uint32_t outstanding = static_cast<uint32_t>(out.api.max_commands_outstanding);
  api.read("max_connections", connections, 1, 100000);
  api.read("max_commands_outstanding", outstanding, 1, 100000);
  out.api.max_connections = connections;
  out.api.max_commands_outstanding = outstanding;
  api.read_size("max_body", out.api.max_body_bytes, 1024);
  api.read_size("max_header", out.api.max_header_bytes, 1024);
  api.read("read_timeout", out.api.read_timeout, duration{100});
  if (!is_loopback_host(out.api.listen.host))
    api.problem("listen", to_string(out.api.listen) + " is not on loopback, and the API has no TLS",
                "Listen on 127.0.0.1 and put a TLS proxy in front.");
  api.finish();
}

void read_link(config_reader& root, node_config& out) {
  auto link = root.table("link");
  auto& x = out.link;
  link.read("listen", x.listen);
  link.read("insecure_loopback", x.insecure_loopback);
  link.read("heartbeat", x.heartbeat, duration{10});
  link.read("missed", x.missed, 1, 1000);
  link.read("dial_timeout", x.dial_timeout, duration{10});
  link.read("redial_min", x.redial_min);
  link.read("redial_max", x.redial_max);
  link.read_size("max_message", x.max_message_bytes, 64 << 10);
  link.read_size("send_buffer", x.send_buffer_bytes, 64 << 10);
  if (x.redial_min > x.redial_max)
    link.problem(link.has("redial_max") ? "redial_max" : "redial_min", "redial_max is shorter than redial_min",
                 "Make redial_max at least as long as redial_min.");
  if (x.send_buffer_bytes < x.max_message_bytes)
    link.problem(link.has("send_buffer") ? "send_buffer" : "max_message",
                 "a largest message does not fit into send_buffer",
                 "Make send_buffer at least as large as max_message.");
  if (!is_loopback_host(x.listen.host))
    link.problem("listen", to_string(x.listen) + " is not on loopback, and links have no TLS yet",
                 "Listen on 127.0.0.1; links between machines come with certificates.");
  link.finish();
}

void read_store(config_reader& root, node_config& out) {
  static const std::array<std::string, 1> drivers{"sqlite"};
  auto store = root.table("store");
  size_t driver = 0;
  store.read_word("driver", drivers, driver);
  out.store.driver = drivers[driver];
  out.store.path = out.data_dir + "/vigie.db";
  store.read_path("path", out.store.path);
  if (out.store.path.empty())
    store.problem("path", "the database has no file",
                  "Write path = \"" + out.data_dir + "/vigie.db\", or leave it away.");
  store.read("keep_conduct", out.store.keep_conduct, duration{0});
  store.finish();
}

void read_workers(config_reader& root, node_config& out) {
  read_own_worker(root, out);
  auto entries = root.tables("workers");
  taken_by_workers seen;
  for (auto& entry : entries)
    read_one_worker(entry, out, seen);
  if (out.workers.size() > max_workers)
    root.problem("workers", "there are more than 1000 workers", "Remove some.");
  if (entries.empty() && out.is_main && out.is_worker)
    out.workers.push_back({out.worker.id, out.worker.name, out.worker.region, {}, true});
  for (const auto& x : out.workers)
    if (x.local)
      out.worker = {x.id, x.name, x.region};
}

void read_log(config_reader& root, node_config& out) {
  static const std::array<std::string, 5> levels{"debug", "info", "warn", "error", "off"};
  static const std::array<std::string, 3> forms{"automatic", "json", "human"};
  auto log = root.table("log");
  auto index = static_cast<size_t>(out.log.level);
  if (log.read_word("level", levels, index))
    out.log.level = static_cast<log_level>(index);
  index = static_cast<size_t>(out.log.format);
  if (log.read_word("format", forms, index))
    out.log.format = static_cast<log_settings::form>(index);
  log.read_path("file", out.log.file);
  log.finish();
}

void read_limits(config_reader& root, node_config& out) {
  auto limits = root.table("limits");
  auto& x = out.limits;
  limits.read("scrapers", x.scrapers, 1, 10000);
  limits.read("worker_commands", x.worker_commands, 1, 100000);
  limits.read("permits_waiting", x.permits_waiting, 1, 1000000);
  limits.read("notify_in_flight", x.notify_in_flight, 1, 1000);
  limits.read("notify_for", x.notify_for, duration{1000});
  limits.read("notify_attempts", x.notify_attempts, 1, 100);
  limits.read("restart_intensity", x.restart_intensity, 0, 10000);
  limits.read("restart_period", x.restart_period);
  limits.read("page_time", x.page_time, duration{100});
  limits.read("shutdown", x.shutdown, duration{100});
  limits.finish();
}

} // namespace vigie
