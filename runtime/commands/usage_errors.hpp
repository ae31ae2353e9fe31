// What is said of a command line that cannot be meant: in words for people, not in those of the library.
#pragma once

#include <span>
#include <string>

#include <CLI/CLI.hpp>

namespace vigie {

/// "vigie alerts list: there is no option "--jsn". Did you mean "--json"?" and where to look, on lines of their own.
std::string usage_problem(const CLI::App& root, const CLI::ParseError& error);

/// The same of a flag that was given a value, as "--json=yes": the library takes some for numbers. Empty if there is
/// none.
std::string valued_flag(const CLI::App& root, std::span<char* const> words);

} // namespace vigie
