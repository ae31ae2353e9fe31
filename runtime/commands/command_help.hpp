// How --help writes options: in words for people, not in those of the library.
#pragma once

#include <memory>

#include <CLI/CLI.hpp>

namespace vigie {

/// For the whole command line, before its commands are declared: they take it over.
std::shared_ptr<CLI::FormatterBase> plain_help();

} // namespace vigie
