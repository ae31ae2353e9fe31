// A child_process that starts nothing.
#pragma once

#include <deque>
#include <functional>
#include <mutex>
#include <vector>

#include "adapters/ports/child_process.hpp"

namespace vigie {

/// Answers at once on the caller's thread with the next scripted outcome; without one, with exit status 0 and no
/// output. While held, requests are kept until release(); those still held at the end are cancelled, as the port says.
/// Thread-safe.
class fake_child_process : public child_process {
public:
  ~fake_child_process() override;

  void run(child_request request, callback done) override;

  void script(result<child_outcome> outcome);
  void script_exit(int status, std::string output = {}, std::string errors = {});
  void hold();
  void release();

  std::vector<child_request> requests() const; ///< all, in order

private:
  result<child_outcome> next_outcome();

  mutable std::mutex mutex_;
  bool held_ = false;
  std::deque<result<child_outcome>> script_;
  std::vector<child_request> requests_;
  std::vector<callback> waiting_;
};

} // namespace vigie
