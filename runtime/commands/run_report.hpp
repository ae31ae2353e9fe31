// What `run-once`, `run --once` and `runs` say of a run besides its figures.
#pragma once

#include <ostream>
#include <string>
#include <vector>

#include "actors/policy/run_words.hpp"
#include "adapters/json/json_reader.hpp"
#include "runtime/commands/terminal.hpp"

namespace vigie {

/// The attempts of a GET of one run, as far as failed_alerts looks at them.
std::vector<run_alert> attempts_in(const json_node& run);

/// What was learned, the alerts that failed, the first few by name, and what to type next; nothing of a run that has
/// none of it.
void print_outcome(const run_summary& run, const std::vector<run_alert>& attempts, const output_style& style,
                   std::ostream& out);

/// "200 ×12, 304 ×30, no answer ×1" of one of the run's "sources".
std::string answers_in_words(const json_node& source);

/// A line a source, the first few.
void print_answers(const json_node& run, std::ostream& out);

} // namespace vigie
