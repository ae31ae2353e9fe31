// Pages that are gzip files themselves, as sitemap.xml.gz.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>

#include "messages/values/error.hpp"

namespace vigie {

/// What a page unpacks to has the bounds of a body that comes packed.
struct packed_page_limits {
  uint64_t max_bytes = 10 << 20; ///< unpacked: the source's max_body
  uint64_t max_ratio = 100;      ///< to the packed size, from unpack_ratio_from_bytes on
};

/// The page itself if it is no gzip file, else `room`, which then has what is in it. bad_page for a file that is cut or
/// damaged, and above the limits.
result<std::string_view> unpack_page(std::string_view page, const packed_page_limits& limits, std::string& room);

} // namespace vigie
