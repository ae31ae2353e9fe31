// What main has to hear of a gate-client's permits: how each ended, and which are held.
#include "actors/gate_client.hpp"

namespace vigie {

namespace {

void say(gate_client_ptr self, const std::vector<permit_release>& releases) {
  auto& s = self->state;
  auto& reports = s.air->reports();
  for (const auto& x : releases)
    self->request(s.gateway.get(), caf::infinite, x)
        .then([self, id = x.id] { self->state.air->reports().heard(id); },
              [self, id = x.id](const caf::error&) { self->state.air->reports().not_heard(id, self->clock().now()); });
  if (auto dropped = reports.take_dropped(); dropped > 0) {
    s.env.metrics->count("vigie_releases_dropped_total", {}, static_cast<double>(dropped));
    s.env.log->emit({log_level::error,
                     "releases_dropped",
                     {},
                     {{"count", std::to_string(dropped)},
                      {"why", "main did not acknowledge them in time, or too many waited: its ledger misses them"}}});
  }
}

/// Words whose way is remembered: enough that one of them met nothing that held it up.
constexpr size_t ways_kept = 4;

void heard(gate_client_ptr self, const std::vector<held_permit>& rows, mono_time said) {
  auto& s = self->state;
  s.ways.push_back(std::chrono::ceil<duration>(self->clock().now() - said));
  if (s.ways.size() > ways_kept)
    s.ways.pop_front();
  s.air->may_leave_later(rows, said + s.config.permit_keeps);
}

void word_over(gate_client_ptr self, bool answered) {
  auto& s = self->state;
  s.word_out = false;
  s.word_answered = answered;
  if (answered && s.word_again)
    say_held(self);
}

} // namespace

/// Words never overlap: one that says that the last was answered is understood by that (policy/worker_words.hpp).
void say_held(gate_client_ptr self) {
  auto& s = self->state;
  s.word_again = s.word_out;
  if (s.word_out)
    return;
  auto now = self->clock().now();
  permits_held word{s.air->held(now), s.air->reports().permits(), s.air->process(), s.word_answered};
  s.word_out = true;
  self->request(s.gateway.get(), caf::infinite, word)
      .then(
          [self, rows = std::move(word.rows), now] {
            heard(self, rows, now);
            word_over(self, true);
          },
          [self](const caf::error&) { word_over(self, false); });
}

void say_reports(gate_client_ptr self) {
  say(self, self->state.air->reports().take_due(self->clock().now(), true));
}

void report_release(gate_client_ptr self, permit_release what) {
  auto& reports = self->state.air->reports();
  auto now = self->clock().now();
  reports.keep(std::move(what), now);
  say(self, reports.take_due(now));
}

void tell_gates_later(gate_client_ptr self) {
  self->after(self->state.config.tell_every, [self] {
    // First what an owner may have missed; whoever has said what it holds has said everything.
    say_reports(self);
    say_held(self);
    show_held(self);
    tell_gates_later(self);
  });
}

} // namespace vigie
