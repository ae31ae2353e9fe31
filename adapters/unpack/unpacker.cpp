#include "adapters/unpack/unpacker.hpp"

#include <algorithm>
#include <array>
#include <new>
#include <string>

#include <brotli/decode.h>
#include <zlib.h>
#include <zstd.h>

#include "actors/policy/http_fields.hpp"

namespace vigie {

/// What the codings have in common: pieces in, pieces out, and where it ends.
class unpacker::stage {
public:
  explicit stage(std::string_view name) : name_(name) {}
  virtual ~stage() = default;

  /// False: `problem` is set, or the taker said no.
  bool take(std::string_view packed, const taker& next, error& problem) {
    std::array<char, piece_bytes> room;
    for (;;) {
      if (ended_ && packed.empty())
        return true;
      if (ended_ && !begins_again(packed))
        return wrong(problem, "bytes follow the end of its " + name_ + " data, at byte " + std::to_string(read_));
      ended_ = false;
      auto made = step(packed, room.data(), room.size());
      bool stuck = made.read == 0 && made.written == 0 && !packed.empty() && !made.ended;
      began_ = began_ || made.written > 0 || made.ended;
      if (made.broken || stuck)
        return wrong(problem, began_
                                  ? "its " + name_ + " data is damaged near byte " + std::to_string(read_ + made.read)
                                  : "it is no " + name_ + " data, as its Content-Encoding says");
      packed.remove_prefix(made.read);
      read_ += made.read;
      ended_ = made.ended;
      if (made.written > 0 && !next({room.data(), made.written}))
        return false;
      if (!ended_ && packed.empty() && made.written < room.size())
        return true;
    }
  }

  bool finish(error& problem) const {
    return ended_ || wrong(problem, "its " + name_ + " data was cut after " + std::to_string(read_) + " bytes");
  }

protected:
  struct progress {
    size_t read = 0;
    size_t written = 0;
    bool ended = false;  ///< what was read is whole
    bool broken = false; ///< this is something else
  };
  virtual progress step(std::string_view packed, char* room, size_t size) = 0;
  /// More of it follows the end of the one before.
  virtual bool begins_again(std::string_view) { return false; }

private:
  static constexpr size_t piece_bytes = 32 << 10;

  static bool wrong(error& problem, std::string what) {
    problem = {errc::bad_page, "the body cannot be unpacked: " + std::move(what), {}};
    return false;
  }

  std::string name_;
  uint64_t read_ = 0;
  bool began_ = false;
  bool ended_ = false;
};

namespace {

class zlib_stage : public unpacker::stage {
public:
  using stage::stage;
  zlib_stage(const zlib_stage&) = delete;
  zlib_stage& operator=(const zlib_stage&) = delete;
  ~zlib_stage() override { inflateEnd(&stream_); }

protected:
  void open(int window_bits) {
    if (inflateInit2(&stream_, window_bits) != Z_OK)
      throw std::bad_alloc{};
  }
  void reopen() { inflateReset(&stream_); }

  progress inflate_piece(std::string_view packed, char* room, size_t size) {
    stream_.next_in = reinterpret_cast<Bytef*>(const_cast<char*>(packed.data()));
    stream_.avail_in = static_cast<uInt>(packed.size());
    stream_.next_out = reinterpret_cast<Bytef*>(room);
    stream_.avail_out = static_cast<uInt>(size);
    auto said = inflate(&stream_, Z_NO_FLUSH);
    if (said == Z_MEM_ERROR)
      throw std::bad_alloc{};
    progress out{packed.size() - stream_.avail_in, size - stream_.avail_out};
    out.ended = said == Z_STREAM_END;
    out.broken = said != Z_STREAM_END && said != Z_OK && said != Z_BUF_ERROR;
    return out;
  }

private:
  z_stream stream_{};
};

class gzip_stage : public zlib_stage {
public:
  explicit gzip_stage(std::string_view name) : zlib_stage(name) { open(16 + MAX_WBITS); }

protected:
  progress step(std::string_view packed, char* room, size_t size) override { return inflate_piece(packed, room, size); }

  bool begins_again(std::string_view packed) override {
    if (packed.front() != '\x1f')
      return false;
    reopen();
    return true;
  }
};

/// The first two bytes tell whether it has zlib's header, as the standard wants, or is bare: in bare data they would be
/// a stored block with padding that nobody writes.
class deflate_stage : public zlib_stage {
public:
  explicit deflate_stage(std::string_view name) : zlib_stage(name) {}

protected:
  progress step(std::string_view packed, char* room, size_t size) override {
    if (head_.size() == head_bytes)
      return inflate_piece(packed, room, size);
    auto taken = std::min(packed.size(), head_bytes - head_.size());
    head_ += packed.substr(0, taken);
    if (head_.size() < head_bytes)
      return {taken, 0};
    auto first = static_cast<unsigned char>(head_[0]);
    auto second = static_cast<unsigned char>(head_[1]);
    bool has_header = (first & 0x0f) == Z_DEFLATED && (first * 256 + second) % 31 == 0;
    open(has_header ? MAX_WBITS : -MAX_WBITS);
    auto out = inflate_piece(head_, room, size);
    out.broken = out.broken || out.read != head_bytes;
    out.read = taken;
    return out;
  }

private:
  static constexpr size_t head_bytes = 2;

  std::string head_;
};

class brotli_stage : public unpacker::stage {
public:
  explicit brotli_stage(std::string_view name)
      : stage(name), state_(BrotliDecoderCreateInstance(nullptr, nullptr, nullptr)) {
    if (!state_)
      throw std::bad_alloc{};
  }
  brotli_stage(const brotli_stage&) = delete;
  brotli_stage& operator=(const brotli_stage&) = delete;
  ~brotli_stage() override { BrotliDecoderDestroyInstance(state_); }

protected:
  progress step(std::string_view packed, char* room, size_t size) override {
    auto in = reinterpret_cast<const uint8_t*>(packed.data());
    auto out = reinterpret_cast<uint8_t*>(room);
    auto in_left = packed.size();
    auto out_left = size;
    auto said = BrotliDecoderDecompressStream(state_, &in_left, &in, &out_left, &out, nullptr);
    return {packed.size() - in_left, size - out_left, said == BROTLI_DECODER_RESULT_SUCCESS,
            said == BROTLI_DECODER_RESULT_ERROR};
  }

private:
  BrotliDecoderState* state_;
};

class zstd_stage : public unpacker::stage {
public:
  zstd_stage(std::string_view name, int window_log) : stage(name), stream_(ZSTD_createDStream()) {
    if (!stream_)
      throw std::bad_alloc{};
    ZSTD_DCtx_setParameter(stream_, ZSTD_d_windowLogMax, window_log);
  }
  zstd_stage(const zstd_stage&) = delete;
  zstd_stage& operator=(const zstd_stage&) = delete;
  ~zstd_stage() override { ZSTD_freeDStream(stream_); }

protected:
  progress step(std::string_view packed, char* room, size_t size) override {
    ZSTD_inBuffer in{packed.data(), packed.size(), 0};
    ZSTD_outBuffer out{room, size, 0};
    auto said = ZSTD_decompressStream(stream_, &out, &in);
    return {in.pos, out.pos, said == 0, ZSTD_isError(said) != 0};
  }

  /// Another frame, or one to be passed over (RFC 8878, 3.1).
  bool begins_again(std::string_view packed) override {
    auto first = static_cast<unsigned char>(packed.front());
    return first == 0x28 || (first & 0xf0) == 0x50;
  }

private:
  ZSTD_DStream* stream_;
};

std::unique_ptr<unpacker::stage> stage_of(std::string_view name, const unpack_limits& limits) {
  if (name == "gzip" || name == "x-gzip")
    return std::make_unique<gzip_stage>("gzip");
  if (name == "deflate")
    return std::make_unique<deflate_stage>(name);
  if (name == "br")
    return std::make_unique<brotli_stage>("brotli");
  if (name == "zstd")
    return std::make_unique<zstd_stage>(name, limits.max_zstd_window_log);
  return nullptr;
}

constexpr size_t named_coding_bytes = 40;

/// As it is compared: in lower case.
std::string coding_name(std::string_view said) {
  std::string out{trim_field(said)};
  for (auto& c : out)
    if (c >= 'A' && c <= 'Z')
      c = static_cast<char>(c - 'A' + 'a');
  return out;
}

} // namespace

result<std::unique_ptr<unpacker>> unpacker::make(std::string_view codings, const unpack_limits& limits) {
  std::vector<std::unique_ptr<stage>> stages;
  while (!codings.empty()) {
    auto end = std::min(codings.find(','), codings.size());
    auto name = coding_name(codings.substr(0, end));
    codings.remove_prefix(std::min(end + 1, codings.size()));
    if (name.empty() || name == "identity" || name == "none")
      continue;
    if (stages.size() == limits.max_codings)
      return fail(errc::bad_page, "the body is packed more than " + std::to_string(limits.max_codings) + " times");
    stages.push_back(stage_of(name, limits));
    if (!stages.back())
      return fail(errc::bad_page, "the body is packed as \"" + name.substr(0, named_coding_bytes) +
                                      "\", and nothing but " + std::string{accepted_encodings} + " was asked for");
  }
  if (stages.empty())
    return nullptr;
  // The one that was applied last is undone first.
  std::reverse(stages.begin(), stages.end());
  return std::unique_ptr<unpacker>{new unpacker{std::move(stages), limits}};
}

unpacker::unpacker(std::vector<std::unique_ptr<stage>> stages, const unpack_limits& limits)
    : stages_(std::move(stages)), handed_on_(stages_.size()), limits_(limits) {}

unpacker::~unpacker() = default;

bool unpacker::take(std::string_view packed, const taker& next) {
  return feed(0, packed, next);
}

bool unpacker::feed(size_t at, std::string_view bytes, const taker& next) {
  if (at + 1 == stages_.size())
    return stages_[at]->take(bytes, next, problem_);
  // What one hands to the next is seen by nobody else: it must be bounded here, or a small body could keep the thread
  // busy for ever.
  auto inner = [&](std::string_view x) {
    handed_on_[at] += x.size();
    if (handed_on_[at] <= limits_.max_bytes_between)
      return feed(at + 1, x, next);
    problem_ = {errc::body_too_large,
                "more than " + std::to_string(limits_.max_bytes_between) + " bytes between two of its codings",
                {}};
    return false;
  };
  return stages_[at]->take(bytes, inner, problem_);
}

bool unpacker::finish() {
  return std::all_of(stages_.begin(), stages_.end(), [this](const auto& x) { return x->finish(problem_); });
}

} // namespace vigie
