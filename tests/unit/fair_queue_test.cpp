#include "actors/policy/fair_queue.hpp"

#include <catch2/catch.hpp>
#include <rapidcheck.h>

#include <algorithm>
#include <vector>

using namespace vigie;

namespace {

const host_key slow{"slow.test"}, quick{"quick.test"};

} // namespace

TEST_CASE("many of a slow host do not stand in the way of another") {
  fair_queue<int> aut;
  for (int i = 0; i < 100; ++i)
    aut.push(slow, i);
  CHECK(aut.pop() == 0);
  CHECK(aut.pop() == 1);
  aut.push(quick, 1000);
  aut.push(quick, 1001);
  aut.push(quick, 1002);
  CHECK(aut.pop() == 1000);
  CHECK(aut.pop() == 1001);
  CHECK(aut.pop() == 2); // two each are under way: the oldest
  aut.done(quick);
  CHECK(aut.pop() == 1002);
  CHECK(aut.size() == 97);
}

TEST_CASE("every piece comes out once, in order of its host; the next is never of a host with more under way") {
  REQUIRE(rc::check("fair queue", [] {
    using piece = std::pair<host_key, int>;
    fair_queue<piece> aut;
    std::vector<piece> waiting; // the model: in order of arrival
    std::map<host_key, size_t> under_way;
    int made = 0;
    for (int steps = *rc::gen::inRange(0, 200); steps > 0; --steps) {
      host_key host{std::string(1, *rc::gen::inRange('a', 'e'))};
      switch (*rc::gen::inRange(0, 6)) {
      case 0:
      case 1:
      case 2:
        aut.push(host, {host, ++made});
        waiting.emplace_back(host, made);
        break;
      case 3: {
        RC_ASSERT(aut.empty() == waiting.empty());
        if (waiting.empty())
          break;
        auto least = std::min_element(waiting.begin(), waiting.end(), [&](const piece& a, const piece& b) {
          return under_way[a.first] < under_way[b.first];
        });
        RC_ASSERT(aut.pop() == *least);
        ++under_way[least->first];
        waiting.erase(least);
        break;
      }
      case 4:
        if (under_way[host] > 0)
          --under_way[host];
        aut.done(host);
        break;
      case 5: {
        auto odd = [](const piece& x) { return x.second % 7 == 0; };
        aut.drop_if(odd);
        std::erase_if(waiting, odd);
        break;
      }
      }
      RC_ASSERT(aut.size() == waiting.size());
    }
  }));
}
