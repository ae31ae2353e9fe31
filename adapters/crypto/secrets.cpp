#include "adapters/crypto/secrets.hpp"

#include <openssl/crypto.h>
#include <openssl/evp.h>
#include <openssl/hmac.h>
#include <sys/random.h>

#include <array>
#include <cerrno>
#include <cstdint>
#include <cstdlib>
#include <vector>

namespace vigie {

namespace {

using digest = std::array<unsigned char, 32>;

constexpr std::string_view hex_digits = "0123456789abcdef";
constexpr std::string_view base64url_digits = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_";

constexpr std::string_view key_prefix = "vk_";
constexpr size_t id_digits = 6;
constexpr size_t id_size = 2 + id_digits; // "k_" and the digits
constexpr size_t secret_bytes = 32;
constexpr size_t secret_size = 43; // of 32 bytes in base64url

std::string to_hex(const unsigned char* data, size_t size) {
  std::string out;
  out.reserve(size * 2);
  for (size_t i = 0; i < size; ++i) {
    out += hex_digits[data[i] >> 4];
    out += hex_digits[data[i] & 0xF];
  }
  return out;
}

std::string to_base64url(const std::vector<unsigned char>& data) {
  std::string out;
  uint32_t bits = 0;
  int have = 0;
  for (auto byte : data) {
    bits = bits << 8 | byte;
    for (have += 8; have >= 6;) {
      have -= 6;
      out += base64url_digits[bits >> have & 0x3F];
    }
  }
  if (have > 0)
    out += base64url_digits[bits << (6 - have) & 0x3F];
  return out;
}

std::vector<unsigned char> random_bytes(size_t count) {
  std::vector<unsigned char> out(count);
  for (size_t have = 0; have < count;) {
    auto got = ::getrandom(out.data() + have, count - have, 0);
    if (got > 0)
      have += static_cast<size_t>(got);
    else if (errno != EINTR)
      std::abort();
  }
  return out;
}

std::string_view secret_part(std::string_view text) {
  return text.substr(key_prefix.size() + id_size + 1);
}

} // namespace

std::string sha256_hex(std::string_view data) {
  digest out;
  if (::EVP_Digest(data.data(), data.size(), out.data(), nullptr, ::EVP_sha256(), nullptr) != 1)
    std::abort(); // no SHA-256 in the library: nothing that follows could be trusted
  return to_hex(out.data(), out.size());
}

std::string hmac_sha256_hex(std::string_view key, std::string_view data) {
  digest out;
  unsigned int size = 0;
  // An empty view may have no address, which HMAC() takes for "the key of the last call".
  const char* start = key.empty() ? "" : key.data();
  if (!::HMAC(::EVP_sha256(), start, static_cast<int>(key.size()), reinterpret_cast<const unsigned char*>(data.data()),
              data.size(), out.data(), &size))
    std::abort();
  return to_hex(out.data(), size);
}

bool constant_time_equal(std::string_view a, std::string_view b) {
  return a.size() == b.size() && (a.empty() || ::CRYPTO_memcmp(a.data(), b.data(), a.size()) == 0);
}

std::string random_token_base64url(size_t bytes) {
  return to_base64url(random_bytes(bytes));
}

std::string random_token_hex(size_t bytes) {
  auto data = random_bytes(bytes);
  return to_hex(data.data(), data.size());
}

new_api_key make_api_key() {
  auto id = "k_" + random_token_hex(id_digits / 2);
  auto secret = random_token_base64url(secret_bytes);
  return {id, std::string{key_prefix} + id + "_" + secret, sha256_hex(secret)};
}

result<std::string> api_key_id(std::string_view text) {
  auto only = [](std::string_view part, std::string_view allowed) {
    return part.find_first_not_of(allowed) == std::string_view::npos;
  };
  bool formed = text.size() == key_prefix.size() + id_size + 1 + secret_size && text.starts_with("vk_k_") &&
                only(text.substr(5, id_digits), hex_digits) && text[key_prefix.size() + id_size] == '_' &&
                only(secret_part(text), base64url_digits);
  if (!formed)
    return fail(errc::not_found, "this has not the form of an API key");
  return std::string{text.substr(key_prefix.size(), id_size)};
}

bool verify_api_key(std::string_view text, std::string_view id, std::string_view hash) {
  auto named = api_key_id(text);
  return named && *named == id && constant_time_equal(sha256_hex(secret_part(text)), hash);
}

} // namespace vigie
