#include "adapters/curl/curl_http_client.hpp"

#include <mutex>
#include <thread>
#include <unordered_map>
#include <vector>

#include <csignal>

#include <curl/curl.h>

#include "adapters/curl/curl_transfer.hpp"

namespace vigie {

namespace {

struct multi_deleter {
  void operator()(CURLM* x) const { curl_multi_cleanup(x); }
};

class curl_http_client : public http_client {
public:
  curl_http_client(curl_http_config config, CURLM* multi)
      : config_(std::move(config)), rules_{config_.user_agent, config_.connect_timeout, config_.max_header_bytes,
                                           &config_.guard},
        multi_(multi) {
    auto set = [multi](CURLMoption option, size_t value) {
      curl_multi_setopt(multi, option, static_cast<long>(value));
    };
    set(CURLMOPT_MAX_HOST_CONNECTIONS, config_.max_connections_per_host);
    set(CURLMOPT_MAX_TOTAL_CONNECTIONS, config_.max_in_flight);
    set(CURLMOPT_MAXCONNECTS, config_.max_idle_connections);
    // Signals are for the main thread.
    sigset_t all;
    sigset_t before;
    sigfillset(&all);
    pthread_sigmask(SIG_SETMASK, &all, &before);
    thread_ = std::thread{[this] { run(); }};
    pthread_sigmask(SIG_SETMASK, &before, nullptr);
  }

  ~curl_http_client() override {
    {
      std::lock_guard guard{mutex_};
      stopping_ = true;
    }
    curl_multi_wakeup(multi_.get());
    thread_.join();
  }

  void fetch(http_request request, callback done) override {
    auto transfer = curl_transfer::make(std::move(request), rules_);
    if (!transfer) {
      done(tl::unexpected<error>(transfer.error()));
      return;
    }
    if (auto refusal = enqueue(std::move(*transfer), done); refusal.code != errc::none)
      done(tl::unexpected<error>(refusal));
    else
      curl_multi_wakeup(multi_.get());
  }

private:
  struct job {
    std::unique_ptr<curl_transfer> transfer;
    callback done;
  };

  error enqueue(std::unique_ptr<curl_transfer> transfer, callback& done) {
    std::lock_guard guard{mutex_};
    if (stopping_)
      return {errc::cancelled, "the HTTP client is ending", {}};
    if (in_flight_ >= config_.max_in_flight)
      return {errc::busy, std::to_string(config_.max_in_flight) + " requests are in flight", {}};
    ++in_flight_;
    waiting_.push_back(job{std::move(transfer), std::move(done)});
    return {};
  }

  void run() {
    while (take_waiting()) {
      int running = 0;
      curl_multi_perform(multi_.get(), &running);
      finish_transfers();
      // A wakeup that came since take_waiting ends this at once.
      curl_multi_poll(multi_.get(), nullptr, 0, 1000, nullptr);
    }
    cancel_all();
  }

  /// False when it is time to end.
  bool take_waiting() {
    std::vector<job> taken;
    {
      std::lock_guard guard{mutex_};
      if (stopping_)
        return false;
      taken.swap(waiting_);
    }
    for (auto& x : taken)
      start(std::move(x));
    return true;
  }

  void start(job x) {
    auto easy = take_easy();
    if (!easy) {
      end(std::move(x), fail(errc::network, "libcurl has no memory"));
      return;
    }
    x.transfer->attach(easy);
    auto added = curl_multi_add_handle(multi_.get(), easy);
    if (added != CURLM_OK) {
      curl_easy_cleanup(easy);
      end(std::move(x), fail(errc::network, curl_multi_strerror(added)));
      return;
    }
    jobs_.emplace(easy, std::move(x));
  }

  void finish_transfers() {
    int left = 0;
    while (auto message = curl_multi_info_read(multi_.get(), &left)) {
      if (message->msg != CURLMSG_DONE)
        continue;
      auto easy = message->easy_handle;
      auto code = message->data.result;
      curl_multi_remove_handle(multi_.get(), easy);
      auto found = jobs_.extract(easy);
      auto outcome = found.mapped().transfer->finish(code);
      give_back(easy);
      end(std::move(found.mapped()), std::move(outcome));
    }
  }

  void end(job x, result<http_response> outcome) {
    {
      std::lock_guard guard{mutex_};
      --in_flight_;
    }
    x.transfer.reset();
    x.done(std::move(outcome));
  }

  void cancel_all() {
    auto cancelled = [] { return fail(errc::cancelled, "the HTTP client is ending"); };
    for (auto& [easy, x] : jobs_) {
      curl_multi_remove_handle(multi_.get(), easy);
      curl_easy_cleanup(easy);
      end(std::move(x), cancelled());
    }
    jobs_.clear();
    std::vector<job> taken;
    {
      std::lock_guard guard{mutex_};
      taken.swap(waiting_);
    }
    for (auto& x : taken)
      end(std::move(x), cancelled());
    for (auto easy : idle_)
      curl_easy_cleanup(easy);
  }

  CURL* take_easy() {
    if (idle_.empty())
      return curl_easy_init();
    auto out = idle_.back();
    idle_.pop_back();
    return out;
  }

  void give_back(CURL* easy) {
    if (idle_.size() >= config_.max_idle_connections) {
      curl_easy_cleanup(easy);
      return;
    }
    curl_easy_reset(easy);
    idle_.push_back(easy);
  }

  const curl_http_config config_;
  const transfer_rules rules_;
  std::unique_ptr<CURLM, multi_deleter> multi_;

  std::mutex mutex_;
  std::vector<job> waiting_;
  size_t in_flight_ = 0;
  bool stopping_ = false;

  // Of the thread.
  std::unordered_map<CURL*, job> jobs_;
  std::vector<CURL*> idle_;
  std::thread thread_;
};

} // namespace

result<std::unique_ptr<http_client>> make_curl_http_client(curl_http_config config) {
  if (auto problem = start_curl(); problem.code != errc::none)
    return tl::unexpected<error>(problem);
  auto multi = curl_multi_init();
  if (!multi)
    return fail(errc::network, "libcurl has no memory");
  return std::make_unique<curl_http_client>(std::move(config), multi);
}

} // namespace vigie
