// The SQLite driver behind sql_session.hpp.
#pragma once

#include <memory>

#include "adapters/sql/sql_database.hpp"
#include "adapters/sql/sql_session.hpp"

namespace vigie {

/// What to do when there is no file yet. A file that vanishes under a running node is not silently replaced by an empty
/// one: that would forget what has been notified.
enum class missing_file : uint8_t { create, refuse };

/// Connects, without touching the tables. Errors as open_sqlite.
result<std::unique_ptr<sql_session>> connect_sqlite(const sqlite_config& config, missing_file how);

} // namespace vigie
