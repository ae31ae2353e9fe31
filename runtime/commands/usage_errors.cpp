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

std::string unexpected(const CLI::App& at, const std::string& word) {
  if (word.starts_with("-") && word != "-") {
    auto name = word.substr(0, word.find('='));
    return with_near("there is no option " + shown(name) + ".", name, options_of(at));
  }
  auto known = commands_of(at);
  if (known.empty())
    return shown(word) + " is one word too many.";
  return with_near("there is no command " + shown(word) + ".", word, known) + "\n    There are: " + joined(known);
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
    // CLI::PositiveNumber, up to a number of 309 digits.
    return typed + (range.starts_with("0.000000 to ") ? " is no number above 0." : " is not within " + range + ".");
  }
  if (auto set = behind(text, " not in {"); !set.empty()) {
    auto typed = before(text, " not in {");
    auto known = split(before(set, "}"));
    return with_near(shown(typed) + " is not taken here.", typed, known) + "\n    There are: " + joined(known);
  }
  return strip_control(text);
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
    return before(before(text, ":"), " ") + " wants a value.";
  if (kind == "ValidationError" && text.find(": ") != std::string::npos) {
    auto name = before(text, ": ");
    return name + ": " + refused_value(text.substr(name.size() + 2));
  }
  return strip_control(text);
}

} // namespace

std::string usage_problem(const CLI::App& root, const CLI::ParseError& error) {
  auto where = find_place(root);
  return where.name + ": " + sentence(*where.at, error) + "\n    See: " + where.name + " --help\n";
}

} // namespace vigie
