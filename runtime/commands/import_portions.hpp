// A file of alerts, cut into bodies that a node takes.
#pragma once

#include <cstddef>
#include <string>
#include <string_view>
#include <vector>

namespace vigie {

struct import_portion {
  std::string body; ///< a JSON array, or one alert a line, as the file was
  size_t alerts = 0;
};

/// Cuts a text that alerts_from_json has accepted between its alerts. Every portion is at most `max_bytes` long, unless
/// one alert alone is longer. The texts of the alerts stay as they are: what they leave out is the node's to fill in.
std::vector<import_portion> cut_import(std::string_view text, size_t max_bytes);

} // namespace vigie
