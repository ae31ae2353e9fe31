// `vigie alerts export`.
#pragma once

#include <ostream>

#include "runtime/commands/api_client.hpp"

namespace vigie {

/// To a new file, or to `out` for "-".
int export_alerts(const alerts_options& options, api_client& client, std::ostream& out, std::ostream& err);

} // namespace vigie
