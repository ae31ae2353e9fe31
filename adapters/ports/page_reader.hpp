// Port: threads for the reading of pages that may take long, so that nobody else waits for them.
#pragma once

#include <functional>

#include "messages/values/error.hpp"
#include "messages/values/ids.hpp"

namespace vigie {

/// Nothing that reads a page can be interrupted. So whoever waits is told when a page has had its time, and the reading
/// goes on without him. Thread-safe.
class page_reader {
public:
  virtual ~page_reader() = default;

  /// Calls `read` on a thread of this reader's, some time. `done` is called once, on such a thread or at once, with
  ///   none      `read` has come to its end;
  ///   bad_page  it has not, within the time that a page has. All that `read` touches is its own from then on: it goes
  ///             on, and nobody may look. Also for the source's other pages that wait or come until it ends;
  ///   crashed   `read` has thrown;
  ///   busy      too many wait, or too many have had their time and go on.
  /// It is not called for what waits when this is destroyed.
  virtual void read(const source_id& source, std::function<void()> read, std::function<void(error)> done) = 0;
};

} // namespace vigie
