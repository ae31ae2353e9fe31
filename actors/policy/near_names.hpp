// Names that are nearly right.
#pragma once

#include <span>
#include <string>
#include <string_view>

namespace vigie {

/// The known name that was probably meant; empty when none is near.
std::string nearest(std::string_view name, std::span<const std::string> known);

} // namespace vigie
