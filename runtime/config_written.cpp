#include "runtime/config_written.hpp"

#include "actors/policy/secret_forms.hpp"
#include "runtime/config_reader.hpp"
#include "runtime/config_units.hpp"

namespace vigie {

namespace {

/// ", environment NAME" for each variable that a value of the file takes up.
std::string variables_in(const config_context& context, const config_value& x) {
  std::string out;
  for (const auto& element : x.elements)
    out += variables_in(context, element);
  for (auto at = x.text.find("${"); at != x.text.npos; at = x.text.find("${", at + 2)) {
    auto name = x.text.substr(at + 2, x.text.find_first_of(":}", at) - at - 2);
    if ((at == 0 || x.text[at - 1] != '$') && context.variables.contains(name))
      out += ", " + context.place_of_variable(name);
  }
  return out;
}

} // namespace

std::string written(bool x) {
  return x ? "true" : "false";
}
std::string written(uint64_t x) {
  return std::to_string(x);
}
std::string written(uint32_t x) {
  return std::to_string(x);
}
std::string written(duration x) {
  return in_quotes(to_text(x));
}
std::string written(const std::string& x) {
  return in_quotes(x);
}
std::string written(const endpoint& x) {
  return in_quotes(x.host.empty() ? "" : to_string(x));
}
std::string written(uint16_t x) {
  return std::to_string(x);
}
std::string written(const std::map<std::string, std::string>& all, bool secret) {
  std::string out;
  for (const auto& [name, value] : all)
    out += (out.empty() ? " " : ", ") + name + " = " + written(secret ? std::string{secret_mask} : value);
  return "{" + out + (out.empty() ? "}" : " }");
}

void config_reader::in_force(const std::string& name, std::string value) {
  auto key = key_of(name);
  auto fields = key.find(".extract.fields.") != key.npos || key.find(".extract.constants.") != key.npos;
  if (fields && !has(name)) // what nobody looks for is no value
    return;
  std::string from = "default";
  if (auto i = context_->overrides.find(key); i != context_->overrides.end())
    from = i->second.place;
  else if (const auto* found = table_ ? table_->find(name) : nullptr)
    from = context_->place(found->at) + variables_in(*context_, *found);
  context_->in_force({std::move(key), std::move(value), std::move(from)});
}

} // namespace vigie
