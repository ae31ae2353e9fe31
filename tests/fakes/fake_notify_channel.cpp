#include "tests/fakes/fake_notify_channel.hpp"

namespace vigie {

send_outcome fake_notify_channel::next_outcome() {
  send_outcome outcome;
  if (!script_.empty()) {
    outcome = std::move(script_.front());
    script_.pop_front();
  }
  if (outcome.problem.code == errc::none)
    ++delivered_;
  return outcome;
}

void fake_notify_channel::send(const outbox_row& row, callback done) {
  send_outcome outcome;
  {
    std::lock_guard guard{mutex_};
    rows_.push_back(row);
    if (held_) {
      waiting_.push_back(std::move(done));
      return;
    }
    outcome = next_outcome();
  }
  done(std::move(outcome));
}

void fake_notify_channel::script(send_outcome outcome) {
  std::lock_guard guard{mutex_};
  script_.push_back(std::move(outcome));
}

void fake_notify_channel::hold() {
  std::lock_guard guard{mutex_};
  held_ = true;
}

void fake_notify_channel::release() {
  std::vector<std::pair<callback, send_outcome>> answers;
  {
    std::lock_guard guard{mutex_};
    held_ = false;
    for (auto& done : waiting_)
      answers.emplace_back(std::move(done), next_outcome());
    waiting_.clear();
  }
  for (auto& [done, outcome] : answers)
    done(std::move(outcome));
}

std::vector<outbox_row> fake_notify_channel::rows() const {
  std::lock_guard guard{mutex_};
  return rows_;
}

size_t fake_notify_channel::delivered() const {
  std::lock_guard guard{mutex_};
  return delivered_;
}

} // namespace vigie
