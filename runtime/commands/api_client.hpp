// How a client command asks a running node.
#pragma once

#include <functional>
#include <optional>
#include <ostream>
#include <string>
#include <string_view>

#include "adapters/json/json_reader.hpp"
#include "messages/values/fetch.hpp"
#include "runtime/commands/commands.hpp"
#include "runtime/commands/text_table.hpp"

namespace vigie {

/// Sends one request and waits for its answer: http_call in the program, something scripted in tests.
using api_transport = std::function<result<http_response>(http_request)>;

/// An answer that is a success; or the exit code of the command, when everything has been said on `err`.
struct api_answer {
  int exit_code = exit_done;
  std::string text; ///< the JSON as it came
  std::optional<json_document> body;
  int32_t status = 0;
  std::string etag{}; ///< of an alert as it was shown

  bool ok() const { return exit_code == exit_done; }
  /// The value under "data" where there is one, else the whole.
  json_node data() const;
};

/// The node's file where none is named: VIGIE_CONFIG, ./vigie.toml, configs/quickstart/main.toml; empty if there is
/// none.
std::string default_config(const std::map<std::string, std::string>& environment);

/// Names that file where the request names none; false, with what to do, if there is none.
bool find_config(config_request& request, std::ostream& err, std::string_view or_else = {});

/// Finds the node and its key, asks, sees that it is vigie that answers, and explains what went wrong in words with a
/// remedy. Not thread-safe.
class api_client {
public:
  /// Problems with the address are kept until the first call.
  api_client(const node_address& node, const output_style& style, std::ostream& err, api_transport transport = {});

  /// What the node takes as one request's body, as far as is known here.
  uint64_t max_body_bytes() const { return max_body_bytes_; }

  api_answer get(const std::string& path);
  /// The same where an answer of this status is an answer, too.
  api_answer look(const std::string& path, int32_t also_good);
  /// An answer of the status `also_good` is an answer, too.
  api_answer send(const std::string& method, const std::string& path, std::string body = {},
                  const std::map<std::string, std::string>& headers = {}, int32_t also_good = 0);

private:
  bool find_node(const node_address& node);
  bool read_key(const std::string& path);
  result<http_response> ask(const std::string& method, const std::string& path, std::string body,
                            const std::map<std::string, std::string>& headers);
  api_answer read(const std::string& path, result<http_response> response, int32_t also_good);
  api_answer explain(const http_response& response) const;
  api_answer say_foreign(std::string_view why) const;

  output_style style_;
  std::ostream& err_;
  api_transport transport_;
  duration timeout_;
  std::string url_;
  std::string key_;
  uint64_t max_body_bytes_ = api_settings{}.max_body_bytes;
  bool usable_ = false;
};

/// Members of JSON answers, for tables: an absent or null one is empty or 0.
std::string text_of(const json_node& node, std::string_view key);
int64_t int_of(const json_node& node, std::string_view key);
double number_of(const json_node& node, std::string_view key);
bool bool_of(const json_node& node, std::string_view key);
/// Money as people read it, "12.50"; empty where there is none.
std::string money_of(const json_node& node, std::string_view key);
/// The elements of an array member, joined by `separator`.
std::string list_of(const json_node& node, std::string_view key, std::string_view separator = ", ");
/// The array itself, or the member of that name that is one.
json_range rows_of(const json_node& node, std::string_view key);

} // namespace vigie
