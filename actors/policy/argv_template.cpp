#include "actors/policy/argv_template.hpp"

#include <set>
#include <string_view>

namespace vigie {

namespace {

bool is_name_character(char c) {
  return (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9') || c == '_';
}

/// A piece of a word: text, or the name of a placeholder.
struct piece {
  std::string_view text;
  bool is_name = false;
};

std::vector<piece> split(std::string_view word) {
  std::vector<piece> out;
  size_t done = 0;
  for (size_t open = word.find('{'); open != word.npos; open = word.find('{', open + 1)) {
    size_t close = open + 1;
    while (close < word.size() && is_name_character(word[close]))
      ++close;
    if (close == word.size() || word[close] != '}' || close == open + 1)
      continue;
    out.push_back({word.substr(done, open - done), false});
    out.push_back({word.substr(open + 1, close - open - 1), true});
    done = close + 1;
  }
  out.push_back({word.substr(done), false});
  return out;
}

error check_value(const std::string& name, const std::string& value, bool after_options, const argv_limits& limits) {
  if (value.find('\0') != value.npos)
    return {errc::bad_request, "a NUL byte in a value", name};
  if (value.size() > limits.value_bytes)
    return {errc::bad_request, "longer than " + std::to_string(limits.value_bytes) + " bytes", name};
  if (value.starts_with('-') && !after_options)
    return {errc::bad_request, "begins with '-', which the program could take for an option", name};
  return {};
}

} // namespace

error validate_argv(const std::vector<std::string>& words) {
  if (words.empty() || words.front().empty())
    return {errc::bad_config, "no program is named", {}};
  for (const auto& p : split(words.front()))
    if (p.is_name)
      return {errc::bad_config, "the program itself cannot be a placeholder", words.front()};
  return {};
}

result<std::vector<std::string>> fill_argv(const std::vector<std::string>& words,
                                           const std::map<std::string, std::string>& values,
                                           const argv_limits& limits) {
  std::vector<std::string> out;
  std::set<std::string, std::less<>> used;
  bool after_options = false;
  for (const auto& word : words) {
    auto& filled = out.emplace_back();
    for (const auto& p : split(word)) {
      if (!p.is_name) {
        filled += p.text;
        continue;
      }
      std::string name{p.text};
      auto value = values.find(name);
      if (value == values.end())
        return fail(errc::bad_request, "a value is missing", name);
      if (auto problem = check_value(name, value->second, after_options, limits); problem.code != errc::none)
        return tl::unexpected<error>(problem);
      filled += value->second;
      used.insert(name);
    }
    after_options = after_options || word == "--";
  }
  for (const auto& [name, value] : values)
    if (used.find(name) == used.end())
      return fail(errc::bad_request, "the command has no such placeholder", name);
  return out;
}

} // namespace vigie
