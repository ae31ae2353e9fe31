#include "adapters/json/json_writer.hpp"

#include <algorithm>

#include <nlohmann/json.hpp>

namespace vigie {

/// From our tree to the library's, which knows how to write.
struct json_dump {
  using tree = nlohmann::ordered_json;

  static tree make(const json_value& x) {
    return std::visit([](const auto& held) { return from(held); }, x.held_);
  }

  template <class T>
  static tree from(const T& x) {
    return tree(x);
  }

  static tree from(const json_value::elements& x) {
    auto out = tree::array();
    for (const auto& element : x)
      out.push_back(make(element));
    return out;
  }

  static tree from(const json_value::members& x) {
    // Straight into the map's vector: its insert would look for the key again, member by member.
    auto out = tree::object();
    auto& map = out.get_ref<tree::object_t&>();
    map.reserve(x.size());
    for (const auto& member : x)
      static_cast<std::vector<std::pair<const std::string, tree>>&>(map).emplace_back(member.key, make(member.value));
    return out;
  }
};

json_value json_value::object(std::initializer_list<json_member> members) {
  json_value out;
  out.held_ = json_value::members{};
  for (const auto& member : members)
    out.set(member.key, member.value);
  return out;
}

json_value json_value::array(std::initializer_list<json_value> elements) {
  json_value out;
  out.held_ = json_value::elements(elements);
  return out;
}

json_value& json_value::set(std::string_view key, json_value x) {
  auto* list = std::get_if<members>(&held_);
  if (!list)
    list = &held_.emplace<members>();
  auto i = std::find_if(list->begin(), list->end(), [&](const json_member& m) { return m.key == key; });
  if (i == list->end())
    list->push_back(json_member{std::string{key}, std::move(x)});
  else
    i->value = std::move(x);
  return *this;
}

json_value& json_value::push(json_value x) {
  auto* list = std::get_if<elements>(&held_);
  if (!list)
    list = &held_.emplace<elements>();
  list->push_back(std::move(x));
  return *this;
}

size_t json_value::size() const {
  if (auto list = std::get_if<elements>(&held_))
    return list->size();
  if (auto list = std::get_if<members>(&held_))
    return list->size();
  return 0;
}

std::string json_value::dump(json_layout layout) const {
  int indent = layout == json_layout::pretty ? 2 : -1;
  return json_dump::make(*this).dump(indent, ' ', false, nlohmann::json::error_handler_t::replace);
}

} // namespace vigie
