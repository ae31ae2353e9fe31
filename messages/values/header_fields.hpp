// Header fields of an HTTP answer.
#pragma once

#include <algorithm>
#include <initializer_list>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace vigie {

/// Names with values, in the order of the message. Of equal names the last one counts. Names are compared byte for
/// byte. An answer has about ten: looking through them costs less than any order would.
class header_fields {
public:
  using field = std::pair<std::string, std::string>;
  using const_iterator = std::vector<field>::const_iterator;

  header_fields() = default;
  header_fields(std::initializer_list<field> x) : fields_(x) {}

  void add(std::string name, std::string_view value) {
    if (fields_.empty())
      fields_.reserve(usual_count);
    fields_.emplace_back(std::move(name), value);
  }
  std::string& operator[](std::string_view name) {
    auto at = find(name);
    if (at == end())
      return fields_.emplace_back(name, std::string{}).second;
    return fields_[static_cast<size_t>(at - begin())].second;
  }

  const_iterator find(std::string_view name) const {
    auto at = std::find_if(fields_.rbegin(), fields_.rend(), [&](const field& x) { return x.first == name; });
    return at == fields_.rend() ? end() : at.base() - 1;
  }
  bool contains(std::string_view name) const { return find(name) != end(); }
  /// Empty if there is none.
  std::string_view value(std::string_view name) const {
    auto at = find(name);
    return at == end() ? std::string_view{} : std::string_view{at->second};
  }

  void clear() { fields_.clear(); }
  const_iterator begin() const { return fields_.begin(); }
  const_iterator end() const { return fields_.end(); }

  friend bool operator==(const header_fields&, const header_fields&) = default;

  template <class Inspector>
  friend auto inspect(Inspector& f, header_fields& x) {
    return f(x.fields_);
  }

private:
  static constexpr size_t usual_count = 12;

  std::vector<field> fields_;
};

} // namespace vigie
