// The state that outlives a process, in SQL. The port is adapters/ports/database.hpp; this says what is particular to
// SQL.
#pragma once

#include <cstddef>
#include <cstdint>
#include <functional>
#include <memory>
#include <string>

#include "adapters/ports/database.hpp"
#include "messages/values/error.hpp"
#include "messages/values/time.hpp"

namespace vigie {

struct sqlite_config {
  /// The database file. It, its "-wal" and its "-shm" are for their owner only (0600); folders that are missing are
  /// made for their owner only (0700).
  std::string path;
  duration busy_timeout{5000};  ///< how long one operation waits for another process that holds the file
  size_t max_pending = 10000;   ///< operations accepted and not yet answered; more are answered errc::busy
  duration drain_timeout{5000}; ///< how long the destructor goes on with accepted operations; the rest is cancelled
  uint64_t max_file_bytes = 0; ///< the file never grows past this (0 = as far as the disk goes); then store_unavailable
  /// What has been answered survives the end of the process, kill -9 included: its bytes are the kernel's by then. With
  /// this it also survives a power cut, at the price of one fsync an operation; without, a power cut may take the last
  /// moments (never the file's soundness).
  bool survive_power_cut = false;
  /// The random part that a new alert gets, of letters and digits, another one at each call; called on the database's
  /// thread. Empty = 16 hexadecimal digits of the kernel's generator.
  std::function<std::string()> random_part{};
};

/// errc::bad_config with one sentence, or errc::none.
error validate(const sqlite_config& config);

/// Opens or makes the file and brings its tables up to date; blocks while doing so. store_unavailable: it cannot be
/// opened, is damaged, read-only or held by another process; bad_config: the settings are wrong, the file belongs to
/// another program or was made by a newer vigie.
///
/// One thread of its own does all operations in the order they came. Callbacks come on that thread, with one exception:
/// errc::busy, above max_pending, comes at once on the caller's. When an operation fails because of the file, later
/// ones try anew, with a new connection: nothing has to be restarted once the disk has room again. The destructor
/// answers everything that is still outstanding (errc::cancelled past drain_timeout) and must not run on a callback.
result<std::unique_ptr<database>> open_sqlite(sqlite_config config);

} // namespace vigie
