// JSON out: values that are built and then written as text.
#pragma once

#include <concepts>
#include <cstdint>
#include <initializer_list>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <variant>
#include <vector>

namespace vigie {

struct json_member;

enum class json_layout : uint8_t {
  compact, ///< one line, no blanks
  pretty   ///< two blanks a level
};

/// A JSON value of its own: null unless given something. Converts from what JSON can hold; a std::optional without a
/// value is null. Members keep the order in which they were set. Not thread-safe, copyable, cheap to move.
///
///   auto body = json_value::object({{"id", 7}, {"tags", json_value::array({"a", "b"})}});
///   body.set("note", json_value{}).dump();
class json_value {
public:
  json_value() = default;
  json_value(std::nullptr_t);
  template <class T>
  requires std::integral<T> json_value(T x);
  /// NaN and the infinities are written as null: JSON has no word for them.
  json_value(double x);
  json_value(std::string x);
  json_value(std::string_view x);
  json_value(const char* x);
  template <class T>
  json_value(const std::optional<T>& x);

  static json_value object(std::initializer_list<json_member> members = {});
  static json_value array(std::initializer_list<json_value> elements = {});

  /// Sets a member; one of that name is replaced in its place. Anything but an object becomes one first.
  json_value& set(std::string_view key, json_value x);
  /// Appends an element. Anything but an array becomes one first.
  json_value& push(json_value x);

  /// Elements or members; 0 for everything else.
  size_t size() const;

  /// Always valid UTF-8 and valid JSON: bytes that are no UTF-8 are written as U+FFFD.
  std::string dump(json_layout layout = json_layout::compact) const;

private:
  friend struct json_dump;
  using elements = std::vector<json_value>;
  using members = std::vector<json_member>;

  std::variant<std::nullptr_t, bool, int64_t, uint64_t, double, std::string, elements, members> held_;
};

struct json_member {
  std::string key;
  json_value value;
};

// Here, where members are complete: a value may be made of nothing sooner.
inline json_value::json_value(std::nullptr_t) {}
inline json_value::json_value(double x) : held_(x) {}
inline json_value::json_value(std::string x) : held_(std::move(x)) {}
inline json_value::json_value(std::string_view x) : held_(std::string{x}) {}
inline json_value::json_value(const char* x) : held_(std::string{x}) {}

template <class T>
requires std::integral<T> json_value::json_value(T x) {
  if constexpr (std::same_as<T, bool>)
    held_ = x;
  else if constexpr (std::is_signed_v<T>)
    held_ = static_cast<int64_t>(x);
  else
    held_ = static_cast<uint64_t>(x);
}

template <class T>
json_value::json_value(const std::optional<T>& x) {
  if (x)
    *this = json_value{*x};
}

} // namespace vigie
