// The tables, version by version.
#pragma once

#include <span>

#include "adapters/sql/sql_session.hpp"

namespace vigie {

/// One step forward; there is none back. A step that has been released never changes: what comes later is a new one.
struct migration {
  int64_t version; ///< from 1, without a gap
  const char* name;
  const char* script;
};

/// In the words of SQLite.
std::span<const migration> sqlite_migrations();

/// Brings the tables to the last of `steps`, in one transaction. The first step makes the table schema_migrations.
/// errc::bad_config for tables of a newer version, and for a database that has tables but not that one.
error migrate(sql_session& session, std::span<const migration> steps);

} // namespace vigie
