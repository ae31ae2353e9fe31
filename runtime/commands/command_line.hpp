// The front of the program: from argv to one of the functions of commands.hpp.
#pragma once

namespace vigie {

/// Parses, runs one command, and returns the process's exit code. Prints help and usage errors by itself.
int command_line(int argc, char** argv);

} // namespace vigie
