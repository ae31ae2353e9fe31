#include "runtime/config_units.hpp"

#include <algorithm>
#include <array>
#include <charconv>
#include <cmath>
#include <vector>

#include "adapters/json/json_writer.hpp"
#include "runtime/config.hpp"

namespace vigie {

namespace {

struct unit {
  std::string_view name;
  double factor;
};

constexpr std::array time_units{unit{"ms", 1}, unit{"s", 1e3}, unit{"m", 6e4}, unit{"h", 36e5}, unit{"d", 864e5}};
constexpr std::array size_units{unit{"B", 1},     unit{"KiB", 1024}, unit{"MiB", 1048576}, unit{"GiB", 1073741824},
                                unit{"kB", 1000}, unit{"MB", 1e6},   unit{"GB", 1e9}};

struct amount {
  double number = 0;
  std::string_view unit;
};

// Takes one number and its unit from the front of x.
bool take_amount(std::string_view& x, amount& out) {
  auto end = x.find_first_not_of("0123456789.");
  if (end == 0 || end == x.npos || x[0] == '.')
    return false;
  auto number = x.substr(0, end);
  auto [ptr, ec] = std::from_chars(number.data(), number.data() + number.size(), out.number);
  if (ec != std::errc{} || ptr != number.data() + number.size())
    return false;
  x.remove_prefix(end);
  end = std::min(x.find_first_of("0123456789."), x.size());
  out.unit = x.substr(0, end);
  x.remove_prefix(end);
  return true;
}

template <size_t N>
double factor_of(const std::array<unit, N>& units, std::string_view name) {
  for (const auto& x : units)
    if (x.name == name)
      return x.factor;
  return 0;
}

tl::unexpected<error> not_a(std::string_view what, std::string_view example, std::string_view x) {
  return fail(errc::bad_config,
              "\"" + std::string{x} + "\" is no " + std::string{what} + "; write one as " + std::string{example});
}

constexpr std::string_view duration_example = "\"300ms\", \"5s\", \"5m\", \"1h\" or \"1d\", with its unit";

bool read_port(std::string_view x, uint16_t& out) {
  auto [ptr, ec] = std::from_chars(x.data(), x.data() + x.size(), out);
  return !x.empty() && ec == std::errc{} && ptr == x.data() + x.size();
}

} // namespace

result<duration> parse_duration(std::string_view x) {
  auto rest = x;
  double ms = 0;
  if (rest.empty())
    return not_a("duration", duration_example, x);
  while (!rest.empty()) {
    amount part;
    auto ok = take_amount(rest, part);
    auto factor = ok ? factor_of(time_units, part.unit) : 0;
    if (factor == 0)
      return not_a("duration", duration_example, x);
    ms += part.number * factor;
  }
  if (ms > static_cast<double>(longest_duration.count()))
    return fail(errc::bad_config, "\"" + std::string{x} + "\" is longer than 365 days, the most there is");
  if (ms != std::floor(ms))
    return fail(errc::bad_config, "\"" + std::string{x} + "\" has a part below a millisecond, the least there is");
  return duration{static_cast<int64_t>(ms)};
}

std::string to_text(duration x) {
  auto ms = x.count();
  for (auto [name, factor] : {unit{"d", 864e5}, unit{"h", 36e5}, unit{"m", 6e4}, unit{"s", 1e3}})
    if (ms != 0 && ms % static_cast<int64_t>(factor) == 0)
      return std::to_string(ms / static_cast<int64_t>(factor)) + std::string{name};
  return std::to_string(ms) + "ms";
}

result<uint64_t> parse_size(std::string_view x) {
  auto rest = x;
  amount part;
  auto ok = take_amount(rest, part) && rest.empty();
  auto factor = ok ? factor_of(size_units, part.unit) : 0;
  auto bytes = part.number * factor;
  if (factor == 0 || bytes != std::floor(bytes))
    return not_a("size", "\"512B\", \"64KiB\", \"10MiB\" or \"1GiB\", with its unit", x);
  if (bytes > 1e15)
    return fail(errc::bad_config, "\"" + std::string{x} + "\" is larger than 1000 TB, the most there is");
  return static_cast<uint64_t>(bytes);
}

std::string size_to_text(uint64_t bytes) {
  for (auto [name, factor] : {unit{"GiB", 1073741824}, unit{"MiB", 1048576}, unit{"KiB", 1024}})
    if (bytes != 0 && bytes % static_cast<uint64_t>(factor) == 0)
      return std::to_string(bytes / static_cast<uint64_t>(factor)) + std::string{name};
  return std::to_string(bytes) + "B";
}

result<endpoint> parse_endpoint(std::string_view x) {
  auto wrong = [&] { return not_a("address", "\"host:port\", for example \"127.0.0.1:7700\" or \"[::1]:7700\"", x); };
  endpoint out;
  std::string_view host;
  std::string_view port;
  if (x.starts_with('[')) {
    auto close = x.find("]:");
    if (close == x.npos)
      return wrong();
    host = x.substr(1, close - 1);
    port = x.substr(close + 2);
    if (auto address = parse_ip(host); !address || !address->is_v6)
      return wrong();
  } else {
    auto colon = x.rfind(':');
    if (colon == x.npos || colon != x.find(':'))
      return wrong();
    host = x.substr(0, colon);
    port = x.substr(colon + 1);
  }
  auto plain = host.find_first_of(" \t/@?#%\\\"'") == host.npos;
  if (host.empty() || !plain || !read_port(port, out.port) || out.port == 0)
    return wrong();
  out.host = host;
  return out;
}

std::string to_string(const endpoint& x) {
  auto v6 = x.host.find(':') != x.host.npos;
  return (v6 ? "[" + x.host + "]" : x.host) + ":" + std::to_string(x.port);
}

std::string in_quotes(std::string_view x) {
  auto out = json_value{x}.dump(); // JSON's escapes are TOML's; only DEL has to be one there, too
  for (auto at = out.find('\x7f'); at != out.npos; at = out.find('\x7f'))
    out.replace(at, 1, "\\u007F");
  return out;
}

} // namespace vigie
