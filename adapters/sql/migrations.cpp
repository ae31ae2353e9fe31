#include "adapters/sql/migrations.hpp"

#include <algorithm>
#include <chrono>

#include "adapters/sql/repository.hpp"

namespace vigie {

namespace {

wall_time wall_clock() {
  return std::chrono::time_point_cast<std::chrono::milliseconds>(std::chrono::system_clock::now());
}

result<int64_t> stored_version(sql_session& session) {
  auto tables = session.table_names();
  if (tables.empty())
    return 0;
  if (std::find(tables.begin(), tables.end(), "schema_migrations") == tables.end())
    return fail(errc::bad_config, "the database belongs to another program: it has tables, but none of vigie's");
  int64_t version = 0;
  auto rows = session.query("SELECT coalesce(max(version), 0) FROM schema_migrations");
  if (rows->next())
    rows->read(version);
  return version;
}

} // namespace

result<repository::unit> repository::check_writing(sql_session& db) {
  // A page that is changed and changed back is written all the same; one that gets what it had is not.
  constexpr int64_t none = -1;
  db.execute("INSERT INTO schema_migrations (version, name, applied_ms) VALUES ($1, 'check', 0)", none);
  db.execute("DELETE FROM schema_migrations WHERE version = $1", none);
  return unit{};
}

error migrate(sql_session& session, std::span<const migration> steps) {
  auto last = steps.empty() ? 0 : steps.back().version;
  auto done = in_transaction(session, sql_access::write, [&]() -> result<int64_t> {
    auto version = stored_version(session);
    if (!version)
      return version;
    if (*version > last)
      return fail(errc::bad_config, "the database was written by a newer vigie (its tables are of version " +
                                        std::to_string(*version) + ", this vigie knows " + std::to_string(last) +
                                        "); run that one, or restore a copy from before");
    for (const auto& step : steps) {
      if (step.version <= *version)
        continue;
      session.execute_script(step.script);
      session.execute("INSERT INTO schema_migrations (version, name, applied_ms) VALUES ($1, $2, $3)", step.version,
                      step.name, wall_clock());
    }
    return version;
  });
  return done ? error{} : done.error();
}

} // namespace vigie
