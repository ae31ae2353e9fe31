#include "runtime/config.hpp"

#include <cstring>
#include <fstream>

#include <sys/stat.h>
#include <unistd.h>

#include "runtime/config_document.hpp"
#include "runtime/config_env.hpp"
#include "runtime/config_sections.hpp"

namespace vigie {

namespace {

bool read_file(config_context& context, std::string& out) {
  struct stat info = {};
  auto fail_with = [&](std::string what) {
    context.error({}, {context.path, "", std::move(what),
                       "Give the path of a node's TOML file, as in `vigie check configs/single.toml`."});
    return false;
  };
  if (::stat(context.path.c_str(), &info) != 0)
    return fail_with(std::string{"the file cannot be read: "} + std::strerror(errno));
  if (!S_ISREG(info.st_mode) || static_cast<uint64_t>(info.st_size) > max_file_bytes)
    return fail_with("this is no file, or is larger than 4 MiB");
  context.file_exposed = (info.st_mode & S_IROTH) != 0;
  std::ifstream in{context.path, std::ios::binary};
  if (!in)
    return fail_with(std::string{"the file cannot be read: "} + std::strerror(errno));
  out.assign(std::istreambuf_iterator<char>{in}, {});
  return true;
}

// "complaint\nhint" of the parser, "line:column" as its place.
void report_syntax(config_context& context, const error& problem) {
  auto end = problem.detail.find('\n');
  context.error({}, {context.path + ":" + problem.place, "", problem.detail.substr(0, end),
                     end == std::string::npos ? "" : problem.detail.substr(end + 1)});
}

/// Where the node is; unknown keys of other tables are not looked for either.
void read_address(config_context& context, const config_value& document, loaded_config& out) {
  config_reader root{context, &document, "", document.at};
  read_node(root, out.config);
  read_api(root, out.config);
}

void read_sections(config_context& context, const config_value& document, loaded_config& out) {
  config_reader root{context, &document, "", document.at};
  auto& config = out.config;
  read_node(root, config);
  read_api(root, config);
  read_link(root, config);
  read_store(root, config);
  read_workers(root, config);
  read_cycle(root, config);
  read_balancing(root, config);
  read_health(root, config);
  read_bans(root, config);
  read_fetch(root, config);
  read_sources(root, config, out.checks);
  read_channels(root, config);
  read_commands(root, config);
  read_log(root, config);
  read_limits(root, config);
  root.finish();
  check_sections(root, config, out.checks);
  check_auto_run_cycle(context, config);
}

} // namespace

std::string user_agent(const fetch_settings& x) {
  auto out = x.product_token + "/" VIGIE_VERSION;
  return x.contact.empty() ? out : out + " (+" + x.contact + ")";
}

namespace {

using section_reader = void (*)(config_context&, const config_value&, loaded_config&);

loaded_config load(const config_request& what, section_reader read, environment_keys keys) {
  loaded_config out;
  config_context context;
  context.path = what.path;
  for (const auto& [name, value] : what.environment)
    if (!value.empty()) // as if it were not set
      context.variables.emplace(name, value);
  context.now = what.now.value_or(std::chrono::time_point_cast<duration>(std::chrono::system_clock::now()));
  for (const auto& [key, text] : what.overrides)
    context.overrides[key] = {text, "command line"};
  if (!what.env_file.empty())
    read_env_file(what.env_file, context);
  apply_environment(context, keys);
  auto text = what.text.value_or("");
  if (what.text || read_file(context, text)) {
    if (auto document = parse_config_document(text))
      read(context, *document, out);
    else
      report_syntax(context, document.error());
  }
  context.finish(out);
  return out;
}

} // namespace

loaded_config load_config(const config_request& what) {
  return load(what, read_sections, environment_keys::all);
}

loaded_config load_node_address(const config_request& what) {
  return load(what, read_address, environment_keys::of_address);
}

std::map<std::string, std::string> process_environment() {
  std::map<std::string, std::string> out;
  for (auto** x = environ; x != nullptr && *x != nullptr; ++x) {
    std::string_view line{*x};
    if (auto equals = line.find('='); equals != line.npos)
      out.emplace(line.substr(0, equals), line.substr(equals + 1));
  }
  return out;
}

std::string example_env_file(const config_request& what) {
  auto loaded = load_config(what);
  std::string out = "# Environment of " + what.path + ": copy, fill in, chmod 600, and give it as --env-file.\n";
  auto append = [&](const checked_variable& x, bool commented) {
    out += "\n# " + x.note + "\n" + (commented ? "# " : "") + x.name + "=\n";
  };
  for (const auto& x : loaded.variables)
    if (x.required && x.name.find('.') == x.name.npos)
      append(x, false);
  for (const auto& x : loaded.variables)
    if (!x.required && x.name.find('.') == x.name.npos && !is_unused_variable(x.name))
      append(x, true);
  return out;
}

std::string describe(const config_problem& x, std::string_view severity) {
  auto out = x.place + ": " + std::string{severity} + ": ";
  auto dot = x.key.rfind('.');
  if (dot != x.key.npos) {
    auto table = x.key.substr(0, dot);
    auto list = table.find('[');
    out += list == table.npos ? "[" + table + "] " : "[[" + table.substr(0, list) + "]] ";
    out += x.key.substr(dot + 1) + ": ";
  } else if (!x.key.empty()) {
    out += x.key + ": ";
  }
  out += x.what + "\n";
  if (!x.remedy.empty())
    out += "    " + x.remedy + "\n";
  return out;
}

} // namespace vigie
