// The API keys that people made with `vigie keys`: <data_dir>/keys, one line a key, hashes only, mode 0600. The command
// writes it, the node reads it; they need nothing else of each other.
#pragma once

#include <cstdint>
#include <string>
#include <tuple>
#include <vector>

#include "adapters/http_api/key_ring.hpp"
#include "messages/values/error.hpp"

namespace vigie {

/// Letters, digits, '-' and '_', 1 to 64 of them.
bool is_key_name(std::string_view name);

/// Thread-safe, also between processes: changes are made one after the other, and a reader sees a change wholly or not
/// at all.
class key_file {
public:
  explicit key_file(std::string data_dir);

  const std::string& path() const { return path_; }

  /// By name. No file, no keys. bad_config when it is readable by others, or a line is not a key's (`place` =
  /// path:line).
  result<std::vector<api_key_row>> read() const;

  /// Makes the folder and the file where they are missing. `scopes` is "read,run". The key's text, which cannot be had
  /// again. bad_request for a bad name, conflict when the name is taken.
  result<std::string> add(const std::string& name, const std::string& scopes, wall_time now);

  /// not_found when there is none of that name.
  result<api_key_row> remove(const std::string& name);

  /// Changes with every change of the file; all 0 while there is none.
  using stamp = std::tuple<uint64_t, int64_t, int64_t>;
  stamp changed() const;

private:
  result<void> write(const std::vector<api_key_row>& rows) const;

  std::string folder_;
  std::string path_;
};

} // namespace vigie
