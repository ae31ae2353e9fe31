// Files of one directory, served as they are.
#pragma once

#include <filesystem>
#include <string>

#include "adapters/ports/http_server.hpp"
#include "messages/values/error.hpp"

namespace vigie {

/// Nothing outside the directory is ever read, links included; nor are names that begin with a dot.
class raw_files {
public:
  /// bad_config: not a readable directory. An empty name serves nothing.
  static result<raw_files> open(const std::string& directory, uint64_t max_bytes);

  /// `path` as decoded from a request. not_found; body_too_large.
  result<served_response> read(const std::string& path) const;

private:
  raw_files(std::filesystem::path root, uint64_t max_bytes) : root_(std::move(root)), max_bytes_(max_bytes) {}

  std::filesystem::path root_; // canonical; empty = none
  uint64_t max_bytes_;
};

/// The whole file; not_found, body_too_large, network (it cannot be read).
result<std::string> read_whole_file(const std::filesystem::path& file, uint64_t max_bytes);

} // namespace vigie
