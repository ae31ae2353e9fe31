// [cycle], [balancing], [health], [bans], [fetch]
#include <algorithm>
#include <array>

#include "actors/policy/contact_rule.hpp"
#include "runtime/config_sections.hpp"
#include "runtime/config_units.hpp"

namespace vigie {

namespace {

/// Normal texts, in which nothing is left to guess.
void read_ranges(config_reader& fetch, const std::string& name, std::vector<std::string>& out) {
  std::vector<std::string> texts;
  fetch.read(name, texts);
  for (size_t i = 0; i < texts.size(); ++i) {
    if (auto range = parse_address_range(texts[i]))
      out.push_back(to_string(*range));
    else
      fetch.problem_at(name, i, range.error().detail,
                       "Write an address, its prefix length and a port, as \"127.0.0.1/32:18080\".");
  }
}

} // namespace

void read_cycle(config_reader& root, node_config& out) {
  static const std::array<std::string, 3> policies{"skip", "queue_one", "cancel_old"};
  auto cycle = root.table("cycle");
  auto& x = out.cycle;
  cycle.read("enabled", x.enabled);
  cycle.read("interval", x.interval, duration{1000});
  cycle.read("initial_delay", x.initial_delay, duration{0});
  size_t policy = 0;
  if (cycle.read_word("overlap", policies, policy))
    x.overlap = static_cast<overlap_policy>(policy);
  cycle.read("silence", x.silence);
  cycle.read("max_retries", x.max_retries, 1, 100);
  cycle.read("host_timeouts", x.host_timeouts, 1, 1000);
  cycle.read("run_deadline", x.run_deadline, duration{10000});
  cycle.read("keep_runs", x.keep_runs, duration{0});
  cycle.read("baseline", x.baseline);
  cycle.finish();
}

void read_balancing(config_reader& root, node_config& out) {
  static const std::array<std::string, 5> strategies{"random", "round-robin", "least-used", "health-based", "p2c"};
  auto balancing = root.table("balancing");
  size_t strategy = 0;
  if (balancing.read_word("strategy", strategies, strategy))
    out.balancing.strategy = static_cast<balancing_strategy>(strategy);
  if (balancing.has("seed")) {
    uint64_t seed = 0;
    balancing.read_number("seed", seed);
    out.balancing.seed = seed;
  } else {
    uint64_t unused = 0;
    balancing.read_number("seed", unused);
    balancing.in_force("seed", "a random one");
  }
  balancing.finish();
}

void read_health(config_reader& root, node_config& out) {
  auto health = root.table("health");
  auto& x = out.health;
  health.read("interval", x.interval, duration{100});
  health.read("timeout", x.timeout, duration{10});
  health.read("rise", x.rise, 1, 100);
  health.read("fall", x.fall, 1, 100);
  health.read("fast_interval", x.fast_interval, duration{10});
  // A short interval from the old variable must not need two more lines; a contradiction that is written down is one.
  if (x.timeout > x.interval) {
    if (health.has("timeout"))
      health.problem("timeout", "a probe may take longer than the time to the next one (" + to_text(x.interval) + ")",
                     "Make timeout at most as long as interval.");
    x.timeout = x.interval;
    health.in_force("timeout", in_quotes(to_text(x.timeout)));
  }
  if (x.fast_interval > x.interval) {
    if (health.has("fast_interval"))
      health.problem("fast_interval", "it is longer than interval (" + to_text(x.interval) + ")",
                     "Make fast_interval at most as long as interval.");
    x.fast_interval = x.interval;
    health.in_force("fast_interval", in_quotes(to_text(x.fast_interval)));
  }
  health.finish();
}

void read_bans(config_reader& root, node_config& out) {
  static const std::array<std::string, 2> ways{"rotate", "stop"};
  auto bans = root.table("bans");
  auto& x = out.bans;
  bans.read("duration", x.length);
  bans.read("cap", x.cap);
  size_t way = 0;
  if (bans.read_word("on_refusal", ways, way))
    x.stop_on_refusal = way == 1;
  bans.read("rise", x.rise, 1, 100);
  bans.read("slow_start", x.slow_start, duration{0});
  if (x.cap < x.length) {
    if (bans.has("cap"))
      bans.problem("cap", "the longest ban is shorter than the first (" + to_text(x.length) + ")",
                   "Make cap at least as long as duration.");
    x.cap = x.length;
    bans.in_force("cap", in_quotes(to_text(x.cap)));
  }
  bans.finish();
}

void read_fetch(config_reader& root, node_config& out) {
  auto fetch = root.table("fetch");
  auto& x = out.fetch;
  fetch.read("product_token", x.product_token);
  auto letters = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz_-";
  if (x.product_token.empty() || x.product_token.find_first_not_of(letters) != x.product_token.npos)
    fetch.problem("product_token", "\"" + x.product_token + "\" is no product token (RFC 9309)",
                  "Use letters, '_' and '-' only, as product_token = \"acme-watch\".");
  else if (auto name = foreign_name(x.product_token); !name.empty())
    fetch.problem("product_token", "\"" + name + "\" is the name of a browser or of another crawler",
                  "Use a name of your own, as product_token = \"acme-watch\".");
  fetch.read("contact", x.contact);
  auto is_contact =
      x.contact.find('@') != x.contact.npos || x.contact.starts_with("http://") || x.contact.starts_with("https://");
  auto plain = std::none_of(x.contact.begin(), x.contact.end(),
                            [](unsigned char c) { return c <= ' ' || c >= 0x7F || c == '(' || c == ')'; });
  if (!x.contact.empty() && (!is_contact || !plain))
    fetch.problem("contact", "\"" + x.contact + "\" is neither a URL nor a mail address",
                  "Write where an owner of a site reaches you, as contact = \"https://example.org/bot\".");
  read_ranges(fetch, "allow_private", x.allow_private);
  fetch.read("allow_ports", x.allow_ports);
  read_ranges(fetch, "forbid", x.forbid);
  fetch.read("max_in_flight", x.max_in_flight, 1, 10000);
  fetch.read("max_redirects", x.max_redirects, 0, 20);
  fetch.read("max_retries", x.max_retries, 0, 10);
  fetch.read("loops", x.loops, 1, 64);
  fetch.read("dns_cache", x.dns_cache, duration{0});
  fetch.read_size("max_unpacked", x.max_unpacked_bytes, 1024);
  fetch.read("max_unpack_ratio", x.max_unpack_ratio, 1, 10000);
  fetch.read("send_region_header", x.send_region_header);
  static const std::vector<std::string> compat{"none", "s0"};
  size_t like = 0;
  if (fetch.read_word("compat", compat, like))
    x.as_s0 = like == 1;
  fetch.finish();
}

} // namespace vigie
