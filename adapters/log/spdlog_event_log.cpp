#include "adapters/log/spdlog_event_log.hpp"

#include <fcntl.h>
#include <signal.h>
#include <sys/stat.h>
#include <unistd.h>

#include <spdlog/async.h>
#include <spdlog/async_logger.h>
#include <spdlog/pattern_formatter.h>
#include <spdlog/sinks/base_sink.h>

#include <algorithm>
#include <atomic>
#include <cerrno>
#include <cstdlib>
#include <cstring>
#include <mutex>
#include <utility>

#include "adapters/log/event_line.hpp"
#include "adapters/log/line_stream.hpp"

namespace vigie {

namespace {

constexpr size_t max_queue_slots = 1 << 20;

/// A stream that fails loses lines; nobody can be told.
class stream_sink : public spdlog::sinks::base_sink<std::mutex> {
public:
  explicit stream_sink(std::shared_ptr<line_stream> to) : to_(std::move(to)) {}

protected:
  void sink_it_(const spdlog::details::log_msg& message) override {
    spdlog::memory_buf_t line;
    formatter_->format(message, line);
    to_->write({line.data(), line.size()}, line_stream::patience::until_closing);
  }
  void flush_() override {}

private:
  std::shared_ptr<line_stream> to_;
};

class spdlog_event_log : public event_log {
public:
  spdlog_event_log(log_config config, std::shared_ptr<line_stream> to, bool human, bool colour)
      : style_{std::move(config.node), std::move(config.secrets), config.max_field_bytes, colour},
        now_(std::move(config.now)), human_(human), to_(std::move(to)) {
    set_threshold(config.level);
    auto block_signals = [] { // a reader that went away must not end us by SIGPIPE
      sigset_t all;
      ::sigfillset(&all);
      ::pthread_sigmask(SIG_BLOCK, &all, nullptr);
    };
    auto slots = std::clamp<size_t>(config.max_queued, 1, max_queue_slots);
    writer_ = std::make_shared<spdlog::details::thread_pool>(slots, 1, block_signals);
    lines_ = std::make_shared<spdlog::async_logger>("vigie", std::make_shared<stream_sink>(to_), writer_,
                                                    spdlog::async_overflow_policy::overrun_oldest);
    owed_ = std::make_unique<line_writer>(to_, slots);
    lines_->set_formatter(
        std::make_unique<spdlog::pattern_formatter>("%v", spdlog::pattern_time_type::utc, std::string{"\n"}));
    lines_->set_error_handler([](const std::string&) {});
  }

  ~spdlog_event_log() override { to_->close_soon(); }

  void emit(const event& what) override {
    if (!enabled(what.level))
      return;
    try {
      say_if_lines_were_dropped();
      put(what);
    } catch (const std::exception&) {
      return; // out of memory: the line is lost, the caller goes on
    }
  }

  void write_through(const event& what, written done) override { owed_->write(line_of(what) + "\n", std::move(done)); }

private:
  std::string line_of(const event& what) const {
    auto now = now_ ? now_() : std::chrono::floor<std::chrono::milliseconds>(std::chrono::system_clock::now());
    return human_ ? human_line(style_, what, now) : json_line(style_, what, now);
  }

  void put(const event& what) {
    auto line = line_of(what);
    lines_->log(spdlog::level::info, spdlog::string_view_t{line});
  }

  void say_if_lines_were_dropped() {
    auto dropped = writer_->overrun_counter();
    auto said = said_.exchange(dropped);
    if (dropped > said)
      put({log_level::warn, "log_lines_dropped", {}, {{"count", std::to_string(dropped - said)}}});
  }

  const line_style style_;
  const std::function<wall_time()> now_;
  const bool human_;
  const std::shared_ptr<line_stream> to_;
  std::atomic<size_t> said_{0};
  std::shared_ptr<spdlog::details::thread_pool> writer_;
  std::shared_ptr<spdlog::async_logger> lines_;
  std::unique_ptr<line_writer> owed_; ///< lines that somebody waits for
};

/// Mode 0600 also for a file that was there before.
result<int> open_file(const std::string& path) {
  int fd = ::open(path.c_str(), O_WRONLY | O_CREAT | O_APPEND | O_CLOEXEC, 0600);
  if (fd < 0)
    return fail(errc::bad_config, "cannot open the log file " + path + ": " + std::strerror(errno));
  struct stat about {};
  if (::fstat(fd, &about) == 0 && S_ISREG(about.st_mode))
    ::fchmod(fd, 0600);
  return fd;
}

} // namespace

result<std::unique_ptr<event_log>> make_event_log(log_config config) {
  int fd = STDERR_FILENO;
  bool own = !config.file.empty();
  if (own) {
    auto opened = open_file(config.file);
    if (!opened)
      return tl::unexpected<error>(opened.error());
    fd = *opened;
  }
  bool terminal = ::isatty(fd) == 1;
  bool human = config.format == log_format::human || (config.format == log_format::automatic && terminal);
  bool colour = config.colour == log_colour::always ||
                (config.colour == log_colour::automatic && terminal && !std::getenv("NO_COLOR"));
  auto to = std::make_shared<line_stream>(fd, own);
  return std::make_unique<spdlog_event_log>(std::move(config), std::move(to), human, colour && human);
}

} // namespace vigie
