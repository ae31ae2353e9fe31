// A command line as a person types it, and what it says.
#pragma once

#include <iostream>
#include <sstream>
#include <string>
#include <vector>

#include "runtime/commands/command_line.hpp"

namespace vigie::test {

struct spoken {
  int code = 0;
  std::string out, err;
};

/// Runs "vigie" with these words in this process.
inline spoken say(std::vector<std::string> words) {
  words.insert(words.begin(), "vigie");
  std::vector<char*> argv;
  for (auto& x : words)
    argv.push_back(x.data());
  std::ostringstream out, err;
  auto* out_before = std::cout.rdbuf(out.rdbuf());
  auto* err_before = std::cerr.rdbuf(err.rdbuf());
  auto code = command_line(static_cast<int>(argv.size()), argv.data());
  std::cout.rdbuf(out_before);
  std::cerr.rdbuf(err_before);
  return {code, out.str(), err.str()};
}

} // namespace vigie::test
