#include <malloc.h>
#include <unistd.h>

#include <cstdio>
#include <iostream>

#include "adapters/extract/reading_threads.hpp"
#include "runtime/commands/command_line.hpp"
#include "runtime/process.hpp"

namespace {

/// What a page needs comes and goes with it, and some of it in blocks that the allocator would map and unmap each time:
/// the kernel then has to clear the same memory for each page anew, and to tell all processors.
void keep_memory_between_pages() {
  constexpr int kept_bytes = 1 << 20; // on top of each arena
  ::mallopt(M_TRIM_THRESHOLD, kept_bytes);
  ::mallopt(M_MMAP_THRESHOLD, kept_bytes);
}

} // namespace

int main(int argc, char** argv) {
  vigie::open_standard_streams();
  keep_memory_between_pages();
  auto status = vigie::command_line(argc, argv);
  if (vigie::pages_left_behind() > 0) {
    // Nobody can end the threads that read them, and what the destructors of libraries take away is theirs, too.
    std::cout.flush();
    std::cerr.flush();
    std::fflush(nullptr);
    ::_exit(status);
  }
  return status;
}
