// [channels.NAME] and [commands.NAME]
#include <algorithm>
#include <array>
#include <filesystem>

#include "actors/policy/url_template.hpp"
#include "runtime/config_sections.hpp"

namespace vigie {

namespace {

using kind = channel_settings::kind;

void read_argv(config_reader& where, std::vector<std::string>& argv, std::string_view example) {
  if (!where.require("argv", "Write the program and its arguments, as argv = " + std::string{example} + "."))
    return;
  if (!where.read("argv", argv))
    return;
  // A name without a slash is looked for in PATH. Children start in "/", so a path must not depend on where they do.
  if (!argv.empty() && argv[0].find('/') != std::string::npos)
    argv[0] = std::filesystem::absolute(where.beside_file(argv[0])).string();
  if (argv.empty() || argv[0].empty())
    where.problem("argv", "there is no program to run", "Write argv = " + std::string{example} + ".");
  else if (argv[0].find_first_of("{}") != std::string::npos)
    where.problem_at("argv", 0, "the program itself cannot be a {placeholder}", "Write its path.");
  for (size_t i = 0; i < argv.size(); ++i)
    if (argv[i].find('\0') != std::string::npos)
      where.problem_at("argv", i, "a NUL byte cannot be passed on", "Remove it.");
}

void read_pass_env(config_reader& where, std::vector<std::string>& out) {
  where.read("pass_env", out);
  for (size_t i = 0; i < out.size(); ++i)
    if (out[i].empty() || out[i].find_first_of("= ${}") != std::string::npos)
      where.problem_at("pass_env", i, "\"" + out[i] + "\" is no name of a variable",
                       "Write names only, as pass_env = [\"PATH\", \"HOME\"]; their values come from the environment.");
}

// The URL is not repeated in the message: a webhook's is a secret.
void check_url(config_reader& channel, const std::string& name, const std::string& url) {
  if (!parse_url(url))
    channel.problem(name, "this is no URL that can be asked",
                    "Write " + name + " = \"https://host/path\", without a user name, blanks and backslashes.");
}

void read_webhook(config_reader& channel, channel_settings& x) {
  channel.require("url", "Write the address that matches are posted to, as url = \"https://example.org/hook\".", true);
  channel.read_secret("url", x.url);
  if (!x.url.empty())
    check_url(channel, "url", x.url);
  channel.read("headers", x.headers, true);
  for (const auto& [name, value] : x.headers)
    channel.keep_secret(value);
  for (const auto& [name, value] : x.headers)
    if (name.find_first_of(" \t:\r\n") != name.npos || value.find_first_of("\r\n") != value.npos)
      channel.problem("headers", "\"" + name + "\" is no header name, or its value has more than one line",
                      "Use letters, digits and '-' in names, and one line as the value.");
}

void read_telegram(config_reader& channel, channel_settings& x) {
  channel.require("token", "Write the bot's token as token = \"${TELEGRAM_BOT_TOKEN}\" or \"file:/path\".", true);
  channel.require("chat_id", "Write the chat that gets the messages, as chat_id = \"-100123456\".");
  channel.read_secret("token", x.token);
  channel.read("chat_id", x.chat_id);
  channel.read("base_url", x.base_url);
  check_url(channel, "base_url", x.base_url);
}

void read_channel(config_reader& channel, channel_settings& x) {
  static const std::array<std::string, 4> kinds{"log", "exec", "webhook", "telegram"};
  size_t index = 0;
  if (!channel.require("type", "Write type = \"log\", \"exec\", \"webhook\" or \"telegram\".") ||
      !channel.read_word("type", kinds, index))
    return;
  x.type = static_cast<kind>(index);
  if (x.type == kind::exec) {
    read_argv(channel, x.argv, "[\"/usr/local/bin/notify\"]");
    channel.read("idempotent", x.idempotent);
    read_pass_env(channel, x.pass_env);
  } else if (x.type == kind::webhook) {
    read_webhook(channel, x);
  } else if (x.type == kind::telegram) {
    read_telegram(channel, x);
  }
  if (x.type != kind::log)
    channel.read("time_out", x.time_out, duration{10});
  channel.finish();
}

// What actors/policy/argv_template.hpp takes for text although somebody meant a placeholder.
bool is_misspelt(std::string_view text) {
  for (auto at = text.find('{'); at != text.npos; at = text.find('{', at + 1)) {
    auto end = text.find_first_not_of("abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789_-", at + 1);
    auto name = text.substr(at + 1, end == text.npos ? end : end - at - 1);
    auto closed = end != text.npos && text[end] == '}';
    auto plain = name.find_first_not_of("abcdefghijklmnopqrstuvwxyz0123456789_") == name.npos;
    if (!name.empty() && (!closed || !plain))
      return true;
  }
  return false;
}

void check_placeholders(config_reader& command, const std::vector<std::string>& argv) {
  for (size_t i = 1; i < argv.size(); ++i)
    if (is_misspelt(argv[i]))
      command.problem_at("argv", i, "\"" + argv[i] + "\" holds a {placeholder} that is not closed or misspelt",
                         "Write {name} with lower-case letters, digits and '_'.");
}

} // namespace

void read_channels(config_reader& root, node_config& out) {
  for (auto& [name, channel] : root.named_tables("channels")) {
    channel_settings x;
    x.id = channel_id{name};
    check_plain_name(channel, "", name);
    read_channel(channel, x);
    out.channels.push_back(std::move(x));
  }
}

void read_commands(config_reader& root, node_config& out) {
  for (auto& [name, command] : root.named_tables("commands")) {
    command_settings x;
    x.name = name;
    check_plain_name(command, "", name);
    read_argv(command, x.argv, "[\"/usr/bin/uptime\"]");
    check_placeholders(command, x.argv);
    read_pass_env(command, x.pass_env);
    command.read("time_out", x.time_out, duration{10});
    command.read_size("max_output", x.max_output_bytes, 1);
    command.finish();
    out.commands.push_back(std::move(x));
  }
}

} // namespace vigie
