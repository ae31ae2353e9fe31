// The operator's own key: made at the first start, kept in <data_dir>/admin.key for the command line (0600).
#pragma once

#include <string>

#include "adapters/http_api/key_ring.hpp"

namespace vigie {

/// Reads the key file, or makes it. The row is what the node's key ring needs of it: the hash, never the secret.
/// bad_config when the file is there but holds no key or is readable by others.
result<api_key_row> provide_admin_key(const std::string& data_dir, wall_time now);

} // namespace vigie
