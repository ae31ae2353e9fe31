// How commands print: colour where a person looks, lines that fit the terminal, times and sizes for people.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include "messages/values/time.hpp"

namespace vigie {

/// How a command prints. Set by the command line: colour and rewriting need a terminal, NO_COLOR switches colour off.
struct output_style {
  bool json = false;
  bool terminal = false;
  bool colour = false;
  size_t columns = 0; ///< of the terminal; 0 = lines may be as long as they are: no terminal, or --wide
};

enum class paint : uint8_t { plain, good, bad, warning, dim, strong };

std::string painted(std::string_view text, paint how, const output_style& style);

struct terminal_size {
  size_t columns = 80;
  size_t rows = 0; ///< 0 = not known
};

/// What the descriptor's terminal says of itself; where it says no width, that of the variable COLUMNS (which may be
/// absent) if it is a number, else 80. Nothing if it is no terminal.
std::optional<terminal_size> size_of_terminal(int fd, const char* columns_variable);

/// "2026-11-21 22:38:35" of "2026-11-21T22:38:35.120Z"; another text as it is.
std::string short_time(std::string x);
/// "45.2s", "3m 20s", "2d 4h": for people, not for programs.
std::string short_duration(duration x);
/// "512 B", "18.4 MiB".
std::string short_size(uint64_t bytes);
/// "12,345".
std::string grouped(uint64_t x);

} // namespace vigie
