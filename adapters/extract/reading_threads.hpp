// The threads on which pages are read that may take long.
#pragma once

#include <memory>

#include "adapters/ports/page_reader.hpp"
#include "messages/values/time.hpp"

namespace vigie {

struct reading_config {
  duration page_time{10000}; ///< for one page, from when its reading begins
  uint32_t threads = 4;      ///< pages that are read at the same time, but for those that have had their time
  uint32_t waiting = 1024;   ///< pages; more are busy
  uint32_t overdue = 16;     ///< pages that have had their time and are still read; above it all are busy
};

/// Its threads come as they are needed. One whose page has had its time gives way to all others (nice 19) and ends with
/// that page; what is being read when this is destroyed goes on, and is not waited for.
std::unique_ptr<page_reader> make_reading_threads(const reading_config& config);

/// Pages that are read at this moment by readers that are gone: the process must end without its destructors.
uint32_t pages_left_behind();

} // namespace vigie
