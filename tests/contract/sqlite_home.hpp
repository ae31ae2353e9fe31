// SQLite databases in a folder of their own that goes with them.
#pragma once

#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <memory>
#include <string>

#include "adapters/sql/sql_database.hpp"
#include "tests/contract/database_home.hpp"

namespace vigie::testing {

class test_folder {
public:
  test_folder() {
    auto pattern = (std::filesystem::temp_directory_path() / "vigie-sql-XXXXXX").string();
    if (mkdtemp(pattern.data()) == nullptr)
      FAIL("no folder for the test");
    path_ = pattern;
  }
  test_folder(const test_folder&) = delete;
  ~test_folder() {
    std::error_code ignored;
    std::filesystem::remove_all(path_, ignored);
  }

  std::string file(const std::string& name = "vigie.db") const { return (path_ / name).string(); }

private:
  std::filesystem::path path_;
};

inline sqlite_config config_for(std::string path) {
  sqlite_config out;
  out.path = std::move(path);
  return out;
}

inline std::unique_ptr<database> open_or_fail(const sqlite_config& config) {
  auto out = open_sqlite(config);
  if (!out)
    FAIL("cannot open: " << to_string(out.error()));
  return std::move(*out);
}

inline error why_not(const sqlite_config& config) {
  auto out = open_sqlite(config);
  return out ? error{} : out.error();
}

class sqlite_home final : public database_home {
public:
  database& open() override {
    db_.reset();
    db_ = open_or_fail(config_for(folder_.file()));
    return *db_;
  }

private:
  test_folder folder_;
  std::unique_ptr<database> db_;
};

inline std::unique_ptr<database_home> in_sqlite() {
  return std::make_unique<sqlite_home>();
}

inline std::string text_of_size(size_t bytes) {
  return std::string(bytes, 'x');
}

/// Puts alerts until one is refused.
inline error fill(database_caller& db, size_t limit = 5000) {
  for (size_t i = 0; i < limit; ++i) {
    auto big = alert_named("big " + std::to_string(i));
    big.query = text_of_size(10000);
    if (auto put = db.ask(&database::put_alert, big); !put)
      return put.error();
  }
  return {};
}

} // namespace vigie::testing
