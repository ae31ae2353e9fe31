// The body of an outbox row, read again.
#pragma once

#include <string>
#include <utility>
#include <vector>

#include "messages/values/error.hpp"

namespace vigie {

/// What the store wrote, as text; empty = the item has no such field. Text of pages, not made safe yet.
struct match_body {
  std::string key;
  std::string alert_id;
  std::string alert;
  std::string source;
  std::string run;
  std::string found; ///< RFC 3339
  std::string item;
  std::string title;
  std::string price; ///< "142.99"
  std::string currency;
  std::string brand;
  std::string size;
  std::string condition;
  std::string url;
  std::string photo;
};

/// bad_request if the text is no JSON object.
result<match_body> read_match_body(const std::string& text);

/// Every field that is not empty, with its name.
std::vector<std::pair<std::string, std::string>> fields_of(const match_body& body);

/// A few short lines for a person: no control bytes, at most `max_points` characters.
std::string text_for_people(const match_body& body, size_t max_points);

} // namespace vigie
