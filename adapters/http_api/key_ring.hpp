// Who may ask the HTTP API for what.
#pragma once

#include <cstdint>
#include <memory>
#include <mutex>
#include <string>
#include <string_view>
#include <unordered_map>
#include <vector>

#include "adapters/ports/http_server.hpp"
#include "messages/values/time.hpp"

namespace vigie {

struct api_key_row {
  std::string id;     ///< public part, printed in logs: "k_4f2a9c"
  std::string hash;   ///< SHA-256 of the secret part, hex; the secret itself is never stored
  std::string scopes; ///< "read,run,admin"
  std::string name;   ///< for people
  wall_time created{};
};

/// Each includes the ones before it.
enum class api_scope : uint8_t { none, read, run, admin };
/// "none", "read", "run", "admin".
std::string_view to_string(api_scope x);

struct key_holder {
  std::string id; ///< fit for logs
  api_scope scope = api_scope::none;
};

/// The API keys in force. Thread-safe. A key is "vk_<id>_<secret>"; only SHA-256 of the secret is kept, and the compare
/// takes the same time whether the id is known or not.
class key_ring {
public:
  /// A row with an unknown word among its scopes grants only the words that are known.
  explicit key_ring(const std::vector<api_key_row>& rows);

  /// Rotation: keys not in `rows` stop working at once.
  void replace(const std::vector<api_key_row>& rows);

  /// `presented` is the whole text of a key. A wrong one gives scope none and an empty id.
  key_holder find(std::string_view presented) const;

private:
  struct entry {
    std::string hash;
    api_scope scope = api_scope::none;
  };
  using table = std::unordered_map<std::string, entry>;

  std::shared_ptr<const table> snapshot() const;

  mutable std::mutex guard_;
  std::shared_ptr<const table> rows_;
};

/// The key of a request: x-api-key, else "Authorization: Bearer …"; empty = none was sent.
std::string_view presented_key(const served_request& request);

/// Token bucket per peer address for failed keys: a right key always passes, a wrong one above the rate is told 429
/// instead of 401. Bounded: with `max_peers` addresses known, the fullest bucket is forgotten. Not thread-safe; the
/// server's thread owns it.
class failed_key_limiter {
public:
  failed_key_limiter(uint32_t per_minute, size_t max_peers) : per_minute_(per_minute), max_peers_(max_peers) {}

  /// Counts one failure of `peer` ("address:port"; the port is ignored); false = above the rate.
  bool count(std::string_view peer, mono_time now);

private:
  struct bucket {
    double tokens = 0;
    mono_time at{};
  };
  bucket& bucket_of(const std::string& address, mono_time now);

  uint32_t per_minute_;
  size_t max_peers_;
  std::unordered_map<std::string, bucket> peers_;
};

} // namespace vigie
