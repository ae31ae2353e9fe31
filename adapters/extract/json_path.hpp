// Paths into JSON, compiled once: the grammar of adapters/ports/extractor.hpp.
#pragma once

#include <cstddef>
#include <functional>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "adapters/json/json_reader.hpp"
#include "messages/values/error.hpp"

namespace vigie {

/// Of one path: what is kept of a page by it is as deep as it has steps.
inline constexpr size_t max_path_steps = 64;
inline constexpr size_t max_path_bytes = 4096;

/// "results", "attributes[id=BRAND].value_name", "[0].offers[*].price". The empty path is the value itself. Immutable.
class json_path {
public:
  json_path() = default;
  /// bad_config with the byte at which the path stops making sense.
  static result<json_path> parse(std::string_view text);

  /// The path has a [*].
  bool wild() const { return wild_; }

  /// Keeps below `from` what this path needs to be found, and returns the place it leads to. From then on find is
  /// quicker, and good only for what a parser with this projection has read.
  json_projection& keep_in(json_projection& from);

  /// With a [*]: the first value that is neither null nor a text of blanks only.
  std::optional<json_node> find(json_node from) const {
    // In sight of the caller, since most of what reading an item costs is to find its fields.
    return places_.empty() ? find_by_steps(from) : from.find(places_);
  }

  /// Of a path with a [*]: every value it leads to, in the document's order, with its JSON pointer, as long as `visit`
  /// says true. False: the way to the first [*] leads to no array, and `pointer` says how far it goes.
  using visitor = std::function<bool(json_node, const std::string&)>;
  bool each(json_node from, const visitor& visit) const;

  /// The JSON pointer (RFC 6901) of where find arrives, or of the first thing that it did not find there. A [key=value]
  /// without its element stays as it is written, and so does what stands behind a [*] under which nothing was found.
  std::string pointer(json_node from) const;

private:
  enum class step_kind : uint8_t { key, index, where, any };
  struct step {
    step_kind kind = step_kind::key;
    std::string key;
    std::string value;
    size_t index = 0;
  };
  struct arrival {
    json_node node;
    size_t index; ///< within an array
  };

  std::optional<json_node> find_by_steps(json_node from) const;
  static std::optional<arrival> take(const step& x, json_node from);
  static result<step> parse_bracket(std::string_view inside, size_t at);
  static void put(std::string& pointer, const step& x, const std::optional<arrival>& next);
  /// False: `visit` said that it is enough.
  bool each_behind(size_t at, json_node from, const std::string& pointer, const visitor& visit) const;

  std::vector<step> steps_;
  std::vector<const json_projection*> places_; ///< of the steps, if all are keys and keep_in was called
  bool wild_ = false;
};

/// One reference token of a JSON pointer, escaped.
std::string pointer_token(std::string_view key);

} // namespace vigie
