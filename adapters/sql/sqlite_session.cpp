// The only file that knows sqlite3.h.
#include "adapters/sql/sqlite_session.hpp"

#include <algorithm>
#include <cerrno>
#include <cstring>
#include <filesystem>
#include <functional>
#include <unordered_map>

#include <fcntl.h>
#include <sqlite3.h>
#include <sys/stat.h>
#include <unistd.h>

namespace vigie {

namespace {

namespace fs = std::filesystem;

struct close_connection {
  void operator()(sqlite3* x) const { sqlite3_close_v2(x); }
};
using connection = std::unique_ptr<sqlite3, close_connection>;

struct finalize_statement {
  void operator()(sqlite3_stmt* x) const { sqlite3_finalize(x); }
};

/// A prepared statement, kept for the next time the same text comes.
struct statement {
  std::unique_ptr<sqlite3_stmt, finalize_statement> handle;
  bool in_use = false;
};

struct text_hash : std::hash<std::string_view> {
  using is_transparent = void;
};

std::string reason_of(int code) {
  switch (code & 0xff) {
  case SQLITE_BUSY:
  case SQLITE_LOCKED:
    return "another process holds the file";
  case SQLITE_FULL:
    return "no room: the disk is full or the file's size limit is reached";
  case SQLITE_READONLY:
    return "the file or its folder is read-only";
  case SQLITE_CORRUPT:
    return "the file is damaged; restore a copy, or move it away to start anew";
  case SQLITE_NOTADB:
    return "the file is no SQLite database, or damaged; restore a copy, or move it away to start anew";
  case SQLITE_CANTOPEN:
    return "the file cannot be opened";
  case SQLITE_IOERR:
    return "reading or writing the file failed";
  default:
    return "the database refused";
  }
}

/// Whether the same connection may work again once the cause is gone.
bool survives(int code) {
  auto primary = code & 0xff;
  return primary == SQLITE_BUSY || primary == SQLITE_LOCKED || primary == SQLITE_FULL || primary == SQLITE_CONSTRAINT ||
         primary == SQLITE_NOMEM || primary == SQLITE_TOOBIG;
}

class sqlite_session final : public sql_session {
public:
  sqlite_session(connection db, std::string path) : db_(std::move(db)), path_(std::move(path)) {}

  void begin(sql_access access) override {
    forget_problem();
    if (moved()) {
      usable_ = false;
      reject({errc::store_unavailable, "the file was moved or removed while in use; put it back", path_});
      return;
    }
    // A writer takes its lock at once: a reader that wants to become one can meet a lock that no waiting resolves.
    run(access == sql_access::write ? "BEGIN IMMEDIATE" : "BEGIN");
  }

  void commit() override { run("COMMIT"); }

  void rollback() noexcept override {
    if (sqlite3_get_autocommit(db_.get()) == 0)
      sqlite3_exec(db_.get(), "ROLLBACK", nullptr, nullptr, nullptr);
    if (sqlite3_get_autocommit(db_.get()) == 0)
      usable_ = false;
  }

  void execute_script(const char* sql) override { run(sql); }

  std::vector<std::string> table_names() override {
    std::vector<std::string> out;
    auto rows = query("SELECT name FROM sqlite_schema WHERE type = 'table' AND name NOT LIKE 'sqlite!_%' ESCAPE '!'");
    while (rows->next())
      rows->read(out.emplace_back());
    return out;
  }

  bool usable() const override { return usable_; }

  void reject_code(int code) {
    if (!survives(code))
      usable_ = false;
    auto kind = (code & 0xff) == SQLITE_CONSTRAINT ? errc::conflict : errc::store_unavailable;
    reject(
        {kind, reason_of(code) + " (SQLite " + std::to_string(code) + ": " + sqlite3_errmsg(db_.get()) + ")", path_});
  }

  int last_code() const { return sqlite3_extended_errcode(db_.get()); }

private:
  std::unique_ptr<sql_rows> do_query(std::string_view sql, std::span<const sql_value> args) override;
  int64_t do_execute(std::string_view sql, std::span<const sql_value> args) override;

  void run(const char* sql) {
    if (ok() && sqlite3_exec(db_.get(), sql, nullptr, nullptr, nullptr) != SQLITE_OK)
      reject_code(last_code());
  }

  bool moved() {
    int yes = 0;
    return sqlite3_file_control(db_.get(), "main", SQLITE_FCNTL_HAS_MOVED, &yes) == SQLITE_OK && yes != 0;
  }

  /// The statement for a text with its parameters bound; null after an error. `own` holds it when it is not a kept one.
  statement* prepare(std::string_view sql, std::span<const sql_value> args, statement& own);
  bool bind(sqlite3_stmt* to, size_t index, const sql_value& x);

  // The texts are constants of the code, so their number is bounded. Gone before the connection.
  connection db_;
  std::unordered_map<std::string, statement, text_hash, std::equal_to<>> kept_;
  std::string path_;
  bool usable_ = true;
};

class sqlite_rows final : public sql_rows {
public:
  sqlite_rows(sqlite_session& session) : session_(session) {}
  sqlite_rows(const sqlite_rows&) = delete;
  ~sqlite_rows() override {
    if (at_ == nullptr)
      return;
    sqlite3_reset(at_->handle.get());
    sqlite3_clear_bindings(at_->handle.get());
    at_->in_use = false;
  }

  statement& own() { return own_; }
  void attach(statement* at) {
    at_ = at;
    if (at_ != nullptr)
      at_->in_use = true;
  }

  bool next() override {
    if (at_ == nullptr || !session_.ok())
      return false;
    auto code = sqlite3_step(at_->handle.get());
    if (code == SQLITE_ROW)
      return true;
    if (code != SQLITE_DONE)
      session_.reject_code(session_.last_code());
    return false;
  }

  bool null(int column) override { return sqlite3_column_type(at_->handle.get(), column) == SQLITE_NULL; }
  int64_t integer(int column) override { return sqlite3_column_int64(at_->handle.get(), column); }
  double real(int column) override { return sqlite3_column_double(at_->handle.get(), column); }
  std::string text(int column) override {
    auto bytes = sqlite3_column_text(at_->handle.get(), column);
    auto size = sqlite3_column_bytes(at_->handle.get(), column);
    return bytes == nullptr ? std::string{}
                            : std::string{reinterpret_cast<const char*>(bytes), static_cast<size_t>(size)};
  }
  void reject(error why) override { session_.reject(std::move(why)); }

private:
  sqlite_session& session_;
  statement own_;
  statement* at_ = nullptr;
};

std::unique_ptr<sql_rows> sqlite_session::do_query(std::string_view sql, std::span<const sql_value> args) {
  auto rows = std::make_unique<sqlite_rows>(*this);
  rows->attach(prepare(sql, args, rows->own()));
  return rows;
}

int64_t sqlite_session::do_execute(std::string_view sql, std::span<const sql_value> args) {
  auto rows = do_query(sql, args);
  while (rows->next()) {
  }
  return ok() ? sqlite3_changes64(db_.get()) : 0;
}

statement* sqlite_session::prepare(std::string_view sql, std::span<const sql_value> args, statement& own) {
  if (!ok())
    return nullptr;
  auto found = kept_.find(sql);
  auto* out = found == kept_.end() ? &kept_[std::string{sql}] : &found->second;
  if (out->in_use)
    out = &own;
  if (!out->handle) {
    sqlite3_stmt* made = nullptr;
    auto flags = out == &own ? 0u : SQLITE_PREPARE_PERSISTENT;
    if (sqlite3_prepare_v3(db_.get(), sql.data(), static_cast<int>(sql.size()), flags, &made, nullptr) != SQLITE_OK) {
      reject_code(last_code());
      return nullptr;
    }
    out->handle.reset(made);
  }
  for (size_t i = 0; i < args.size(); ++i)
    if (!bind(out->handle.get(), i + 1, args[i]))
      return nullptr;
  return out;
}

bool sqlite_session::bind(sqlite3_stmt* to, size_t number, const sql_value& x) {
  // "$3" is a name for SQLite, which numbers names by first use; asking for it keeps a text that breaks the order
  // right.
  auto index = sqlite3_bind_parameter_index(to, ("$" + std::to_string(number)).c_str());
  int code = SQLITE_OK;
  if (const auto* integer = std::get_if<int64_t>(&x))
    code = sqlite3_bind_int64(to, index, *integer);
  else if (const auto* real = std::get_if<double>(&x))
    code = sqlite3_bind_double(to, index, *real);
  else if (const auto* text = std::get_if<std::string_view>(&x))
    code =
        sqlite3_bind_text64(to, index, text->empty() ? "" : text->data(), text->size(), SQLITE_TRANSIENT, SQLITE_UTF8);
  else
    code = sqlite3_bind_null(to, index);
  if (code != SQLITE_OK)
    reject_code(last_code());
  return code == SQLITE_OK;
}

error system_failure(const std::string& what, const std::string& path) {
  return {errc::store_unavailable, what + ": " + std::strerror(errno), path};
}

/// Missing folders, each for its owner only.
error make_folders(const fs::path& folder) {
  if (folder.empty() || access(folder.c_str(), F_OK) == 0)
    return {};
  if (auto above = make_folders(folder.parent_path()); above.code != errc::none)
    return above;
  if (mkdir(folder.c_str(), 0700) != 0 && errno != EEXIST)
    return system_failure("the folder cannot be made", folder.string());
  return {};
}

/// A log without its file holds what was stored last. SQLite would take an absent or empty file for a new one, and
/// remove the log.
error refuse_orphaned_log(const std::string& path) {
  struct stat file {};
  struct stat log {};
  auto log_path = path + "-wal";
  if ((stat(path.c_str(), &file) == 0 && file.st_size > 0) || stat(log_path.c_str(), &log) != 0 || log.st_size == 0)
    return {};
  return {errc::store_unavailable,
          "the database file is missing or empty, but its log " + log_path +
              " is there and holds what was stored last; put the file back beside it, or move the log away to start "
              "anew. Nothing was touched",
          path};
}

/// SQLite gives its side files the rights of the database file, so that is made first, with the right ones.
error secure_file(const std::string& path, missing_file how) {
  if (auto problem = refuse_orphaned_log(path); problem.code != errc::none)
    return problem;
  if (how == missing_file::create) {
    if (auto problem = make_folders(fs::path{path}.parent_path()); problem.code != errc::none)
      return problem;
    auto made = ::open(path.c_str(), O_RDWR | O_CREAT | O_EXCL | O_CLOEXEC, 0600);
    if (made >= 0)
      ::close(made);
    else if (errno != EEXIST)
      return system_failure("the file cannot be made", path);
  }
  // By name: closing a descriptor of a file that SQLite has open in this process would drop SQLite's locks.
  for (const auto* suffix : {"", "-wal", "-shm"}) {
    auto file = path + suffix;
    struct stat now {};
    if (stat(file.c_str(), &now) == 0 && S_ISREG(now.st_mode) && (now.st_mode & 0077) != 0 &&
        chmod(file.c_str(), 0600) != 0)
      return system_failure("the file's rights cannot be set to 0600", file);
  }
  return {};
}

int take_first_column(void* out, int columns, char** values, char**) {
  if (columns > 0 && values[0] != nullptr)
    *static_cast<std::string*>(out) = values[0];
  return 0;
}

/// The settings of a connection. WAL: readers never wait, and a commit is one write to the log that the kernel has when
/// it is answered, so the process may die at any moment after; NORMAL leaves out the fsync that only a power cut needs.
error configure(sqlite3* db, const sqlite_config& config, const std::string& path) {
  sqlite3_busy_timeout(db, static_cast<int>(config.busy_timeout.count()));
  std::string answer;
  auto run = [&](const std::string& sql) {
    answer.clear();
    if (sqlite3_exec(db, sql.c_str(), take_first_column, &answer, nullptr) == SQLITE_OK)
      return error{};
    auto code = sqlite3_extended_errcode(db);
    return error{errc::store_unavailable,
                 reason_of(code) + " (SQLite " + std::to_string(code) + ": " + sqlite3_errmsg(db) + ")", path};
  };
  if (auto e = run("PRAGMA journal_mode = WAL"); e.code != errc::none)
    return e;
  if (answer != "wal")
    return {errc::store_unavailable, "the file system does not carry a write-ahead log; use a local disk", path};
  for (const auto* sql : {"PRAGMA foreign_keys = ON", "PRAGMA trusted_schema = OFF", "PRAGMA cell_size_check = ON"})
    if (auto e = run(sql); e.code != errc::none)
      return e;
  if (auto e = run(config.survive_power_cut ? "PRAGMA synchronous = FULL" : "PRAGMA synchronous = NORMAL");
      e.code != errc::none)
    return e;
  if (config.max_file_bytes == 0)
    return {};
  if (auto e = run("PRAGMA page_size"); e.code != errc::none)
    return e;
  auto pages = config.max_file_bytes / static_cast<uint64_t>(std::stoull(answer));
  return run("PRAGMA max_page_count = " + std::to_string(std::max<uint64_t>(pages, 1)));
}

} // namespace

result<std::unique_ptr<sql_session>> connect_sqlite(const sqlite_config& config, missing_file how) {
  std::error_code ignored;
  // Absolute, so that ":memory:" and "file:" mean files as every other name does.
  auto path = fs::absolute(config.path, ignored).string();
  if (auto problem = secure_file(path, how); problem.code != errc::none)
    return tl::unexpected(problem);
  sqlite3* raw = nullptr;
  auto code = sqlite3_open_v2(path.c_str(), &raw, SQLITE_OPEN_READWRITE | SQLITE_OPEN_NOMUTEX, nullptr);
  connection db{raw};
  if (code != SQLITE_OK)
    return fail(errc::store_unavailable, reason_of(code) + (raw ? std::string{" ("} + sqlite3_errmsg(raw) + ")" : ""),
                path);
  sqlite3_extended_result_codes(raw, 1);
  if (sqlite3_db_readonly(raw, "main") == 1)
    return fail(errc::store_unavailable, "the file or its folder is read-only", path);
  if (auto problem = configure(raw, config, path); problem.code != errc::none)
    return tl::unexpected(problem);
  return std::make_unique<sqlite_session>(std::move(db), path);
}

} // namespace vigie
