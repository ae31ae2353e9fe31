// The life of a worker-proxy's link: dial, attach, beat, break, dial again.
#pragma once

#include "actors/worker_proxy.hpp"

namespace vigie {

void start_link(worker_proxy_shell* self);
/// CAF says that something the proxy monitors is gone.
void end_link(worker_proxy_shell* self, const caf::down_msg& what);
void drain_link(worker_proxy_shell* self, bool on);

} // namespace vigie
