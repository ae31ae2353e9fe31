// `vigie keys`: the API keys of a node, in its data folder. No node need run.
#include <algorithm>
#include <chrono>
#include <fstream>

#include "actors/policy/plain_text.hpp"
#include "adapters/crypto/secrets.hpp"
#include "adapters/json/json_writer.hpp"
#include "runtime/commands/api_client.hpp"
#include "runtime/key_file.hpp"

namespace vigie {

namespace {

int refuse(const error& why, std::ostream& err) {
  err << strip_control(why.detail + (why.place.empty() ? "" : " (" + why.place + ")")) << '\n';
  return why.code == errc::bad_request ? exit_usage : exit_failed;
}

/// "run,read,run" -> "read,run"; bad_request for another word.
result<std::string> scopes_of(const std::vector<std::string>& words) {
  static const std::vector<std::string> known{"read", "run", "admin"};
  for (const auto& x : words)
    if (std::find(known.begin(), known.end(), x) == known.end())
      return fail(errc::bad_request, "\"" + x + "\" is no scope; they are read, run and admin");
  std::string out;
  for (const auto& x : known)
    if (std::find(words.begin(), words.end(), x) != words.end())
      out += (out.empty() ? "" : ",") + x;
  if (out.empty())
    return fail(errc::bad_request, "a key needs a scope: read, run or admin");
  return out;
}

int add_key(const keys_options& options, key_file& file, std::ostream& out, std::ostream& err) {
  auto scopes = scopes_of(options.scopes);
  if (!scopes)
    return refuse(scopes.error(), err);
  auto now = std::chrono::time_point_cast<std::chrono::milliseconds>(std::chrono::system_clock::now());
  auto key = file.add(options.name, *scopes, now);
  if (!key)
    return refuse(key.error(), err);
  if (options.style.json)
    out << json_value::object({{"name", options.name}, {"id", *api_key_id(*key)}, {"scopes", *scopes}, {"key", *key}})
               .dump()
        << '\n';
  else
    out << *key << '\n';
  out.flush();
  err << "This is the only time that the key is shown; its scopes are " << *scopes
      << ". A running node takes it within a second or two.\n";
  return exit_done;
}

int list_keys(const keys_options& options, const key_file& file, const std::string& data_dir, std::ostream& out,
              std::ostream& err) {
  auto rows = file.read();
  if (!rows)
    return refuse(rows.error(), err);
  std::ifstream own{data_dir + "/admin.key"};
  std::string key;
  if (std::getline(own, key))
    if (auto id = api_key_id(key))
      rows->insert(rows->begin(), api_key_row{*id, {}, "read,run,admin", "admin.key", {}});
  auto list = json_value::array();
  using enum text_table::holds;
  text_table table{{{"NAME", word}, {"ID", word, 1}, {"SCOPES", word, 0}, {"MADE (UTC)", word, 2}}};
  for (const auto& x : *rows) {
    auto made = to_unix_ms(x.created) == 0 ? std::string{} : to_rfc3339(x.created);
    table.add({x.name, x.id, x.scopes, short_time(made)});
    list.push(json_value::object({{"name", x.name},
                                  {"id", x.id},
                                  {"scopes", x.scopes},
                                  {"createdAt", made.empty() ? json_value{} : json_value{made}}}));
  }
  if (options.style.json)
    out << json_value::object({{"keys", std::move(list)}}).dump() << '\n';
  else
    table.print(out, options.style);
  return exit_done;
}

int remove_key(const keys_options& options, key_file& file, std::ostream& out, std::ostream& err) {
  auto gone = file.remove(options.name);
  if (!gone)
    return refuse(gone.error(), err);
  if (options.style.json)
    out << json_value::object({{"name", gone->name}, {"id", gone->id}, {"removed", true}}).dump() << '\n';
  else
    out << "key " << gone->name << " (" << gone->id << ") removed; a running node refuses it within a second or two\n";
  return exit_done;
}

} // namespace

int run_keys(const keys_options& options, std::ostream& out, std::ostream& err) {
  auto request = options.config;
  if (!find_config(request, err))
    return exit_usage;
  auto loaded = load_node_address(request);
  if (!loaded.ok()) {
    loaded.warnings.clear();
    print_problems(loaded, options.style, err);
    return exit_usage;
  }
  key_file file{loaded.config.data_dir};
  switch (options.action) {
  case keys_action::add:
    return add_key(options, file, out, err);
  case keys_action::list:
    return list_keys(options, file, loaded.config.data_dir, out, err);
  case keys_action::remove:
    return remove_key(options, file, out, err);
  }
  return exit_usage;
}

} // namespace vigie
