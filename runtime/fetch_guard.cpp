#include "runtime/fetch_guard.hpp"

namespace vigie {

namespace {

void add_endpoint(std::vector<address_range>& out, const endpoint& x) {
  if (x.port == 0)
    return;
  auto names = x.host == "localhost" ? std::vector<std::string>{"127.0.0.1", "::1"} : std::vector<std::string>{x.host};
  for (const auto& name : names)
    if (auto address = parse_ip(name))
      out.push_back({{*address, address->bits()}, x.port});
}

error add_ranges(std::vector<address_range>& out, const std::vector<std::string>& texts) {
  for (const auto& text : texts) {
    auto range = parse_address_range(text);
    if (!range)
      return range.error();
    out.push_back(*range);
  }
  return {};
}

template <class Range, class Text>
std::string join(const Range& all, std::string_view last, Text text) {
  std::string out;
  size_t place = 0;
  for (const auto& x : all) {
    out += place == 0 ? "" : place + 1 == all.size() ? last : ", ";
    out += text(x);
    ++place;
  }
  return out;
}

} // namespace

std::vector<address_range> own_endpoints(const node_config& config) {
  std::vector<address_range> out;
  add_endpoint(out, config.api.listen);
  if (config.is_worker)
    add_endpoint(out, config.link.listen);
  for (const auto& x : config.workers)
    if (!x.local)
      add_endpoint(out, x.address);
  (void)add_ranges(out, config.fetch.forbid);
  return out;
}

result<address_guard> guard_of(const node_config& config) {
  guard_rules rules;
  rules.mode = guard_mode::global_and_listed;
  rules.anonymous = config.fetch.contact.empty();
  rules.own = own_endpoints(config);
  rules.public_ports.insert(rules.public_ports.end(), config.fetch.allow_ports.begin(), config.fetch.allow_ports.end());
  std::vector<address_range> unused;
  auto problem = add_ranges(rules.allowed, config.fetch.allow_private);
  if (problem.code == errc::none)
    problem = add_ranges(unused, config.fetch.forbid);
  if (problem.code != errc::none)
    return tl::unexpected<error>(problem);
  return address_guard{std::move(rules)};
}

std::string describe(const address_guard& guard) {
  const auto& rules = guard.rules();
  auto range = [](const address_range& x) { return to_string(x); };
  std::string out;
  if (rules.anonymous)
    out = "nothing beyond loopback, since contact is empty";
  else if (rules.mode == guard_mode::global_and_listed)
    out = "public addresses on ports " +
          join(rules.public_ports, " and ", [](uint16_t port) { return std::to_string(port); });
  else
    out = "no public address";
  out += "; of the others " + (rules.allowed.empty() ? "none" : join(rules.allowed, " and ", range));
  return rules.own.empty() ? out : out + "; never " + join(rules.own, " and ", range);
}

} // namespace vigie
