#include "adapters/curl/curl_loop.hpp"

#include <algorithm>
#include <csignal>

#include <sys/eventfd.h>
#include <unistd.h>

#include <curl/curl.h>

namespace vigie {

namespace {

error no_memory() {
  return {errc::network, "libcurl has no memory", {}};
}

error ending() {
  return {errc::cancelled, "the HTTP client is ending", {}};
}

} // namespace

void curl_loop::multi_deleter::operator()(void* x) const {
  curl_multi_cleanup(x);
}

result<std::unique_ptr<curl_loop>> curl_loop::make(transfer_rules rules, const curl_loop_limits& limits,
                                                   std::atomic<size_t>& in_flight) {
  std::unique_ptr<curl_loop> out{new curl_loop(std::move(rules), limits, in_flight)};
  if (auto problem = out->open(); problem.code != errc::none)
    return tl::unexpected<error>(problem);
  return out;
}

curl_loop::curl_loop(transfer_rules rules, const curl_loop_limits& limits, std::atomic<size_t>& in_flight)
    : rules_(std::move(rules)), limits_(limits), in_flight_(in_flight), wake_(::eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK)),
      multi_(curl_multi_init()) {
  rules_.watch = &watch_;
}

error curl_loop::open() {
  if (!multi_)
    return no_memory();
  if (!watch_ || !wake_)
    return {errc::network, "the system has no descriptor left for the HTTP client", {}};
  auto* multi = multi_.get();
  auto set = [multi](CURLMoption option, size_t value) { curl_multi_setopt(multi, option, static_cast<long>(value)); };
  set(CURLMOPT_MAX_HOST_CONNECTIONS, limits_.max_connections_per_host);
  set(CURLMOPT_MAX_TOTAL_CONNECTIONS, limits_.max_connections);
  set(CURLMOPT_MAXCONNECTS, limits_.max_idle);
  curl_multi_setopt(multi, CURLMOPT_SOCKETFUNCTION, &curl_loop::on_socket);
  curl_multi_setopt(multi, CURLMOPT_SOCKETDATA, this);
  curl_multi_setopt(multi, CURLMOPT_TIMERFUNCTION, &curl_loop::on_timer);
  curl_multi_setopt(multi, CURLMOPT_TIMERDATA, this);
  watch_.want(wake_.get(), EPOLLIN);
  // Signals are for the main thread.
  sigset_t all;
  sigset_t before;
  sigfillset(&all);
  pthread_sigmask(SIG_SETMASK, &all, &before);
  thread_ = std::thread{[this] { run(); }};
  pthread_sigmask(SIG_SETMASK, &before, nullptr);
  return {};
}

curl_loop::~curl_loop() {
  stop();
  join();
}

bool curl_loop::add(std::unique_ptr<curl_transfer>& transfer, http_client::callback& done) {
  auto x = std::make_unique<job>();
  bool sleeps = false;
  {
    std::lock_guard guard{mutex_};
    if (stopping_)
      return false;
    x->transfer = std::move(transfer);
    x->done = std::move(done);
    waiting_.push_back(std::move(x));
    sleeps = std::exchange(asleep_, false);
  }
  if (sleeps)
    wake();
  return true;
}

void curl_loop::stop() {
  {
    std::lock_guard guard{mutex_};
    stopping_ = true;
  }
  wake();
}

void curl_loop::join() {
  if (thread_.joinable())
    thread_.join();
}

void curl_loop::wake() {
  uint64_t one = 1;
  // It fails only when it is full, and then the thread wakes all the same.
  [[maybe_unused]] auto written = ::write(wake_.get(), &one, sizeof one);
}

void curl_loop::run() {
  while (take_waiting()) {
    run_timers();
    finish_transfers();
    auto looked = mono_time::clock::now();
    wait();
    // Held up since: what has come meanwhile may say that nothing more is to be sent.
    if (mono_time::clock::now() - looked > held_up_from)
      look(0);
    end_overdue(looked);
  }
  cancel_all();
}

/// False when it is time to end.
bool curl_loop::take_waiting() {
  {
    std::lock_guard guard{mutex_};
    asleep_ = false;
    if (stopping_)
      return false;
    taken_.swap(waiting_);
  }
  for (auto& x : taken_)
    start(std::move(x));
  taken_.clear();
  return true;
}

void curl_loop::start(std::unique_ptr<job> x) {
  x->easy = take_easy();
  if (!*x->easy)
    return end(std::move(x), tl::unexpected<error>(no_memory()));
  auto* easy = x->easy->get();
  x->easy->put_on(*x->transfer);
  curl_easy_setopt(easy, CURLOPT_PRIVATE, x.get());
  auto added = curl_multi_add_handle(multi_.get(), easy);
  if (added != CURLM_OK)
    return end(std::move(x), fail(errc::network, curl_multi_strerror(added)));
  x->place = running_.size();
  x->deadline = mono_time::clock::now() + x->transfer->timeout();
  next_deadline_ = std::min(next_deadline_, x->deadline);
  running_.push_back(std::move(x));
}

/// Until libcurl's next timer or the next time-out; for ever without one.
int curl_loop::time_to_wait() {
  auto until = timer_set_ ? std::min(timer_at_, next_deadline_) : next_deadline_;
  if (until == mono_time::max())
    return -1;
  auto left = until - mono_time::clock::now();
  // Rounded up: woken too early, it would spin until the time has come.
  auto ms = std::chrono::ceil<std::chrono::milliseconds>(left).count();
  return static_cast<int>(std::clamp<int64_t>(ms, 0, 3600 * 1000));
}

void curl_loop::run_timers() {
  if (!timer_set_ || mono_time::clock::now() < timer_at_)
    return;
  timer_set_ = false;
  int running = 0;
  curl_multi_socket_action(multi_.get(), CURL_SOCKET_TIMEOUT, 0, &running);
}

void curl_loop::wait() {
  auto patience = time_to_wait();
  {
    std::lock_guard guard{mutex_};
    if (!waiting_.empty() || stopping_)
      patience = 0;
    asleep_ = patience != 0;
  }
  look(patience);
}

/// At the sockets, for at most so many ms.
void curl_loop::look(int patience) {
  watch_.wait(patience, [this](int fd, uint32_t events) {
    if (fd == wake_.get()) {
      uint64_t count = 0;
      [[maybe_unused]] auto read = ::read(fd, &count, sizeof count);
      return;
    }
    int mask = ((events & EPOLLIN) != 0 ? CURL_CSELECT_IN : 0) | ((events & EPOLLOUT) != 0 ? CURL_CSELECT_OUT : 0);
    int running = 0;
    curl_multi_socket_action(multi_.get(), fd, mask, &running);
    // At once: an answer is dealt with while it is still in the processor's cache, and its memory serves the next one.
    finish_transfers();
  });
}

/// Ends what had its time-out before the sockets were looked at the last time.
void curl_loop::end_overdue(mono_time looked) {
  if (looked < next_deadline_)
    return;
  next_deadline_ = mono_time::max();
  for (size_t i = 0; i < running_.size();) {
    auto& x = *running_[i];
    if (looked - x.deadline > held_up_from && !std::exchange(x.graced, true))
      x.deadline = looked + held_up_grace;
    if (looked >= x.deadline) {
      finish(x.easy->get(), CURLE_OPERATION_TIMEDOUT); // another takes its place
      continue;
    }
    next_deadline_ = std::min(next_deadline_, x.deadline);
    ++i;
  }
}

void curl_loop::finish(void* easy, int code) {
  auto x = take_running(easy);
  auto outcome = x->transfer->finish(*x->easy, code);
  end(std::move(x), std::move(outcome));
}

void curl_loop::finish_transfers() {
  int left = 0;
  while (auto message = curl_multi_info_read(multi_.get(), &left))
    if (message->msg == CURLMSG_DONE)
      finish(message->easy_handle, message->data.result);
}

std::unique_ptr<curl_loop::job> curl_loop::take_running(void* easy) {
  char* private_pointer = nullptr;
  curl_easy_getinfo(easy, CURLINFO_PRIVATE, &private_pointer);
  auto place = reinterpret_cast<job*>(private_pointer)->place;
  curl_multi_remove_handle(multi_.get(), easy);
  auto out = std::move(running_[place]);
  if (place + 1 != running_.size()) {
    running_[place] = std::move(running_.back());
    running_[place]->place = place;
  }
  running_.pop_back();
  return out;
}

void curl_loop::end(std::unique_ptr<job> x, result<http_response> outcome) {
  give_back(std::move(x->easy));
  x->transfer.reset();
  --in_flight_;
  x->done(std::move(outcome));
}

void curl_loop::cancel_all() {
  while (!running_.empty())
    end(take_running(running_.back()->easy->get()), tl::unexpected<error>(ending()));
  {
    std::lock_guard guard{mutex_};
    taken_.swap(waiting_);
  }
  for (auto& x : taken_)
    end(std::move(x), tl::unexpected<error>(ending()));
  idle_.clear();
}

std::unique_ptr<curl_easy> curl_loop::take_easy() {
  if (idle_.empty())
    return std::make_unique<curl_easy>(rules_);
  auto out = std::move(idle_.back());
  idle_.pop_back();
  return out;
}

void curl_loop::give_back(std::unique_ptr<curl_easy> easy) {
  if (!easy || !*easy || idle_.size() >= limits_.max_idle)
    return;
  easy->take_off();
  idle_.push_back(std::move(easy));
}

int curl_loop::on_socket(void*, int fd, int what, void* self, void*) {
  bool in = what == CURL_POLL_IN || what == CURL_POLL_INOUT;
  bool out = what == CURL_POLL_OUT || what == CURL_POLL_INOUT;
  static_cast<curl_loop*>(self)->watch_.want(fd, (in ? uint32_t{EPOLLIN} : 0) | (out ? uint32_t{EPOLLOUT} : 0));
  return 0;
}

int curl_loop::on_timer(void*, long timeout_ms, void* self) {
  auto& x = *static_cast<curl_loop*>(self);
  x.timer_set_ = timeout_ms >= 0;
  if (x.timer_set_)
    x.timer_at_ = timeout_ms == 0 ? mono_time{} : mono_time::clock::now() + std::chrono::milliseconds{timeout_ms};
  return 0;
}

} // namespace vigie
