#include <algorithm>
#include <cctype>
#include <utility>

#include "actors/policy/redaction.hpp"
#include "adapters/notify/channels.hpp"
#include "adapters/notify/http_outcome.hpp"

namespace vigie {

namespace {

constexpr uint64_t max_answer_bytes = 64 << 10; ///< nothing of it is used; the rest is not waited for

bool same_header(const std::string& a, const std::string& b) {
  auto same = [](unsigned char x, unsigned char y) { return std::tolower(x) == std::tolower(y); };
  return std::equal(a.begin(), a.end(), b.begin(), b.end(), same);
}

void set_header(std::map<std::string, std::string>& headers, const std::string& name, const std::string& value) {
  std::erase_if(headers, [&](const auto& x) { return same_header(x.first, name); });
  headers[name] = value;
}

error outcome_of(int32_t status) {
  auto said = "the webhook answered " + std::to_string(status);
  if (status >= 200 && status < 300)
    return {};
  if (status == 429)
    return {errc::rate_limited, said, {}};
  if (status == 408 || status == 409 || status == 425 || status >= 500)
    return {errc::http_status, said, {}};
  if (status >= 300 && status < 400)
    return {errc::refused, said + "; redirects are not followed: configure the address it leads to", {}};
  auto of_the_message = {400, 413, 414, 415, 422, 431};
  if (std::find(of_the_message.begin(), of_the_message.end(), status) != of_the_message.end())
    return {errc::bad_request, said, {}};
  return {errc::refused, said + "; see to the channel's url and headers", {}};
}

class webhook_channel : public notify_channel {
public:
  webhook_channel(http_client& client, webhook_config config) : client_(client), config_(std::move(config)) {
    // Webhook addresses of chats are secrets as a whole. The host may be known: without it no error helps.
    auto host = config_.url.find("://");
    auto path = host == std::string::npos ? host : config_.url.find('/', host + 3);
    if (path != std::string::npos)
      secrets_.add_secret(config_.url.substr(path));
    for (const auto& [name, value] : config_.headers)
      secrets_.add_secret(value);
  }

  bool idempotent() const override { return true; }

  void send(const outbox_row& row, callback done) override {
    http_request request;
    request.method = "POST";
    request.url = config_.url;
    request.headers = config_.headers;
    set_header(request.headers, "Content-Type", "application/json");
    set_header(request.headers, "Idempotency-Key", row.key);
    request.body = row.body;
    request.timeout = config_.time_out;
    request.max_body_bytes = max_answer_bytes;
    request.head_suffices = true;
    // The channel may be gone when the answer comes: nothing of it is used then.
    client_.fetch(std::move(request), [secrets = secrets_, done = std::move(done)](result<http_response> answer) {
      if (answer)
        return done({outcome_of(answer->status), asked_for(*answer)});
      auto why = delivery_error(answer.error());
      why.detail = secrets.mask(why.detail);
      done(std::move(why));
    });
  }

private:
  http_client& client_;
  const webhook_config config_;
  redactor secrets_;
};

} // namespace

std::unique_ptr<notify_channel> make_webhook_channel(http_client& client, webhook_config config) {
  return std::make_unique<webhook_channel>(client, std::move(config));
}

} // namespace vigie
