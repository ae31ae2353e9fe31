#include "tests/fakes/fake_child_process.hpp"

#include <utility>

namespace vigie {

fake_child_process::~fake_child_process() {
  for (auto& done : waiting_)
    done(fail(errc::cancelled, "the port is being destroyed"));
}

result<child_outcome> fake_child_process::next_outcome() {
  if (script_.empty())
    return child_outcome{};
  auto outcome = std::move(script_.front());
  script_.pop_front();
  return outcome;
}

void fake_child_process::run(child_request request, callback done) {
  result<child_outcome> outcome;
  {
    std::lock_guard guard{mutex_};
    requests_.push_back(std::move(request));
    if (held_) {
      waiting_.push_back(std::move(done));
      return;
    }
    outcome = next_outcome();
  }
  done(std::move(outcome));
}

void fake_child_process::script(result<child_outcome> outcome) {
  std::lock_guard guard{mutex_};
  script_.push_back(std::move(outcome));
}

void fake_child_process::script_exit(int status, std::string output, std::string errors) {
  child_outcome outcome;
  outcome.exit_status = status;
  outcome.output = std::move(output);
  outcome.errors = std::move(errors);
  script(std::move(outcome));
}

void fake_child_process::hold() {
  std::lock_guard guard{mutex_};
  held_ = true;
}

void fake_child_process::release() {
  std::vector<std::pair<callback, result<child_outcome>>> answers;
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

std::vector<child_request> fake_child_process::requests() const {
  std::lock_guard guard{mutex_};
  return requests_;
}

} // namespace vigie
