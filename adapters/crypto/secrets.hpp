// Hashes, random tokens and API keys. All functions are thread-safe.
#pragma once

#include <cstddef>
#include <string>
#include <string_view>

#include "messages/values/error.hpp"

namespace vigie {

/// 64 lower-case hex digits.
std::string sha256_hex(std::string_view data);
std::string hmac_sha256_hex(std::string_view key, std::string_view data);

/// Takes the same time wherever the two differ; the lengths are no secret.
bool constant_time_equal(std::string_view a, std::string_view b);

/// `bytes` bytes of the kernel's generator. Aborts the process when the kernel gives none: nothing could be safe then.
std::string random_token_base64url(size_t bytes); ///< without padding
std::string random_token_hex(size_t bytes);

/// A key as it is handed out, once.
struct new_api_key {
  std::string id;   ///< "k_4f2a9c": public, printed in logs
  std::string text; ///< "vk_k_4f2a9c_" and 43 characters: what the caller sends; never stored
  std::string hash; ///< what is stored: SHA-256 of the 43 characters, hex
};

new_api_key make_api_key();

/// The id within a key's text, to find its row by; not_found if the text has not the form of a key.
result<std::string> api_key_id(std::string_view text);

/// True if `text` is the key with this id and hash.
bool verify_api_key(std::string_view text, std::string_view id, std::string_view hash);

} // namespace vigie
