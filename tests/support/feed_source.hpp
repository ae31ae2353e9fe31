// The source that the tests of feeds read.
#pragma once

#include "messages/values/fetch.hpp"

namespace vigie {

inline source_spec feed_source(page_framing framing = page_framing::feed) {
  source_spec out;
  out.id = source_id{"news"};
  out.url = "https://shop.example/feed";
  out.extract.framing = framing;
  return out;
}

} // namespace vigie
