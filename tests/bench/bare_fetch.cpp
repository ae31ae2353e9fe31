// The floor of `bench-peers fetch`: libcurl and simdjson in one loop, by hand, with nothing around them. It reads the
// rig's pages only, checks no more of them than it reads, and has no time-outs, limits, errors or other pages.
//
// usage: bench_bare_fetch BASE PAGES CONNECTIONS ALERTS    prints a line of JSON
#include <algorithm>
#include <array>
#include <cmath>
#include <cstdio>
#include <cstdlib>
#include <string>
#include <vector>

#include <sys/epoll.h>
#include <sys/resource.h>

#include <curl/curl.h>
#include <simdjson.h>

#include "actors/policy/substring.hpp"
#include "actors/policy/unicode.hpp"

namespace {

namespace ondemand = simdjson::ondemand;

struct rule {
  std::string part;
  long min, max;
  std::vector<std::string> conditions;
};

struct page_client {
  std::string base;
  long pages, next = 0, done = 0, good = 0, matches = 0;
  std::vector<rule> rules;
  CURLM* multi = curl_multi_init();
  int epoll = ::epoll_create1(EPOLL_CLOEXEC);
  long timeout_ms = -1;
  ondemand::parser parser;
  std::string folded;
};

struct transfer {
  page_client* all;
  CURL* easy;
  std::string body;
};

std::vector<rule> read_rules(const char* path) {
  std::vector<rule> out;
  simdjson::dom::parser parser;
  simdjson::dom::array list = parser.load(path).get_array().value();
  for (simdjson::dom::element x : list) {
    std::string_view part = x.at_pointer("/keywords/any/0").get_string().value();
    rule r{std::string{part.substr(1)},
           std::lround(x.at_pointer("/price/min").get_double().value() * 100),
           std::lround(x.at_pointer("/price/max").get_double().value() * 100),
           {}};
    simdjson::dom::array conditions = x["conditions"].get_array().value();
    for (std::string_view c : conditions)
      r.conditions.emplace_back(c);
    out.push_back(std::move(r));
  }
  return out;
}

long hundredths(std::string_view text) {
  long out = 0;
  for (char c : text)
    if (c != '.')
      out = out * 10 + (c - '0');
  return out;
}

void read_page(page_client& all, std::string& body) {
  auto size = body.size();
  body.append(simdjson::SIMDJSON_PADDING, ' ');
  auto page = all.parser.iterate(simdjson::padded_string_view{body.data(), size, body.size()});
  for (auto item : page["items"]) {
    std::string_view title = item["title"].get_string().value();
    long price = hundredths(item["price"]["amount"].get_string().value());
    std::string_view condition = item["condition"].get_string().value();
    vigie::case_fold(title, all.folded);
    for (const auto& x : all.rules) {
      bool fits = price >= x.min && price <= x.max;
      bool is_one = fits && std::find(x.conditions.begin(), x.conditions.end(), condition) != x.conditions.end();
      all.matches += is_one && vigie::contains(all.folded, x.part) ? 1 : 0;
    }
  }
}

void start(transfer& x) {
  auto number = x.all->next++;
  auto url = x.all->base + "/p/" + std::to_string(number % 1000) + ".json?r=" + std::to_string(number / 1000);
  x.body.clear();
  curl_easy_setopt(x.easy, CURLOPT_URL, url.c_str());
  curl_multi_add_handle(x.all->multi, x.easy);
}

size_t take(char* data, size_t size, size_t count, void* self) {
  static_cast<transfer*>(self)->body.append(data, size * count);
  return size * count;
}

/// A socket is registered once and stays so.
int watch(CURL*, curl_socket_t fd, int what, void* self, void* known) {
  auto& all = *static_cast<page_client*>(self);
  if (what == CURL_POLL_REMOVE)
    return 0;
  epoll_event event{};
  event.events = (what & CURL_POLL_OUT) != 0 ? EPOLLOUT : EPOLLIN;
  event.data.fd = fd;
  auto mark = reinterpret_cast<void*>(static_cast<uintptr_t>(event.events));
  if (known != mark && ::epoll_ctl(all.epoll, EPOLL_CTL_ADD, fd, &event) != 0)
    ::epoll_ctl(all.epoll, EPOLL_CTL_MOD, fd, &event);
  curl_multi_assign(all.multi, fd, mark);
  return 0;
}

int set_timer(CURLM*, long ms, void* self) {
  static_cast<page_client*>(self)->timeout_ms = ms;
  return 0;
}

void finish(page_client& all) {
  int left = 0;
  while (auto* message = curl_multi_info_read(all.multi, &left)) {
    transfer* x = nullptr;
    long status = 0;
    curl_easy_getinfo(message->easy_handle, CURLINFO_PRIVATE, &x);
    curl_easy_getinfo(x->easy, CURLINFO_RESPONSE_CODE, &status);
    bool good = message->data.result == CURLE_OK && status == 200;
    curl_multi_remove_handle(all.multi, x->easy);
    ++all.done;
    if (good) {
      ++all.good;
      read_page(all, x->body);
    }
    if (all.next < all.pages)
      start(*x);
  }
}

double cpu_seconds() {
  rusage x{};
  ::getrusage(RUSAGE_SELF, &x);
  return static_cast<double>(x.ru_utime.tv_sec + x.ru_stime.tv_sec) +
         static_cast<double>(x.ru_utime.tv_usec + x.ru_stime.tv_usec) / 1e6;
}

} // namespace

int main(int argc, char** argv) {
  if (argc != 5)
    return std::fprintf(stderr, "usage: bench_bare_fetch BASE PAGES CONNECTIONS ALERTS\n"), 2;
  curl_global_init(CURL_GLOBAL_DEFAULT);
  page_client all;
  all.base = argv[1];
  all.pages = std::atol(argv[2]);
  all.rules = read_rules(argv[4]);
  curl_multi_setopt(all.multi, CURLMOPT_SOCKETFUNCTION, &watch);
  curl_multi_setopt(all.multi, CURLMOPT_SOCKETDATA, &all);
  curl_multi_setopt(all.multi, CURLMOPT_TIMERFUNCTION, &set_timer);
  curl_multi_setopt(all.multi, CURLMOPT_TIMERDATA, &all);
  curl_multi_setopt(all.multi, CURLMOPT_MAXCONNECTS, 128L);
  std::vector<transfer> transfers(static_cast<size_t>(std::atol(argv[3])));
  auto before = cpu_seconds();
  for (auto& x : transfers) {
    x = {&all, curl_easy_init(), {}};
    curl_easy_setopt(x.easy, CURLOPT_WRITEFUNCTION, &take);
    curl_easy_setopt(x.easy, CURLOPT_WRITEDATA, &x);
    curl_easy_setopt(x.easy, CURLOPT_PRIVATE, &x);
    curl_easy_setopt(x.easy, CURLOPT_NOSIGNAL, 1L);
    start(x);
  }
  std::array<epoll_event, 128> ready;
  // A server that answers badly ends it.
  while (all.done < all.pages && all.done - all.good < 8) {
    int running = 0;
    auto count = ::epoll_wait(all.epoll, ready.data(), ready.size(),
                              all.timeout_ms < 0 ? 1000 : static_cast<int>(all.timeout_ms));
    if (count == 0 || all.timeout_ms == 0) {
      all.timeout_ms = -1;
      curl_multi_socket_action(all.multi, CURL_SOCKET_TIMEOUT, 0, &running);
    }
    for (int i = 0; i < count; ++i) {
      const auto& x = ready[static_cast<size_t>(i)];
      int mask =
          ((x.events & EPOLLOUT) != 0 ? CURL_CSELECT_OUT : 0) | ((x.events & ~EPOLLOUT) != 0 ? CURL_CSELECT_IN : 0);
      curl_multi_socket_action(all.multi, x.data.fd, mask, &running);
    }
    finish(all);
  }
  auto cpu = cpu_seconds() - before;
  std::printf("{\"pages\": %ld, \"matches\": %ld, \"cpu_s\": %.6f, \"per_cpu_s\": %.1f}\n", all.good, all.matches, cpu,
              static_cast<double>(all.good) / cpu);
  return all.good == all.pages ? 0 : 1;
}
