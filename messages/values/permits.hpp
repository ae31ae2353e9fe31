// Requests to sites and the leave to make them: what host-gates, the gate-client, the fetcher and their callers
// exchange.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "messages/values/fetch.hpp"

namespace vigie {

// -- worker to main: leave to ask

struct permit_request {
  host_key host;
  gate_policy policy;
  duration patience{60000}; ///< how long the caller waits at most
  std::string url{};        ///< what will be fetched; robots.txt is asked about it. Empty: robots.txt itself
  bool retry = false;       ///< a repetition of a request that failed: counts in the host's retry budget
  duration time_out{20000}; ///< of the request: until then its place is taken, whatever becomes of who asked
};
/// The request is over, or was not made. The owner of the gate decides by `report` how long the host is left alone.
/// `refused`: it answered 403; nobody gets a permit for it before the ban-timer has ruled, so that no third region asks
/// meanwhile.
struct permit_release {
  uint64_t id = 0;
  host_key host;
  bool refused = false;
  std::string evidence; ///< of the refusal
  optional<robots_report> robots{};
  fetch_report report{};
  duration age{0}; ///< since the request ended; what is said again is older
};
/// A permit whose request is not over.
struct held_permit {
  uint64_t id = 0;
  host_key host;
  gate_policy policy;
  duration age{0};          ///< since it came
  duration time_out{20000}; ///< of the request
};
/// Every permit of a worker whose end main may not have heard. An owner of the gates that was restarted does not know
/// them; one that was not learns what is over (actors/policy/worker_words.hpp).
struct permits_held {
  std::vector<held_permit> rows;      ///< whose requests are not over
  std::vector<uint64_t> unreported{}; ///< whose releases were not acknowledged
  uint64_t process = 0;               ///< tells one process of the worker from the next
  bool continued = false;             ///< main's answer to the word before has come
};

// -- within a worker: the requests

/// One request, under a permit of its own. Whoever asks may die over it: what the site says is reported all the same.
struct gated_fetch {
  permit_request leave; ///< its time_out is that of the request
  http_request request;
  bool conditional = false; ///< validators are sent, so that a 304 is an answer
  std::string cause{};      ///< for the evidence of a refusal: "run 7"
};
struct gated_answer {
  error denied;          ///< unless none: no permit, nothing was asked
  fetch_outcome outcome; ///< what the answer means
  http_response answer;  ///< status 0: none came
  duration waited{0};    ///< for the permit
};
/// To the fetcher: use this permit. Acknowledged when the request has begun; its answer lands in the node's flights.
struct begin_fetch {
  uint64_t permit = 0;
  http_request request;
};

} // namespace vigie
