// What a fuzz target demands of an input's outcome: libFuzzer takes an abort for a finding and keeps the input.
#pragma once

#include <cstdlib>

inline void must(bool holds) {
  if (!holds)
    std::abort();
}
