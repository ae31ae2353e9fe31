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
  auto known = std::find_if(members_.begin(), members_.end(), [key](const auto& x) { return x.first == key; });
  if (known != members_.end())
    return *known->second;
  return *members_.emplace_back(key, std::make_unique<json_projection>()).second;
}

} // namespace vigie
