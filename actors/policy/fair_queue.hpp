// Work that waits, by host, so that many pieces for a slow host do not stand in the way of the others: the next is of
// the host with the least under way, and of those the one that came first. Pure; logarithmic in the number of hosts.
#pragma once

#include <cstdint>
#include <map>
#include <set>
#include <tuple>
#include <utility>

#include "messages/values/ids.hpp"

namespace vigie {

template <class T>
class fair_queue {
public:
  void push(const host_key& host, T what) {
    auto i = lines_.try_emplace(host).first;
    leave(i);
    i->second.waiting.emplace(++last_, std::move(what));
    ++size_;
    enter(i);
  }

  /// Takes the next out, of which there must be one; it counts as under way until `done`.
  T pop() {
    auto i = lines_.find(std::get<host_key>(*order_.begin()));
    leave(i);
    auto next = i->second.waiting.extract(i->second.waiting.begin());
    ++i->second.under_way;
    --size_;
    enter(i);
    return std::move(next.mapped());
  }

  /// Something of this host that was taken out has ended.
  void done(const host_key& host) {
    auto i = lines_.find(host);
    if (i == lines_.end() || i->second.under_way == 0)
      return;
    leave(i);
    --i->second.under_way;
    enter(i);
  }

  /// Drops what waits and `unwanted` says so of.
  template <class Unwanted>
  void drop_if(Unwanted unwanted) {
    for (auto i = lines_.begin(); i != lines_.end();) {
      auto here = i++;
      leave(here);
      size_ -= std::erase_if(here->second.waiting, [&](const auto& x) { return unwanted(x.second); });
      enter(here);
    }
  }

  /// Of the host of the next, of which there must be one.
  size_t under_way_of_next() const { return std::get<0>(*order_.begin()); }

  bool empty() const { return size_ == 0; }
  size_t size() const { return size_; }

private:
  struct line {
    std::map<uint64_t, T> waiting; ///< in order of arrival
    size_t under_way = 0;
  };
  using place = typename std::map<host_key, line>::iterator;

  std::tuple<size_t, uint64_t, host_key> rank(place i) const {
    return {i->second.under_way, i->second.waiting.begin()->first, i->first};
  }
  void leave(place i) {
    if (!i->second.waiting.empty())
      order_.erase(rank(i));
  }
  void enter(place i) {
    if (!i->second.waiting.empty())
      order_.insert(rank(i));
    else if (i->second.under_way == 0)
      lines_.erase(i);
  }

  std::map<host_key, line> lines_;
  std::set<std::tuple<size_t, uint64_t, host_key>> order_; ///< of the hosts for which something waits
  uint64_t last_ = 0;
  size_t size_ = 0;
};

} // namespace vigie
