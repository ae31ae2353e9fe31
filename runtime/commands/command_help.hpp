// How --help writes options: in words for people, not in those of the library.
#pragma once

#include <memory>

#include <CLI/CLI.hpp>

namespace vigie {

inline constexpr size_t widest_help = 80; ///< columns, however wide the terminal is

/// For the whole command line, before its commands are declared: they take it over. No line is wider than `columns`
/// unless one word is.
std::shared_ptr<CLI::FormatterBase> plain_help(size_t columns);

} // namespace vigie
