#include "adapters/json/json_projection.hpp"

#include <algorithm>

namespace vigie {

json_projection json_projection::everything() {
  json_projection out;
  out.everything_ = true;
  return out;
}

json_projection& json_projection::member(std::string_view key) {
  if (everything_)
    return *this;
  auto known = std::find_if(members_.begin(), members_.end(), [key](const auto& x) { return x.name == key; });
  if (known == members_.end()) {
    auto padded = std::string{key} + std::string(padding, '\0');
    known = members_.insert(
        known, {first_bytes(padded.data(), key.size()), std::string{key}, std::make_unique<json_projection>()});
  }
  return *known->place;
}

} // namespace vigie
