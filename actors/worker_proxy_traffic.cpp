#include "actors/worker_proxy_traffic.hpp"

#include <algorithm>

namespace vigie {

error refuse_outbound(worker_proxy_shell* self, proxy_traffic kind) {
  auto& st = self->state;
  const auto& name = st.config.worker.value;
  if (!st.machine.attached_now())
    return {errc::worker_lost, name + " is " + std::string{to_string(st.machine.state())} + ": " + st.why, {}};
  if (kind == proxy_traffic::control)
    return {};
  if (st.machine.state() == link_state::draining)
    return {errc::busy, name + " is draining", {}};
  if (!st.machine.takes_work())
    return {errc::worker_silent, name + " is suspect: " + st.why, {}};
  if (st.work_out >= st.config.window)
    return {errc::busy, name + " has " + std::to_string(st.work_out) + " commands outstanding", {}};
  return {};
}

error refuse_inbound(worker_proxy_shell* self, const envelope& from, uint32_t under_way, uint32_t window) {
  auto& st = self->state;
  if (from.contract != contract_version)
    return {errc::contract_mismatch, "main speaks contract " + std::to_string(contract_version), {}};
  if (!st.machine.attached_now() || from.epoch != st.machine.epoch())
    return {errc::stale_epoch, "the link of this message is gone", {}};
  if (under_way >= window)
    return {errc::busy, "main answers " + std::to_string(under_way) + " messages of this worker already", {}};
  return {};
}

uint64_t begin_request(worker_proxy_shell* self, proxy_traffic kind, std::function<void(const error&)> fail) {
  auto& st = self->state;
  st.outstanding.emplace(++st.last_request, std::move(fail));
  st.work_out += kind == proxy_traffic::work ? 1 : 0;
  return st.last_request;
}

bool end_request(worker_proxy_shell* self, uint64_t id, proxy_traffic kind) {
  auto& st = self->state;
  if (st.outstanding.erase(id) == 0)
    return false;
  st.work_out -= kind == proxy_traffic::work ? 1 : 0;
  return true;
}

void fail_requests(worker_proxy_shell* self, const error& why) {
  auto all = std::exchange(self->state.outstanding, {});
  self->state.work_out = 0;
  for (auto& [id, fail] : all)
    fail(why);
}

duration patience_of(worker_proxy_shell* self, const envelope& from) {
  const auto& config = self->state.config;
  return from.deadline > duration{0} ? std::min(from.deadline, config.max_deadline) : config.request_timeout;
}

error blame_worker(const caf::error& e, const worker_id& worker) {
  auto out = from_caf(e);
  if (out.code == errc::deadline_exceeded && e == caf::sec::request_timeout)
    return {errc::worker_silent, worker.value + " did not answer in time", {}};
  return out;
}

} // namespace vigie
