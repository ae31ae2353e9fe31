// The requests that this node has leave for, from the permit to the report. A site does not know that the actor which
// asks it has died: so what is under way, its answer and what main has not heard of it outlive the fetcher, the
// gate-client and every caller. The node's wiring owns one; each incarnation of fetcher and gate-client is given it.
//
//   open ──▶ begin ──▶ leave ──▶ land ──▶ take_landed ──▶ reports()
//     │        └─ too late: nothing was asked ─▲
//     └─ withdraw: nothing was asked
#pragma once

#include <cstdint>
#include <functional>
#include <map>
#include <mutex>
#include <string>
#include <utility>
#include <vector>

#include "actors/policy/report_book.hpp"
#include "actors/policy/site_stops.hpp"
#include "messages/values/permits.hpp"

namespace vigie {

/// One permit and its request.
struct flight {
  host_key host;
  gate_policy policy;
  duration time_out{0};                  ///< of the request
  mono_time begin_by = mono_time::max(); ///< its permit is not used later than this
  mono_time leave_by = mono_time::max(); ///< its request is not sent later than this: main does not expect it any more
  mono_time given = mono_time::max();    ///< its permit, or a little earlier
  uint64_t stops_told = 0;               ///< flights::stops_told() when it was asked for
  mono_time begun{};                     ///< a connection is asked for
  mono_time left{};                      ///< the request is sent: from here on the site knows of it
  bool kept_back = false;                ///< it was not to be sent any more
  bool conditional = false;
  std::string cause{};      ///< for the evidence of a refusal: "run 7"
  std::string robots_url{}; ///< not empty: it asks for this robots.txt
  bool own_host = true;     ///< false: a redirect of robots.txt led to another host than the page's
};

/// How long ago its request left: never less than 1 ms, 0 = it has not left.
duration left_ago(const flight& x, mono_time now);

/// A request that is over.
struct landed_flight {
  uint64_t permit = 0;
  flight what;
  result<http_response> answer;
  bool stop = false; ///< the site refuses, or wants to be left alone
};

/// Thread-safe but for reports(), which is the gate-client's.
class flights {
public:
  using now = std::function<mono_time()>; ///< from any thread, also when all actors have ended

  /// `process` tells this process from an earlier one of the same worker; `clock` is the actors'.
  explicit flights(uint64_t process = 1, report_book_config config = {}, now clock = &mono_time::clock::now)
      : process_(process), clock_(std::move(clock)), reports_(config) {}

  uint64_t process() const { return process_; }

  /// False: a permit of that number is in use. No two mains give the same, unless a clock was set back.
  bool open(uint64_t permit, flight what);
  /// The request may ask for a connection, unless: busy, since `most` are under way; cancelled, since its permit is too
  /// old, not known (withdrawn), or the site has said since it was given that it wants none (policy/site_stops.hpp).
  error begin(uint64_t permit, size_t most, mono_time now);
  /// It has a connection. False: it is too late to send it, or the site has said no since. From any thread; wakes the
  /// listener if others wait for this (its gate has several places).
  bool leave(uint64_t permit);
  /// One has left for whom others wait, since the last call.
  bool take_departure();
  /// Main knows that these have not left.
  void may_leave_later(const std::vector<held_permit>& rows, mono_time until);
  /// Its end. From any thread; wakes the listener.
  void land(uint64_t permit, result<http_response> answer);
  /// From now on `wake` is called, from any thread, when something has landed or left; it must not call back. Whatever
  /// landed before is for this listener, too: take it.
  void listen(std::function<void()> wake);
  /// The caller tells main before it asks for anything more.
  std::vector<landed_flight> take_landed();
  /// Words of sites that were taken, and that permits asked for from now on will not be given against.
  uint64_t stops_told() const;
  /// Forgets it unless it has begun; nothing if it has, or is not known.
  optional<flight> withdraw(uint64_t permit);
  /// The same of all; those that have begun stay.
  std::vector<std::pair<uint64_t, flight>> withdraw_all();

  /// Every permit whose request is not over, and how long ago that left.
  std::vector<held_permit> held(mono_time now) const;
  size_t size() const;      ///< permits
  size_t under_way() const; ///< of them, begun

  report_book& reports() { return reports_; }

private:
  mutable std::mutex mutex_;
  const uint64_t process_;
  const now clock_;
  std::map<uint64_t, flight> open_;
  size_t begun_ = 0;
  bool departed_ = false;
  std::vector<landed_flight> landed_;
  site_stops stops_;
  std::function<void()> wake_;
  report_book reports_;
};

} // namespace vigie
