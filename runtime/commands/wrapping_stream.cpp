#include "runtime/commands/wrapping_stream.hpp"

#include <algorithm>
#include <utility>

#include "runtime/commands/display_width.hpp"

namespace vigie {

namespace {

constexpr size_t least_columns = 20; // of a terminal that anything is wrapped for

/// Under the line's own text.
size_t hang_of(const std::string& line, size_t columns) {
  auto hang = std::min(line.find_first_not_of(' '), line.size()) + 2;
  return hang * 2 > columns ? 0 : hang;
}

} // namespace

wrapping_stream::wrapping_stream(std::ostream& stream, size_t columns)
    : stream_(stream), target_(stream.rdbuf(this)), flags_(stream.flags()), columns_(columns) {
  // std::cerr writes each piece of a line at once: then there would be no line to wrap.
  stream_.unsetf(std::ios::unitbuf);
}

wrapping_stream::~wrapping_stream() {
  sync();
  auto state = stream_.rdstate();
  stream_.rdbuf(target_);
  stream_.flags(flags_);
  stream_.clear(state);
}

bool wrapping_stream::put(std::string_view text) {
  return target_->sputn(text.data(), static_cast<std::streamsize>(text.size())) ==
         static_cast<std::streamsize>(text.size());
}

bool wrapping_stream::end_line() {
  auto line = std::exchange(line_, {});
  auto whole = !std::exchange(begun_, false);
  // Behind a return to its start, a line begins anew.
  if (auto last = line.rfind('\r'); last != line.npos) {
    if (!put(line.substr(0, last + 1)))
      return false;
    line.erase(0, last + 1);
    whole = true;
  }
  if (!whole || columns_ < least_columns || display_width(line) <= columns_)
    return put(line) && put("\n");
  for (const auto& part : wrapped(line, columns_, hang_of(line, columns_)))
    if (!put(part) || !put("\n"))
      return false;
  return true;
}

wrapping_stream::int_type wrapping_stream::overflow(int_type c) {
  if (traits_type::eq_int_type(c, traits_type::eof()))
    return traits_type::not_eof(c);
  auto x = traits_type::to_char_type(c);
  return xsputn(&x, 1) == 1 ? c : traits_type::eof();
}

std::streamsize wrapping_stream::xsputn(const char* text, std::streamsize size) {
  std::string_view rest{text, static_cast<size_t>(size)};
  for (auto end = rest.find('\n'); end != rest.npos; end = rest.find('\n')) {
    line_ += rest.substr(0, end);
    rest.remove_prefix(end + 1);
    if (!end_line())
      return 0;
  }
  line_ += rest;
  return size;
}

int wrapping_stream::sync() {
  if (!line_.empty()) {
    begun_ = true;
    if (!put(std::exchange(line_, {})))
      return -1;
  }
  return target_->pubsync();
}

} // namespace vigie
