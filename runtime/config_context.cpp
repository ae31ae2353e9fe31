#include <algorithm>
#include <array>
#include <filesystem>

#include "actors/policy/redaction.hpp"
#include "actors/policy/secret_forms.hpp"
#include "runtime/config_reader.hpp"

namespace vigie {

namespace {

bool is_variable_name(std::string_view x) {
  auto letter = [](char c) { return (c >= 'A' && c <= 'Z') || (c >= 'a' && c <= 'z') || c == '_'; };
  auto digit = [](char c) { return c >= '0' && c <= '9'; };
  return !x.empty() && letter(x[0]) && std::all_of(x.begin(), x.end(), [&](char c) { return letter(c) || digit(c); });
}

/// A secret may have come into any text: a variable of another name has its value, or somebody put it where it does not
/// belong, and the complaint repeats it.
void hide_secrets(loaded_config& out) {
  redactor secrets;
  for (const auto& x : out.config.secrets)
    secrets.add_secret(x);
  auto hide = [&](std::string& text) { text = secrets.mask_values(text); };
  for (auto& x : out.variables) {
    hide(x.value);
    hide(x.note);
  }
  for (auto* problems : {&out.errors, &out.warnings})
    for (auto& x : *problems) {
      hide(x.what);
      hide(x.remedy);
    }
  for (auto& x : out.settings) {
    hide(x.value);
    x.value = mask_secret_forms(x.value);
  }
  for (auto& x : out.checks)
    hide(x);
}

} // namespace

void config_context::error(file_position at, config_problem problem) {
  if (problem.place.empty())
    problem.place = place(at);
  errors_.push_back({at, std::move(problem)});
}

void config_context::warn(file_position at, config_problem problem) {
  if (problem.place.empty())
    problem.place = place(at);
  warnings_.push_back({at, std::move(problem)});
}

std::string config_context::place(file_position at) const {
  return path + ":" + std::to_string(at.line) + ":" + std::to_string(at.column);
}

std::string config_context::beside_file(const std::string& x) const {
  std::filesystem::path named{x};
  auto folder = std::filesystem::path{path}.parent_path();
  return x.empty() || named.is_absolute() ? x : (folder / named).string();
}

void config_context::keep_secret(const std::string& value) {
  secrets_.insert(value);
}

void config_context::in_force(setting x) {
  auto [known, fresh] = set_.try_emplace(x.key, settings_.size());
  if (fresh)
    settings_.push_back(std::move(x));
  else
    settings_[known->second] = std::move(x);
}

std::string config_context::place_of_variable(const std::string& name) const {
  auto i = places.find(name);
  return "environment " + name + (i == places.end() ? "" : " (" + i->second + ")");
}

void config_context::note(checked_variable variable) {
  auto [known, fresh] = noted_.try_emplace(variable.name, variables_.size());
  if (fresh) {
    variables_.push_back(std::move(variable));
    return;
  }
  auto& x = variables_[known->second];
  x.required = x.required || variable.required;
  if (variable.value == secret_mask)
    x.value = variable.value;
  if (x.note.empty())
    x.note = std::move(variable.note);
}

bool config_context::expand_one(std::string_view inside, file_position at, const std::string& key, bool secret,
                                std::string& out) {
  auto separator = inside.find(":-");
  std::string name{inside.substr(0, separator)};
  auto has_default = separator != inside.npos;
  if (!is_variable_name(name)) {
    error(at, {"", key, "\"${" + std::string{inside} + "}\" names no environment variable",
               "Write ${NAME} or ${NAME:-default}; a plain \"${\" is written \"$${\"."});
    return false;
  }
  auto hidden = secret || is_secret_name(name);
  auto i = variables.find(name);
  if (i == variables.end()) {
    note({name, !has_default, false, false, "", has_default ? "default used for " + key : "for " + key});
    if (has_default)
      out += inside.substr(separator + 2);
    else
      error(at, {"", key, "the environment variable " + name + " is not set, or empty",
                 "Set " + name + " in the environment or in the file given by --env-file, or write ${" + name +
                     ":-default}."});
    return has_default;
  }
  note({name, !has_default, true, false, hidden ? std::string{secret_mask} : mask_secret_forms(i->second),
        "for " + key});
  if (secret && exposed.count(name) != 0) {
    error(at, {"", key, "the secret " + name + " comes from an env file that every user of this machine can read",
               "Take the right away: chmod 600 on the env file."});
    return false;
  }
  if (hidden)
    keep_secret(i->second);
  out += i->second;
  return true;
}

bool config_context::expand(const config_value& value, const std::string& key, bool secret, std::string& out) {
  std::string_view rest = value.text;
  out.clear();
  auto good = true;
  while (!rest.empty()) {
    auto start = rest.find("${");
    if (start == rest.npos)
      break;
    if (start > 0 && rest[start - 1] == '$') {
      out += rest.substr(0, start - 1);
      out += "${";
      rest.remove_prefix(start + 2);
      continue;
    }
    out += rest.substr(0, start);
    auto end = rest.find('}', start);
    if (end == rest.npos) {
      error(value.at, {"", key, "\"${\" is never closed", "Close it: ${NAME}; a plain \"${\" is written \"$${\"."});
      return false;
    }
    good = expand_one(rest.substr(start + 2, end - start - 2), value.at, key, secret, out) && good;
    rest.remove_prefix(end + 1);
  }
  out += rest;
  return good;
}

void config_context::finish(loaded_config& out) {
  auto move_sorted = [](std::vector<located>& from, std::vector<config_problem>& to) {
    std::stable_sort(from.begin(), from.end(), [](const auto& a, const auto& b) { return a.at < b.at; });
    std::set<std::array<std::string, 3>> seen; // at the same place in the file
    for (size_t i = 0; i < from.size(); ++i) {
      auto& x = from[i];
      if (i > 0 && from[i - 1].at != x.at)
        seen.clear();
      if (seen.insert({x.problem.place, x.problem.key, x.problem.what}).second) // read twice, wrong once
        to.push_back(std::move(x.problem));
    }
    from.clear();
  };
  move_sorted(errors_, out.errors);
  move_sorted(warnings_, out.warnings);
  std::set<std::string_view> wrong;
  for (const auto& x : out.errors)
    wrong.insert({x.place, x.key});
  for (auto& x : variables_)
    x.wrong = wrong.contains(place_of_variable(x.name)) || wrong.contains(x.name);
  std::stable_sort(variables_.begin(), variables_.end(),
                   [](const auto& a, const auto& b) { return a.required && !b.required; });
  out.variables = std::move(variables_);
  out.settings = std::move(settings_);
  out.config.secrets.assign(secrets_.begin(), secrets_.end());
  hide_secrets(out);
}

} // namespace vigie
