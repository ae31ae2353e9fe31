#include "runtime/link/link_hub.hpp"

#include <sys/socket.h>

#include <algorithm>
#include <utility>
#include <vector>

namespace vigie {

namespace {

// Far above any descriptor: CAF's own scribes are named after theirs.
std::atomic<uint64_t> next_id{uint64_t{1} << 40};

} // namespace

void link_connection::cut(const std::string& why) {
  std::lock_guard guard{mutex_};
  if (dead_.exchange(true))
    return;
  why_ = why;
  if (fd_ >= 0)
    ::shutdown(fd_, SHUT_RDWR);
}

void link_connection::linger() {
  if (auto hub = hub_.lock())
    hub->linger(id);
  else
    cut("the node is ending");
}

void link_connection::closed() {
  std::string why;
  {
    std::lock_guard guard{mutex_};
    fd_ = -1;
    dead_ = true;
    why = why_.empty() ? "closed by the peer" : why_;
    seat_ = nullptr;
  }
  if (auto hub = hub_.lock())
    hub->remove(*this, why);
}

std::shared_ptr<link_hub> link_hub::make(const link_transport_config& config) {
  return std::shared_ptr<link_hub>{new link_hub{config}};
}

link_hub::~link_hub() {
  stop();
  reaper_.join();
}

std::shared_ptr<link_connection> link_hub::add(link_stream& stream) {
  std::lock_guard guard{mutex_};
  if (stopped_)
    return nullptr;
  auto id = next_id++;
  auto out =
      std::make_shared<link_connection>(weak_from_this(), id, stream.fd.get(), stream.peer, std::move(stream.seat));
  live_.emplace(id, out);
  return out;
}

void link_hub::stop() {
  std::map<uint64_t, std::shared_ptr<link_connection>> all;
  {
    std::lock_guard guard{mutex_};
    stopped_ = true;
    all.swap(live_);
    lingering_.clear();
  }
  changed_.notify_all();
  for (auto& [id, x] : all)
    x->cut("the node is ending");
}

void link_hub::report(log_level level, std::string_view name, const std::string& peer, const std::string& why) {
  std::lock_guard guard{mutex_};
  if (!stopped_ && config_.log != nullptr && config_.log->enabled(level))
    config_.log->emit({level, name, {}, {{"peer", peer}, {"why", why}}});
}

void link_hub::remove(const link_connection& x, const std::string& why) {
  {
    std::lock_guard guard{mutex_};
    live_.erase(x.id);
    lingering_.erase(x.id);
  }
  report(log_level::info, "link_closed", x.peer.name, why);
}

void link_hub::linger(uint64_t id) {
  {
    std::lock_guard guard{mutex_};
    lingering_.try_emplace(id, std::chrono::steady_clock::now() + config_.linger);
  }
  changed_.notify_all();
}

void link_hub::reap() {
  std::unique_lock lock{mutex_};
  while (!stopped_) {
    auto now = std::chrono::steady_clock::now();
    auto next = time_point::max();
    std::vector<std::shared_ptr<link_connection>> due;
    for (auto i = lingering_.begin(); i != lingering_.end();) {
      if (i->second > now) {
        next = std::min(next, i->second);
        ++i;
        continue;
      }
      if (auto x = live_.find(i->first); x != live_.end())
        due.push_back(x->second);
      i = lingering_.erase(i);
    }
    if (!due.empty()) {
      lock.unlock();
      for (auto& x : due)
        x->cut("closed with bytes unsent");
      due.clear();
      lock.lock();
    } else if (next == time_point::max()) {
      changed_.wait(lock);
    } else {
      changed_.wait_until(lock, next);
    }
  }
}

} // namespace vigie
