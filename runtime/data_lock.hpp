// One process a data folder: whoever works on a folder or a store holds its lock for as long as it lives.
#pragma once

#include <string>

#include "messages/values/error.hpp"

namespace vigie {

/// A lock on a file that is made for it, held until destruction or the end of the process, however that comes: the
/// kernel takes it back. The file stays behind and says who held it last; removing it under a living holder undoes the
/// lock.
class data_lock {
public:
  data_lock() = default;
  data_lock(data_lock&& other) noexcept;
  data_lock& operator=(data_lock&& other) noexcept;
  ~data_lock();

  /// `<folder>/lock`. The folder exists. conflict: another process holds it; the detail names its id, the folder and
  /// what to do. bad_config: the file cannot be made or locked.
  static result<data_lock> of_folder(const std::string& folder, const std::string& node);
  /// `<file>-lock` beside the file that `path` leads to, links followed, whether it exists or not. Errors as above.
  static result<data_lock> of_store(const std::string& path, const std::string& node);

private:
  explicit data_lock(int descriptor) : descriptor_(descriptor) {}

  int descriptor_ = -1;
};

} // namespace vigie
