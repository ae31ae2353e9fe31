// The alerts that a person means.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "runtime/commands/api_client.hpp"

namespace vigie {

inline const std::string alerts_path = "/api/v1/alerts";

struct meant_alert {
  alert what;
  api_answer shown;
  std::string path; ///< of its own
};

/// What was found; otherwise the exit code, with everything said on `err`.
struct meant_alerts {
  int exit_code = exit_done;
  std::vector<meant_alert> all;
};

/// An alert as the API shows it; nothing, with the reason on `err`, if it is of a form that this vigie does not know.
std::optional<alert> read_shown(const json_node& shown, std::ostream& err);

/// Looks at it once more.
int read_again(api_client& client, meant_alert& x, std::ostream& err);

/// Looks up each of `words`: a number, or a name. One that does not exist ends it, with the name that is nearest, and
/// so does a number that is another alert's name: nothing is done by half, or to the wrong one.
meant_alerts find_alerts(api_client& client, const std::vector<std::string>& words, std::ostream& err);

} // namespace vigie
