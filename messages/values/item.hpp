// One thing that a source offers.
#pragma once

#include <string>

#include "messages/values/alert.hpp"

namespace vigie {

struct item {
  item_id id;
  std::string title;
  optional<cents> price; ///< the lowest, where the source gives a range
  optional<std::string> currency;
  optional<std::string> brand;
  optional<std::string> size;
  optional<std::string> condition;
  optional<std::string> url;
  optional<std::string> photo;

  friend bool operator==(const item&, const item&) = default;
};

} // namespace vigie
