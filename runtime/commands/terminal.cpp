#include "runtime/commands/terminal.hpp"

#include <algorithm>
#include <array>
#include <charconv>
#include <cstdio>

#include <sys/ioctl.h>
#include <unistd.h>

namespace vigie {

namespace {

constexpr size_t most_columns = 10000; // that COLUMNS is believed

std::string_view paint_code(paint how) {
  switch (how) {
  case paint::good:
    return "\x1b[32m";
  case paint::bad:
    return "\x1b[31m";
  case paint::warning:
    return "\x1b[33m";
  case paint::dim:
    return "\x1b[2m";
  case paint::strong:
    return "\x1b[1m";
  case paint::plain:
    break;
  }
  return "";
}

std::string printed(const char* format, double x) {
  std::array<char, 40> buffer{};
  auto n = std::snprintf(buffer.data(), buffer.size(), format, x);
  return {buffer.data(), static_cast<size_t>(std::max(n, 0))};
}

} // namespace

std::string painted(std::string_view text, paint how, const output_style& style) {
  if (!style.colour || how == paint::plain || text.empty())
    return std::string{text};
  return std::string{paint_code(how)} + std::string{text} + "\x1b[0m";
}

std::optional<terminal_size> size_of_terminal(int fd, const char* columns_variable) {
  if (::isatty(fd) != 1)
    return std::nullopt;
  winsize told{};
  if (::ioctl(fd, TIOCGWINSZ, &told) != 0)
    told = {};
  terminal_size out{told.ws_col, told.ws_row};
  if (out.columns == 0 && columns_variable != nullptr) {
    std::string_view text{columns_variable};
    auto [end, problem] = std::from_chars(text.data(), text.data() + text.size(), out.columns);
    if (problem != std::errc{} || end != text.data() + text.size() || out.columns > most_columns)
      out.columns = 0;
  }
  if (out.columns == 0)
    out.columns = 80;
  return out;
}

std::string short_time(std::string x) {
  if (x.size() < 19 || x[10] != 'T')
    return x;
  x.resize(19);
  x[10] = ' ';
  return x;
}

std::string short_duration(duration x) {
  auto ms = x.count();
  if (ms < 1000)
    return std::to_string(ms) + "ms";
  auto s = ms / 1000;
  if (s < 60)
    return printed("%.1fs", static_cast<double>(ms) / 1000);
  if (s < 3600)
    return std::to_string(s / 60) + "m " + std::to_string(s % 60) + "s";
  if (s < 86400)
    return std::to_string(s / 3600) + "h " + std::to_string(s % 3600 / 60) + "m";
  return std::to_string(s / 86400) + "d " + std::to_string(s % 86400 / 3600) + "h";
}

std::string short_size(uint64_t bytes) {
  if (bytes < 1024)
    return std::to_string(bytes) + " B";
  if (bytes < (1 << 20))
    return printed("%.1f KiB", static_cast<double>(bytes) / 1024);
  return printed("%.1f MiB", static_cast<double>(bytes) / 1048576);
}

std::string grouped(uint64_t x) {
  auto digits = std::to_string(x);
  for (auto at = static_cast<ptrdiff_t>(digits.size()) - 3; at > 0; at -= 3)
    digits.insert(static_cast<size_t>(at), ",");
  return digits;
}

} // namespace vigie
