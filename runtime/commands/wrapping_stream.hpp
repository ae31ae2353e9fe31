// Lines for people, wrapped at the width of a terminal on their way there.
#pragma once

#include <ostream>
#include <streambuf>
#include <string>
#include <string_view>

namespace vigie {

/// While it lives, what goes to `stream` is wrapped at `columns`, line by line; 0 = nothing is. A line that is flushed
/// before it ends, or rewritten, goes on as it is. Not thread-safe; the stream has to outlive it.
class wrapping_stream : public std::streambuf {
public:
  wrapping_stream(std::ostream& stream, size_t columns);
  ~wrapping_stream() override;
  wrapping_stream(const wrapping_stream&) = delete;
  wrapping_stream& operator=(const wrapping_stream&) = delete;

  /// From the next line on.
  void set_columns(size_t columns) { columns_ = columns; }

protected:
  int_type overflow(int_type c) override;
  std::streamsize xsputn(const char* text, std::streamsize size) override;
  int sync() override;

private:
  bool put(std::string_view text);
  bool end_line();

  std::ostream& stream_;
  std::streambuf* target_;
  std::ios::fmtflags flags_;
  size_t columns_;
  std::string line_;
  bool begun_ = false; ///< a part of the line is there already
};

} // namespace vigie
