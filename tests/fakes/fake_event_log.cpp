#include "tests/fakes/fake_event_log.hpp"

namespace vigie {

std::string fake_event_log::record::field(const std::string& name) const {
  auto i = fields.find(name);
  return i == fields.end() ? std::string{} : i->second;
}

void fake_event_log::emit(const event& what) {
  if (enabled(what.level))
    keep(what);
}

void fake_event_log::write_through(const event& what, written done) {
  error refusal;
  {
    std::lock_guard guard{mutex_};
    refusal = refusal_;
  }
  if (refusal.code == errc::none)
    keep(what);
  done(std::move(refusal));
}

void fake_event_log::refuse_lines(error why) {
  std::lock_guard guard{mutex_};
  refusal_ = std::move(why);
}

void fake_event_log::keep(const event& what) {
  record kept{what.level, std::string{what.name}, what.trace, {}};
  for (const auto& [name, value] : what.fields)
    kept.fields[name] = value;
  std::lock_guard guard{mutex_};
  events_.push_back(std::move(kept));
}

std::vector<fake_event_log::record> fake_event_log::events() const {
  std::lock_guard guard{mutex_};
  return events_;
}

std::vector<fake_event_log::record> fake_event_log::events(const std::string& name) const {
  std::vector<record> found;
  for (auto& x : events())
    if (x.name == name)
      found.push_back(std::move(x));
  return found;
}

size_t fake_event_log::count(const std::string& name) const {
  return events(name).size();
}

void fake_event_log::clear() {
  std::lock_guard guard{mutex_};
  events_.clear();
}

} // namespace vigie
