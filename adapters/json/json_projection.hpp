// Which members of a text's objects are wanted: a reader that knows keeps no others.
#pragma once

#include <bit>
#include <cstdint>
#include <cstring>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

namespace vigie {

/// What is kept of the objects at one place of a text. Arrays are no places of their own: their elements are all kept,
/// and what holds for an array's place holds for each element, at any depth of arrays. A place without members keeps
/// that something stands there, and what if it is a scalar. Default: only that. Immutable once a parser has it.
class json_projection {
public:
  /// Keeps all that is there.
  static json_projection everything();

  /// The place of the members called `key`, kept from now on. It lives as long as this does.
  json_projection& member(std::string_view key);

  /// Null: not kept. `key` has to be in a text with `padding` readable bytes behind it. Thread-safe once nothing is added
  /// any more.
  static constexpr size_t padding = sizeof(uint64_t);
  const json_projection* find(std::string_view key) const {
    if (everything_)
      return this;
    auto begin = first_bytes(key.data(), key.size());
    for (const auto& x : members_)
      if (x.begin == begin && x.name.size() == key.size() && (key.size() <= sizeof begin || x.name == key))
        return x.place.get();
    return nullptr;
  }

private:
  struct wanted_member {
    uint64_t begin; ///< first_bytes of the name: one comparison tells most names apart
    std::string name;
    std::unique_ptr<json_projection> place;
  };

  /// The first bytes as a number, at most eight; eight can be read.
  static uint64_t first_bytes(const char* from, size_t size) {
    uint64_t out = 0;
    std::memcpy(&out, from, sizeof out);
    if (size < sizeof out)
      out &= std::endian::native == std::endian::little ? (uint64_t{1} << 8 * size) - 1 : ~(~uint64_t{0} >> 8 * size);
    return out;
  }

  bool everything_ = false;
  std::vector<wanted_member> members_;
};

} // namespace vigie
