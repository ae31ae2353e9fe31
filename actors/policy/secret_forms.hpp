// How secrets look in text: by the name before them, or by their own form.
#pragma once

#include <string>
#include <string_view>

namespace vigie {

/// What stands where a secret stood.
inline constexpr std::string_view secret_mask = "***";

/// True if a field, header or parameter of this name holds a secret: "x-api-key", "Authorization", "bot_token",
/// "sessionCookie". Case, '-', '_' and '.' do not matter. "fencing_token" is no secret.
bool is_secret_name(std::string_view name);

/// Masks what has the form of a secret: the user part of a URL, bearer and basic credentials, name=value and name:
/// value with a secret name (in a URL's query also "key" and "code"), bot URLs of Telegram, our own API keys.
std::string mask_secret_forms(std::string_view text);

} // namespace vigie
