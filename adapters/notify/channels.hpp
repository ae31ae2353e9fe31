// The ways out: log, exec, webhook, Telegram. Each is a notify_channel; a send's body is the JSON of the outbox row.
//
// The ports they are given must outlive them. A send under way when a port is destroyed ends as the port says
// (cancelled), which is ambiguous where it may have arrived.
#pragma once

#include <map>
#include <memory>
#include <string>
#include <vector>

#include "adapters/ports/child_process.hpp"
#include "adapters/ports/event_log.hpp"
#include "adapters/ports/http_client.hpp"
#include "adapters/ports/notify_channel.hpp"
#include "messages/values/error.hpp"

namespace vigie {

/// Writes event `match_found` with the fields of the body, whatever the log's level. Delivered when the log has taken
/// the whole line; what it does not take is tried again. bad_request: the body is not JSON.
std::unique_ptr<notify_channel> make_log_channel(event_log& log);

struct exec_channel_config {
  std::vector<std::string> argv;          ///< from the configuration only; nothing of a match is ever added to it
  std::map<std::string, std::string> env; ///< the child's whole environment
  std::string work_dir;                   ///< empty = "/"
  duration time_out{30000};
  bool idempotent = false; ///< the program promises to drop a second match with the same "key"
};

/// Runs a program with the body and a line end on its stdin.
/// Exit 0 = delivered, unless the program did not take all of the body: then nobody knows what it told, which is
/// ambiguous, as are a time-out, an end by a signal (status 129 to 192) and our own shutdown. Any other exit is the
/// program's word that nothing was delivered: child_failed, tried again. What could not be started is tried again.
std::unique_ptr<notify_channel> make_exec_channel(child_process& children, exec_channel_config config);

struct webhook_config {
  std::string url;
  std::map<std::string, std::string> headers; ///< may hold credentials: never logged
  duration time_out{15000};
};

/// POSTs the body as application/json with `Idempotency-Key: <row.key>`, so a doubtful send is simply repeated.
/// 2xx = delivered, whatever becomes of the answer's body. 429: the receiver wants less. 408, 409, 425 and 5xx, network
/// errors and time-outs are passing troubles. 400, 413, 414, 415, 422 and 431 refuse this message; any other status
/// refuses the channel, as long as nobody repairs it. Retry-After is passed on, with whatever status it comes.
/// Redirects are not followed.
std::unique_ptr<notify_channel> make_webhook_channel(http_client& client, webhook_config config);

struct telegram_config {
  std::string base_url = "https://api.telegram.org";
  std::string token;   ///< of the bot: never in a log or an error
  std::string chat_id; ///< "-100123…" or "@channel"
  duration time_out{15000};
};

/// sendMessage as plain text made of the body's fields. Telegram knows no idempotency key: what may have arrived (a
/// time-out, a connection that broke after it was made, an answer that is none of Telegram's, 5xx) is ambiguous. 429
/// wants less, for as long as its `parameters.retry_after` (or a Retry-After) says; a connection that was never made is
/// tried again; other 4xx refuse the channel: bot or chat are not as they should be.
std::unique_ptr<notify_channel> make_telegram_channel(http_client& client, telegram_config config);

} // namespace vigie
