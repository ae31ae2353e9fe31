#include <utility>

#include "actors/policy/redaction.hpp"
#include "adapters/notify/channels.hpp"

namespace vigie {

namespace {

constexpr size_t shown_points = 200; ///< of what the program said on stderr
constexpr size_t max_output_bytes = 64 << 10;
constexpr int first_signal_status = 129;
constexpr int last_signal_status = 192;

/// The beginning of what it said, on one line.
std::string excerpt(const redactor& secrets, const std::string& errors) {
  auto said = secrets.mask(strip_control(secrets.mask(errors)));
  said.erase(said.find_last_not_of(' ') + 1);
  return clip(said, shown_points);
}

/// What a program's end means; `said` is the beginning of its stderr.
error outcome_of(const child_outcome& end, const std::string& program, const std::string& said) {
  auto status = std::to_string(end.exit_status);
  if (end.timed_out)
    return {errc::ambiguous, program + " passed its time-out and was ended", {}};
  if (end.exit_status == 0 && end.input_left)
    return {errc::ambiguous, program + " exited with 0 before it had read the whole match", {}};
  if (end.exit_status == 0)
    return {};
  if (end.exit_status >= first_signal_status && end.exit_status <= last_signal_status)
    return {errc::ambiguous, program + " was ended by a signal (status " + status + ")", {}};
  return {errc::child_failed, program + " exited with " + status + (said.empty() ? "" : ": " + said), {}};
}

class exec_channel : public notify_channel {
public:
  exec_channel(child_process& children, exec_channel_config config) : children_(children), config_(std::move(config)) {
    for (const auto& [name, value] : config_.env)
      if (name != "PATH")
        secrets_.add_secret(value);
  }

  bool idempotent() const override { return config_.idempotent; }

  void send(const outbox_row& row, callback done) override {
    child_request request;
    request.argv = config_.argv;
    request.env = config_.env;
    request.work_dir = config_.work_dir;
    request.input = row.body + "\n";
    request.time_out = config_.time_out;
    request.max_output_bytes = max_output_bytes;
    auto program = config_.argv.empty() ? std::string{} : config_.argv[0];
    // The channel may be gone when the child ends: nothing of it is used then.
    children_.run(std::move(request), [program, secrets = secrets_, done = std::move(done)](result<child_outcome> end) {
      if (end)
        return done(outcome_of(*end, program, excerpt(secrets, end->errors)));
      auto why = std::move(end.error());
      if (why.code == errc::cancelled)
        why.code = errc::ambiguous; // it may have been at work
      done(std::move(why));
    });
  }

private:
  child_process& children_;
  const exec_channel_config config_;
  redactor secrets_; ///< values of the environment: a program in trouble likes to print them
};

} // namespace

std::unique_ptr<notify_channel> make_exec_channel(child_process& children, exec_channel_config config) {
  return std::make_unique<exec_channel>(children, std::move(config));
}

} // namespace vigie
