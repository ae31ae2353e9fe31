#include "adapters/http_api/key_ring.hpp"

#include <algorithm>

#include "adapters/crypto/secrets.hpp"

namespace vigie {

namespace {

api_scope scope_from_words(std::string_view words) {
  auto out = api_scope::none;
  while (!words.empty()) {
    auto end = std::min(words.find_first_of(" ,"), words.size());
    auto word = words.substr(0, end);
    words.remove_prefix(std::min(end + 1, words.size()));
    for (auto x : {api_scope::read, api_scope::run, api_scope::admin})
      if (word == to_string(x))
        out = std::max(out, x);
  }
  return out;
}

} // namespace

std::string_view to_string(api_scope x) {
  switch (x) {
  case api_scope::read:
    return "read";
  case api_scope::run:
    return "run";
  case api_scope::admin:
    return "admin";
  case api_scope::none:
    break;
  }
  return "none";
}

key_ring::key_ring(const std::vector<api_key_row>& rows) {
  replace(rows);
}

void key_ring::replace(const std::vector<api_key_row>& rows) {
  auto next = std::make_shared<table>();
  for (const auto& x : rows)
    (*next)[x.id] = {x.hash, scope_from_words(x.scopes)};
  std::lock_guard lock{guard_};
  rows_ = std::move(next);
}

std::shared_ptr<const key_ring::table> key_ring::snapshot() const {
  std::lock_guard lock{guard_};
  return rows_;
}

key_holder key_ring::find(std::string_view presented) const {
  static const std::string nobodys_hash(64, '0');
  auto id = api_key_id(presented);
  if (!id)
    return {};
  auto rows = snapshot();
  auto i = rows->find(*id);
  auto known = i != rows->end();
  auto right = verify_api_key(presented, *id, known ? i->second.hash : nobodys_hash);
  if (!right || !known)
    return {};
  return {*id, i->second.scope};
}

std::string_view presented_key(const served_request& request) {
  if (auto key = request.header("x-api-key"); !key.empty())
    return key;
  constexpr std::string_view scheme = "bearer ";
  auto value = request.header("authorization");
  auto same = [](char a, char b) { return a == b || (a >= 'A' && a <= 'Z' && a - 'A' + 'a' == b); };
  if (value.size() <= scheme.size() ||
      !std::equal(scheme.begin(), scheme.end(), value.begin(), [&](char s, char v) { return same(v, s); }))
    return {};
  return value.substr(scheme.size());
}

failed_key_limiter::bucket& failed_key_limiter::bucket_of(const std::string& address, mono_time now) {
  if (auto i = peers_.find(address); i != peers_.end())
    return i->second;
  if (peers_.size() >= std::max<size_t>(max_peers_, 1)) {
    auto fullest = std::max_element(peers_.begin(), peers_.end(),
                                    [](const auto& a, const auto& b) { return a.second.tokens < b.second.tokens; });
    peers_.erase(fullest);
  }
  return peers_.emplace(address, bucket{static_cast<double>(per_minute_), now}).first->second;
}

bool failed_key_limiter::count(std::string_view peer, mono_time now) {
  auto& b = bucket_of(std::string{peer.substr(0, peer.rfind(':'))}, now);
  auto passed = std::chrono::duration<double>(now - b.at).count();
  b.tokens = std::min<double>(per_minute_, b.tokens + passed * per_minute_ / 60.0);
  b.at = now;
  if (b.tokens < 1)
    return false;
  b.tokens -= 1;
  return true;
}

} // namespace vigie
