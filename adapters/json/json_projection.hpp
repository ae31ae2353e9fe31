// Which members of a text's objects are wanted: a reader that knows keeps no others.
#pragma once

#include <memory>
#include <string>
#include <string_view>
#include <utility>
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

  /// Null: not kept. Thread-safe once nothing is added any more.
  const json_projection* find(std::string_view key) const {
    if (everything_)
      return this;
    for (const auto& [name, place] : members_)
      if (name == key)
        return place.get();
    return nullptr;
  }

private:
  bool everything_ = false;
  std::vector<std::pair<std::string, std::unique_ptr<json_projection>>> members_;
};

} // namespace vigie
