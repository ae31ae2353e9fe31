// Values as a configuration file would say them, for `vigie check --all`.
#pragma once

#include <cstdint>
#include <map>
#include <string>
#include <vector>

#include "runtime/config.hpp"

namespace vigie {

std::string written(bool x);
std::string written(uint64_t x);
std::string written(uint32_t x);
std::string written(duration x);
std::string written(const std::string& x);
std::string written(const endpoint& x);
std::string written(uint16_t x);
/// Of secrets only the names.
std::string written(const std::map<std::string, std::string>& all, bool secret);
template <class T>
std::string written(const std::vector<T>& all) {
  std::string out;
  for (const auto& x : all)
    out += (out.empty() ? "" : ", ") + written(x);
  return "[" + out + "]";
}

} // namespace vigie
