// The ban-timer's verdicts on their way into the store.
#include "actors/ban_timer.hpp"

namespace vigie {

using self_ptr = ban_timer_shell*;

namespace {

void saved(self_ptr self, const ban_timer_state::key& k, uint64_t version, bool ok) {
  auto& st = self->state;
  st.saving = false;
  if (auto i = st.unsaved.find(k); ok && i != st.unsaved.end() && i->second.version == version)
    st.unsaved.erase(i);
  if (st.unsaved.empty())
    for (auto& f : std::exchange(st.ruled, {}))
      f();
  if (ok)
    save_verdicts(self);
  else
    self->after(st.config.ask_again, [self] { save_verdicts(self); });
}

} // namespace

void save_verdicts(self_ptr self) {
  auto& st = self->state;
  if (st.saving || st.unsaved.empty())
    return;
  st.saving = true;
  const auto& [k, write] = *st.unsaved.begin();
  const auto& v = write.what;
  auto done = [self, k = k, version = write.version](bool ok) { saved(self, k, version, ok); };
  auto failed = [self, done](caf::error& e) {
    self->state.env.log->emit({log_level::warn, "verdict_not_stored", {}, {{"problem", to_string(from_caf(e))}}});
    done(false);
  };
  if (write.drop)
    self->request(st.links.store.get(), st.config.store_timeout, drop_verdict{v.scope, v.worker, v.host})
        .then([done] { done(true); }, failed);
  else
    self->request(st.links.store.get(), st.config.store_timeout, put_verdict{v}).then([done] { done(true); }, failed);
}

void when_saved(self_ptr self, std::function<void()> f) {
  auto& st = self->state;
  if (st.unsaved.empty())
    f();
  else
    st.ruled.push_back(std::move(f));
}

} // namespace vigie
