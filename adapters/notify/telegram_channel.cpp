#include <algorithm>
#include <utility>

#include "actors/policy/redaction.hpp"
#include "adapters/json/json_reader.hpp"
#include "adapters/json/json_writer.hpp"
#include "adapters/notify/channels.hpp"
#include "adapters/notify/http_outcome.hpp"
#include "adapters/notify/match_body.hpp"

namespace vigie {

namespace {

constexpr size_t max_text_points = 2000; ///< Telegram takes 4096 UTF-16 units, two of which a character may need
constexpr size_t shown_points = 200;     ///< of what Telegram said
constexpr uint64_t max_answer_bytes = 1 << 20;
constexpr int64_t longest_wait_seconds = 365 * 86400; ///< more is not meant, and would not fit

struct telegram_answer {
  bool ok = false;
  std::string description;
  optional<duration> retry_after;
};

telegram_answer read_answer(const std::string& body) {
  telegram_answer out;
  auto document = parse_json(body);
  if (!document)
    return out;
  if (auto ok = document->root().find("ok"))
    out.ok = ok->as_bool().value_or(false);
  if (auto said = document->root().find("description"))
    out.description = clip(strip_control(said->as_string().value_or("")), shown_points);
  if (auto more = document->root().find("parameters"))
    if (auto asked = more->find("retry_after"))
      if (auto seconds = asked->as_int(); seconds && *seconds >= 0)
        out.retry_after = duration{1000 * std::min(*seconds, longest_wait_seconds)};
  return out;
}

error outcome_of(const http_response& response, const telegram_answer& answer) {
  auto said = "Telegram answered " + std::to_string(response.status);
  if (!answer.description.empty())
    said += ": " + answer.description;
  if (response.status == 200 && answer.ok)
    return {};
  if (response.status == 429)
    return {errc::rate_limited, said, {}};
  if (response.status >= 400 && response.status < 500)
    return {errc::refused, said, {}};
  if (response.status >= 300 && response.status < 400)
    return {errc::http_status, said, {}}; // somebody in between; it did not get there
  return {errc::ambiguous, said, {}};
}

optional<duration> longer(optional<duration> a, optional<duration> b) {
  return b && (!a || *b > *a) ? b : a;
}

class telegram_channel : public notify_channel {
public:
  telegram_channel(http_client& client, telegram_config config) : client_(client), config_(std::move(config)) {
    secrets_.add_secret(config_.token);
    while (config_.base_url.ends_with('/'))
      config_.base_url.pop_back();
  }

  bool idempotent() const override { return false; }

  void send(const outbox_row& row, callback done) override {
    auto body = read_match_body(row.body);
    if (!body)
      return done(body.error());
    http_request request;
    request.method = "POST";
    request.url = config_.base_url + "/bot" + config_.token + "/sendMessage";
    request.headers = {{"Content-Type", "application/json"}};
    request.body =
        json_value::object({{"chat_id", config_.chat_id}, {"text", text_for_people(*body, max_text_points)}}).dump();
    request.timeout = config_.time_out;
    request.max_body_bytes = max_answer_bytes;
    request.head_suffices = true; // what is cut is no answer of Telegram's, but its status is known
    // The channel may be gone when the answer comes: nothing of it is used then.
    client_.fetch(std::move(request), [secrets = secrets_, done = std::move(done)](result<http_response> answer) {
      send_outcome outcome;
      if (answer) {
        auto said = read_answer(answer->body);
        outcome = {outcome_of(*answer, said), longer(said.retry_after, asked_for(*answer))};
      } else {
        outcome.problem = delivery_error(answer.error());
      }
      outcome.problem.detail = secrets.mask(outcome.problem.detail);
      done(std::move(outcome));
    });
  }

private:
  http_client& client_;
  telegram_config config_;
  redactor secrets_;
};

} // namespace

std::unique_ptr<notify_channel> make_telegram_channel(http_client& client, telegram_config config) {
  return std::make_unique<telegram_channel>(client, std::move(config));
}

} // namespace vigie
