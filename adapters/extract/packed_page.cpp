#include "adapters/extract/packed_page.hpp"

#include "adapters/unpack/unpacker.hpp"

namespace vigie {

result<std::string_view> unpack_page(std::string_view page, const packed_page_limits& limits, std::string& room) {
  constexpr std::string_view gzip_mark = "\x1f\x8b";
  if (!page.starts_with(gzip_mark))
    return page;
  auto file = unpacker::make("gzip");
  if (!file)
    return tl::unexpected<error>(file.error());
  room.clear();
  std::string too_much;
  auto keep = [&](std::string_view bytes) {
    auto size = room.size() + bytes.size();
    if (size > limits.max_bytes)
      too_much =
          "the page is a gzip file of more than " + std::to_string(limits.max_bytes) + " bytes, the source's max_body";
    else if (size >= unpack_ratio_from_bytes && size / limits.max_ratio > page.size())
      too_much =
          "the page is a gzip file that unpacks to more than " + std::to_string(limits.max_ratio) + " times its size";
    else
      room.append(bytes);
    return too_much.empty();
  };
  if ((*file)->take(page, keep) && (*file)->finish())
    return std::string_view{room};
  return fail(errc::bad_page, too_much.empty() ? (*file)->problem().detail : too_much);
}

} // namespace vigie
