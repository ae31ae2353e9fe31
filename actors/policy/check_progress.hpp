// How far a check-alerts command is that several workers may share: what each of them has checked stays, and only what
// another one may do better is asked again. Pure.
#pragma once

#include <map>
#include <set>
#include <vector>

#include "messages/values/command.hpp"
#include "messages/values/optional.hpp"

namespace vigie {

class check_progress {
public:
  /// `hosts`: of the sources that are known here. All alerts are open.
  check_progress(std::vector<alert> alerts, const std::map<source_id, host_key>& hosts);

  /// What has to be checked (again), in the order of the command. Their ids are their places in it, from 1: an alert of
  /// a command need not have one of its own.
  std::vector<alert> open() const;
  /// The hosts that it will ask.
  std::vector<host_key> hosts() const;
  bool done() const;

  /// What a worker made of `open()`. Its alerts that failed stay open where another worker may do better, or where
  /// their host refused it: of those the ban-timer has the last word (give_up).
  void answered(const command_result& x);
  /// Of the last answer: hosts that refused the worker, and hosts that answered it otherwise.
  const std::set<host_key>& refused() const { return refused_; }
  const std::set<host_key>& answering() const { return answering_; }
  /// Something is open for another reason than a refusal.
  bool has_faults() const;

  /// The open alerts of this host have had their last try. With `why`: and that is what they failed of.
  void give_up(const host_key& host, const optional<error>& why = {});
  /// Nothing is tried any more; what was never answered failed of `why`.
  void give_up_rest(const error& why);

  /// All answers as one, under the alerts' own ids. Success, if an alert was checked; else the first failure.
  command_result result() const;

private:
  host_key host_of(size_t place) const;
  optional<size_t> place_of(const alert_id& id) const;

  std::vector<alert> alerts_;
  std::vector<bool> settled_; ///< by place
  std::map<source_id, host_key> hosts_;
  std::map<size_t, alert_failure> failures_; ///< by place: the newest
  std::set<host_key> refused_;
  std::set<host_key> answering_;
  command_result sum_;
};

} // namespace vigie
