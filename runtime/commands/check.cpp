#include <algorithm>

#include "actors/policy/plain_text.hpp"
#include "adapters/json/json_writer.hpp"
#include "runtime/commands/commands.hpp"
#include "runtime/commands/display_width.hpp"

namespace vigie {

namespace {

std::string counted(const std::vector<checked_variable>& all, bool required) {
  auto wanted = [&](const auto& x) { return x.required == required; };
  auto total = std::count_if(all.begin(), all.end(), wanted);
  auto there =
      std::count_if(all.begin(), all.end(), [&](const auto& x) { return wanted(x) && x.configured && !x.wrong; });
  return std::to_string(there) + "/" + std::to_string(total) + " configured";
}

void print_variable(const checked_variable& x, const output_style& style, std::ostream& out) {
  auto sign = x.wrong ? "❌ " : x.configured ? "✅ " : x.required ? "❌ " : "➖ ";
  out << sign << x.name << painted(x.required ? " [REQUIRED]" : " [OPTIONAL]", paint::dim, style);
  if (x.configured)
    out << " = " << cut_to_width(strip_control(x.value), 100);
  else
    out << " not set";
  if (!x.note.empty())
    out << painted(" (" + strip_control(x.note) + ")", paint::dim, style);
  out << '\n';
}

/// Every value, section by section: "interval = \"5m\"   main.toml:12:12".
void print_settings(const std::vector<setting>& all, const output_style& style, std::ostream& out) {
  constexpr size_t widest = 60; // of what the second column stands behind
  std::string section;
  for (const auto& x : all) {
    auto dot = x.key.rfind('.');
    auto table = x.key.substr(0, dot == x.key.npos ? 0 : dot);
    if (table != section)
      out << painted("[" + strip_control(table) + "]", paint::strong, style) << '\n';
    section = table;
    auto line = "  " + x.key.substr(dot == x.key.npos ? 0 : dot + 1) + " = " + strip_control(x.value);
    auto width = display_width(line);
    out << line << std::string(width < widest ? widest - width : 2, ' ')
        << painted(strip_control(x.from), x.from == "default" ? paint::dim : paint::plain, style) << '\n';
  }
  out << '\n';
}

json_value problems_json(const std::vector<config_problem>& problems) {
  auto out = json_value::array();
  for (const auto& x : problems)
    out.push(json_value::object({{"place", x.place}, {"key", x.key}, {"what", x.what}, {"remedy", x.remedy}}));
  return out;
}

void print_json(const loaded_config& loaded, bool all, std::ostream& out) {
  auto variables = json_value::array();
  for (const auto& x : loaded.variables)
    variables.push(json_value::object({{"name", x.name},
                                       {"required", x.required},
                                       {"configured", x.configured},
                                       {"wrong", x.wrong},
                                       {"value", x.value},
                                       {"note", x.note}}));
  auto checks = json_value::array();
  for (const auto& x : loaded.checks)
    checks.push(x);
  auto said = json_value::object({{"ok", loaded.ok()},
                                  {"errors", problems_json(loaded.errors)},
                                  {"warnings", problems_json(loaded.warnings)},
                                  {"variables", std::move(variables)},
                                  {"checks", std::move(checks)}});
  if (all) {
    auto settings = json_value::array();
    for (const auto& x : loaded.settings)
      settings.push(json_value::object({{"key", x.key}, {"value", x.value}, {"from", x.from}}));
    said.set("settings", std::move(settings));
  }
  out << said.dump(json_layout::pretty) << '\n';
}

} // namespace

void print_problems(const loaded_config& loaded, const output_style& style, std::ostream& err) {
  auto print = [&](const std::vector<config_problem>& all, std::string_view word, paint how) {
    for (const auto& x : all) {
      // Line by line, because the text may quote the file: no byte of it may steer a terminal.
      std::string_view rest;
      auto text = describe(x, word);
      for (rest = text; !rest.empty();) {
        auto end = rest.find('\n');
        auto line = strip_control(rest.substr(0, end));
        err << (rest.starts_with(" ") ? line : painted(line, how, style)) << '\n';
        rest.remove_prefix(std::min(rest.size(), end == rest.npos ? rest.size() : end + 1));
      }
    }
  };
  print(loaded.warnings, "warning", paint::warning);
  print(loaded.errors, "error", paint::bad);
}

int run_check(const check_options& options, std::ostream& out, std::ostream& err) {
  if (options.print_env) {
    out << example_env_file(options.config);
    return exit_done;
  }
  auto loaded = load_config(options.config);
  if (options.style.json) {
    print_json(loaded, options.all, out);
    return loaded.ok() ? exit_done : exit_usage;
  }
  out << painted(options.config.path, paint::strong, options.style) << '\n';
  if (options.all)
    print_settings(loaded.settings, options.style, out);
  for (const auto& x : loaded.variables)
    print_variable(x, options.style, out);
  out << "\nSpecial checks\n";
  for (const auto& x : loaded.checks)
    out << "✅ " << strip_control(x) << '\n';
  if (loaded.checks.empty() && loaded.ok())
    out << "✅ nothing special\n";
  out << "\nRequired: " << counted(loaded.variables, true) << "\nOptional: " << counted(loaded.variables, false)
      << "\n";
  out.flush();
  print_problems(loaded, options.style, err);
  if (!loaded.ok()) {
    out << "❌ " << loaded.errors.size() << (loaded.errors.size() == 1 ? " error" : " errors")
        << "; this node would not start\n";
    return exit_usage;
  }
  out << painted("✅ All checks passed!", paint::good, options.style) << '\n';
  return exit_done;
}

} // namespace vigie
