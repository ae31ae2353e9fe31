#include "runtime/commands/usage_errors.hpp"

#include <algorithm>
#include <vector>

#include "actors/policy/near_names.hpp"
#include "actors/policy/plain_text.hpp"

namespace vigie {

namespace {

constexpr size_t shown_bytes = 60; // of what was typed

std::string shown(std::string_view typed) {
  auto out = strip_control(typed.substr(0, shown_bytes));
  return '"' + out + (typed.size() > shown_bytes ? "…" : "") + '"';
}

std::string joined(const std::vector<std::string>& all) {
  std::string out;
  for (const auto& x : all)
    out += (out.empty() ? "" : ", ") + x;
  return out;
}

std::vector<std::string> commands_of(const CLI::App& at) {
  std::vector<std::string> out;
  for (const auto* sub : at.get_subcommands([](const CLI::App*) { return true; }))
    out.push_back(sub->get_name());
  return out;
}

std::vector<std::string> options_of(const CLI::App& at) {
  std::vector<std::string> out;
  for (const auto* x : at.get_options())
    for (const auto& name : x->get_lnames())
      out.push_back("--" + name);
  return out;
}

/// The command at which the line cannot be understood, and what it is called: "vigie alerts list".
struct place {
  const CLI::App* at;
  std::string name;
};

place find_place(const CLI::App& root) {
  place out{&root, "vigie"};
  while (out.at->remaining().empty()) {
    auto below = out.at->get_subcommands();
    if (below.empty())
      break;
    out.at = below.back();
    out.name += " " + out.at->get_name();
  }
  return out;
}

std::string with_near(std::string text, const std::string& typed, const std::vector<std::string>& known) {
  if (auto near = nearest(typed, known); !near.empty())
    text += " Did you mean \"" + near + "\"?";
  return text;
}

/// What stands behind the last `mark`.
std::string behind(const std::string& text, std::string_view mark) {
  auto i = text.rfind(mark);
  return i == std::string::npos ? std::string{} : text.substr(i + mark.size());
}

std::string before(const std::string& text, std::string_view mark) {
  return text.substr(0, text.find(mark));
}

std::vector<std::string> split(std::string_view list) {
  std::vector<std::string> out;
  while (!list.empty()) {
    out.emplace_back(list.substr(0, list.find(',')));
    list.remove_prefix(std::min(list.size(), out.back().size() + 1));
  }
  return out;
}

/// The library's sentence about one value, in ours. What is not known is a check of our own: its words stay.
std::string refused_value(const std::string& text) {
  if (auto range = behind(text, " not in range "); !range.empty()) {
    auto typed = shown(before(text, " not in range ").substr(std::string_view{"Value "}.size()));
    return typed + (range == "1 to 9223372036854775807" ? " is no number above 0." : " is not within " + range + ".");
  }
  if (auto set = behind(text, " not in {"); !set.empty()) {
    auto typed = before(text, " not in {");
    auto known = split(before(set, "}"));
    return with_near(shown(typed) + " is not taken here.", typed, known) + "\n    There are: " + joined(known);
  }
  return strip_control(text);
}

/// The option's check of that number; null behind the last.
const CLI::Validator* validator_of(const CLI::Option& x, int i) {
  try {
    return const_cast<CLI::Option&>(x).get_validator(i); // the library has no const one
  } catch (const CLI::OptionNotFound&) {
    return nullptr;
  }
}

/// What a word would have to be that none of the command's own words can be; empty if they are all there.
std::string refused_word(const CLI::App& at, const std::string& word) {
  for (const auto* x : at.get_options()) {
    if (!x->get_positional() || x->get_name() == "file.toml" || x->count() > 0)
      continue;
    for (int i = 0; const auto* check = validator_of(*x, i); ++i) {
      auto copy = word;
      if (auto why = (*check)(copy); !why.empty())
        return x->get_name() + ": " + refused_value(why);
    }
  }
  return {};
}

std::string unexpected(const CLI::App& at, const std::string& word) {
  auto is_option = word.starts_with("-") && word != "-";
  auto is_number = is_option && word.find_first_not_of("0123456789.", 1) == word.npos;
  if (auto why = refused_word(at, word); !why.empty() && (!is_option || is_number))
    return why;
  if (is_option) {
    auto name = word.substr(0, word.find('='));
    return with_near("there is no option " + shown(name) + ".", name, options_of(at));
  }
  auto known = commands_of(at);
  if (known.empty())
    return word.empty() ? "an empty word is one too many." : shown(word) + " is one word too many.";
  return with_near("there is no command " + shown(word) + ".", word, known) + "\n    There are: " + joined(known);
}

std::string sentence(const CLI::App& at, const CLI::ParseError& error) {
  std::string text = error.what();
  const auto kind = error.get_name();
  if (auto left = at.remaining(); !left.empty())
    return unexpected(at, left.front());
  if (kind == "RequiredError") {
    auto what = before(text, " is required");
    if (what == "A subcommand")
      return "a command is missing.\n    There are: " + joined(commands_of(at));
    return (what.starts_with("-") ? what : "the " + what) + " is missing.";
  }
  if (auto value = behind(text, "Could not convert: "); !value.empty())
    return before(value, " = ") + ": " + shown(behind(value, " = ")) + " is no number that is taken here.";
  if (kind == "ArgumentMismatch")
    return before(before(text, ":"), " ") +
           (text.find("At Most") != text.npos ? " is given twice." : " wants a value.");
  if (kind == "ValidationError" && text.find(": ") != std::string::npos) {
    auto name = before(text, ": ");
    return name + ": " + refused_value(text.substr(name.size() + 2));
  }
  return strip_control(text);
}

void add_flags(const CLI::App& at, std::vector<std::string>& out) {
  for (const auto* x : at.get_options())
    if (x->get_type_size() == 0 || x->get_expected_max() == 0)
      for (const auto& name : x->get_lnames())
        out.push_back("--" + name);
  for (const auto* below : at.get_subcommands([](const CLI::App*) { return true; }))
    add_flags(*below, out);
}

} // namespace

std::string usage_problem(const CLI::App& root, const CLI::ParseError& error) {
  auto where = find_place(root);
  return where.name + ": " + sentence(*where.at, error) + "\n    See: " + where.name + " --help\n";
}

std::string valued_flag(const CLI::App& root, std::span<char* const> words) {
  std::vector<std::string> flags;
  add_flags(root, flags);
  for (std::string_view word : words)
    if (auto name = word.substr(0, word.find('=')); name != "--watch" && name != "--wait" && name.size() < word.size())
      if (std::find(flags.begin(), flags.end(), name) != flags.end())
        return "vigie: " + std::string{name} + " takes no value.\n    See: vigie --help\n";
  return {};
}

} // namespace vigie
