#include "runtime/sample_site/raw_files.hpp"

#include "runtime/sample_site/site_faults.hpp"

#include <algorithm>
#include <fstream>
#include <map>

namespace vigie {

namespace fs = std::filesystem;

namespace {

std::string content_type_of(const fs::path& file) {
  static const std::map<std::string, std::string> known{
      {".json", "application/json"}, {".ndjson", "application/x-ndjson"},   {".html", "text/html; charset=utf-8"},
      {".xml", "application/xml"},   {".txt", "text/plain; charset=utf-8"}, {".csv", "text/csv; charset=utf-8"},
      {".svg", "image/svg+xml"},
  };
  auto i = known.find(file.extension().string());
  return i == known.end() ? "application/octet-stream" : i->second;
}

bool hidden(const fs::path& relative) {
  return std::any_of(relative.begin(), relative.end(),
                     [](const fs::path& part) { return part.string().starts_with('.'); });
}

} // namespace

result<std::string> read_whole_file(const fs::path& file, uint64_t max_bytes) {
  std::error_code ec;
  if (!fs::is_regular_file(file, ec))
    return fail(errc::not_found, "there is no file " + file.filename().string());
  if (auto size = fs::file_size(file, ec); ec || size > max_bytes)
    return fail(errc::body_too_large,
                file.filename().string() + " is larger than " + std::to_string(max_bytes) + " bytes");
  std::ifstream in{file, std::ios::binary};
  std::string out{std::istreambuf_iterator<char>{in}, {}};
  if (!in)
    return fail(errc::network, file.filename().string() + " cannot be read");
  return out;
}

result<raw_files> raw_files::open(const std::string& directory, uint64_t max_bytes) {
  if (directory.empty())
    return raw_files{{}, max_bytes};
  std::error_code ec;
  auto root = fs::canonical(directory, ec);
  if (ec || !fs::is_directory(root, ec))
    return fail(errc::bad_config, "\"" + directory + "\" is not a directory that can be read");
  return raw_files{std::move(root), max_bytes};
}

result<served_response> raw_files::read(const std::string& path) const {
  auto missing = fail(errc::not_found, "there is no " + path + " here");
  auto relative = fs::path{path}.relative_path();
  if (root_.empty() || relative.empty() || hidden(relative))
    return missing;
  std::error_code ec;
  auto file = fs::canonical(root_ / relative, ec); // links are followed before the check
  if (ec || std::mismatch(root_.begin(), root_.end(), file.begin(), file.end()).first != root_.end())
    return missing;
  auto body = read_whole_file(file, max_bytes_);
  if (!body)
    return tl::unexpected(body.error());
  served_response out;
  out.content_type = content_type_of(file);
  out.body = std::move(*body);
  auto changed = std::chrono::file_clock::to_sys(fs::last_write_time(file, ec));
  if (!ec)
    out.headers["Last-Modified"] = http_date(std::chrono::time_point_cast<duration>(changed));
  return out;
}

} // namespace vigie
