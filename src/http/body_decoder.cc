#include "http/body_decoder.h"

#include <zlib.h>
#include <zstd.h>
#include <zstd_errors.h>

#include <array>

#include "base/ascii.h"

namespace proxx::http {
namespace {

constexpr int kMaxZstdWindowLog = 23;
/// On the stack. A power of two: a body that doubles its memory from there meets the limit.
constexpr size_t kPieceBytes = size_t{16} << 10;
/// The gzip format, not zlib's.
constexpr int kGzipWindowBits = 15 + 16;

const Refusal kNoMemory{503, "no memory to decode the request body"};

class Gzip final : public BodyDecoder {
 public:
  explicit Gzip(const Limits& limits) : BodyDecoder(limits) {
    ready_ = inflateInit2(&stream_, kGzipWindowBits) == Z_OK;
  }
  ~Gzip() override { inflateEnd(&stream_); }
  Gzip(const Gzip&) = delete;
  Gzip& operator=(const Gzip&) = delete;

  std::optional<Refusal> finish() const override {
    if (at_end_) return std::nullopt;
    return Refusal{400, "the gzip request body is cut off"};
  }

 private:
  tl::expected<size_t, Refusal> decode(std::string_view& encoded, std::span<char> out) override {
    if (!ready_) return tl::unexpected<Refusal>(kNoMemory);
    // zlib's pointer is to const in builds with ZLIB_CONST only.
    stream_.next_in = reinterpret_cast<Bytef*>(const_cast<char*>(encoded.data()));
    stream_.avail_in = static_cast<uInt>(encoded.size());
    stream_.next_out = reinterpret_cast<Bytef*>(out.data());
    stream_.avail_out = static_cast<uInt>(out.size());
    while (stream_.avail_out == out.size() && (stream_.avail_in > 0 || !at_end_)) {
      // A gzip file is one member or several (RFC 1952).
      if (at_end_ && inflateReset(&stream_) != Z_OK) return tl::unexpected<Refusal>(kNoMemory);
      const int result = inflate(&stream_, Z_NO_FLUSH);
      if (result == Z_MEM_ERROR) return tl::unexpected<Refusal>(kNoMemory);
      at_end_ = result == Z_STREAM_END;
      if (result == Z_BUF_ERROR) break;
      if (result != Z_OK && !at_end_) {
        return tl::unexpected<Refusal>(Refusal{400, "malformed gzip request body"});
      }
    }
    encoded.remove_prefix(encoded.size() - stream_.avail_in);
    return out.size() - stream_.avail_out;
  }

  z_stream stream_{};
  bool ready_ = false;
  bool at_end_ = false;
};

class Zstd final : public BodyDecoder {
 public:
  explicit Zstd(const Limits& limits) : BodyDecoder(limits), context_(ZSTD_createDCtx()) {
    if (context_) ZSTD_DCtx_setParameter(context_.get(), ZSTD_d_windowLogMax, kMaxZstdWindowLog);
  }

  std::optional<Refusal> finish() const override {
    if (at_end_) return std::nullopt;
    return Refusal{400, "the zstd request body is cut off"};
  }

 private:
  struct Free {
    void operator()(ZSTD_DCtx* context) const { ZSTD_freeDCtx(context); }
  };

  tl::expected<size_t, Refusal> decode(std::string_view& encoded, std::span<char> out) override {
    if (!context_) return tl::unexpected<Refusal>(kNoMemory);
    ZSTD_inBuffer in{encoded.data(), encoded.size(), 0};
    ZSTD_outBuffer to{out.data(), out.size(), 0};
    // What it has decoded and found no room for comes without any input.
    while (to.pos == 0 && (in.pos < in.size || has_more_)) {
      const size_t result = ZSTD_decompressStream(context_.get(), &to, &in);
      if (ZSTD_isError(result) != 0) return tl::unexpected<Refusal>(refusal_of(result));
      at_end_ = result == 0;
      has_more_ = !at_end_ && to.pos == to.size;
    }
    encoded.remove_prefix(in.pos);
    return to.pos;
  }

  static Refusal refusal_of(size_t result) {
    switch (ZSTD_getErrorCode(result)) {
      case ZSTD_error_memory_allocation:
        return kNoMemory;
      case ZSTD_error_frameParameter_windowTooLarge:
        return {400, "the zstd request body has a window of more than 8 MiB"};
      case ZSTD_error_dictionary_wrong:
        return {400, "the zstd request body needs a dictionary"};
      default:
        return {400, "malformed zstd request body"};
    }
  }

  const std::unique_ptr<ZSTD_DCtx, Free> context_;
  bool at_end_ = false;
  bool has_more_ = false;
};

}  // namespace

tl::expected<Coding, Refusal> content_coding(const Request& head) {
  Coding coding = Coding::identity;
  const bool several = head.count("content-encoding") > 1;
  for (const auto& [name, value] : head.headers) {
    if (!same_word(name, "content-encoding") || same_word(value, "identity")) continue;
    const bool gzip = same_word(value, "gzip") || same_word(value, "x-gzip");
    if (several || (!gzip && !same_word(value, "zstd"))) {
      return tl::unexpected<Refusal>(
          Refusal{415, "a request body may have one content coding, gzip or zstd"});
    }
    coding = gzip ? Coding::gzip : Coding::zstd;
  }
  return coding;
}

tl::expected<bool, Refusal> BodyDecoder::feed(std::string& encoded, std::string& body) {
  std::array<char, kPieceBytes> piece;
  std::string_view rest = encoded;
  size_t slice = 0;
  while (slice < kSliceBytes) {
    const auto bytes = decode(rest, piece);
    if (!bytes) return tl::unexpected<Refusal>(bytes.error());
    if (*bytes == 0) {
      encoded.clear();
      return true;
    }
    if (*bytes > limits_.max_body_bytes - body.size()) {
      return tl::unexpected<Refusal>(Refusal{413, "the request body is too large"});
    }
    body.append(piece.data(), *bytes);
    slice += *bytes;
  }
  encoded.erase(0, encoded.size() - rest.size());
  return false;
}

std::unique_ptr<BodyDecoder> BodyDecoder::make(Coding coding, const Limits& limits) {
  if (coding == Coding::gzip) return std::make_unique<Gzip>(limits);
  return std::make_unique<Zstd>(limits);
}

}  // namespace proxx::http
