// The lines of an NDJSON page, or of a sequence of JSON texts (RFC 7464).
#pragma once

#include <cstddef>
#include <optional>
#include <string_view>

#include "messages/values/error.hpp"

namespace vigie {

/// Without blanks, tabs and line ends around it.
std::string_view without_blanks(std::string_view x);

class json_lines {
public:
  explicit json_lines(std::string_view page) : rest_(page) {}

  /// The next line that is not blank, without what stands around its JSON.
  std::optional<std::string_view> next();
  /// Of that line, from 1; 0 before the first.
  size_t number() const { return number_; }
  /// What the parser said of that line: it saw one line and calls it the first.
  error problem(const error& from) const;

private:
  std::string_view rest_;
  size_t line_ = 0;
  size_t number_ = 0;
  size_t indent_ = 0; ///< bytes before the JSON
};

} // namespace vigie
