#include "adapters/notify/channels.hpp"
#include "adapters/notify/match_body.hpp"

namespace vigie {

namespace {

class log_channel : public notify_channel {
public:
  explicit log_channel(event_log& log) : log_(log) {}

  /// A second line says the same and is told by its key.
  bool idempotent() const override { return true; }

  void send(const outbox_row& row, callback done) override {
    auto body = read_match_body(row.body);
    if (!body)
      return done(body.error());
    log_.write_through({log_level::info, "match_found", {}, fields_of(*body)}, std::move(done));
  }

private:
  event_log& log_;
};

} // namespace

std::unique_ptr<notify_channel> make_log_channel(event_log& log) {
  return std::make_unique<log_channel>(log);
}

} // namespace vigie
