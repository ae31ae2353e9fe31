// Input: a byte whose lowest bit is the side of the link, and what the peer sends, cut into the frames it announces.
#include <cstddef>
#include <cstdint>
#include <memory>
#include <string>
#include <string_view>

#include "runtime/link/basp_filter.hpp"
#include "tests/fuzz/must.hpp"

namespace {

constexpr uint64_t cap = 1 << 16;

std::shared_ptr<const vigie::link_contract> contract(vigie::link_side side) {
  auto out = std::make_shared<vigie::link_contract>();
  out->side = side;
  out->self = std::string(vigie::basp_filter::node_bytes, 's');
  out->messages = {"@<>+e+work", "@<>+e+attach+handle"};
  out->answers = {"@<>+receipt"};
  out->handle = "handle";
  return out;
}

} // namespace

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  using verdict = vigie::basp_filter::verdict;
  if (size == 0)
    return 0;
  static const auto accepted = contract(vigie::link_side::accepted), dialled = contract(vigie::link_side::dialled);
  vigie::basp_filter filter{data[0] % 2 == 0 ? accepted : dialled, cap};
  std::string_view stream{reinterpret_cast<const char*>(data + 1), size - 1};
  bool in_payload = false, plain_message = false;
  for (size_t frames = 0; stream.size() >= filter.needs(); ++frames) {
    auto bytes = stream.substr(0, filter.needs());
    stream.remove_prefix(bytes.size());
    auto judged = filter.examine(bytes.data(), bytes.size());
    must(filter.needs() >= 1 && filter.needs() <= cap);
    if (judged == verdict::refuse) {
      must(!filter.why().empty());
      must(filter.examine(bytes.data(), bytes.size()) == verdict::refuse);
      return 0;
    }
    if (in_payload) {
      // CAF reads the list of types behind the stack's size, a zero of two bytes and a length of one or two bytes.
      auto list = bytes.substr(0, 40);
      must(!plain_message || judged == verdict::swallow || list.find("@<>+e+") <= 5 || list.find("@<>+receipt") <= 5 ||
           list.find("@<>+@error") <= 5 || list.find("@<>") <= 5);
      in_payload = false;
      continue;
    }
    auto operation = static_cast<uint8_t>(bytes[0]);
    must(operation <= 6 && operation != 3);
    must(frames > 0 || operation == (data[0] % 2 == 0 ? 1 : 0));
    in_payload = bytes.substr(4, 4) != std::string_view("\0\0\0\0", 4);
    must(in_payload || operation == 6); // CAF reads the payload of all others without looking
    plain_message = operation == 2;
    must(!plain_message || judged == verdict::swallow || (static_cast<uint8_t>(bytes[8]) & 0x60) == 0);
  }
  return 0;
}
