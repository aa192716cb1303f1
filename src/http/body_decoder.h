#pragma once
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <tl/expected.hpp>

#include "http/guard.h"
#include "http/server.h"

namespace proxx::http {

/// The coding that a body's content-encoding names.
enum class Coding { identity, gzip, zstd };

/// Of a head. Errors: 415 for anything but one coding that is known here.
[[nodiscard]] tl::expected<Coding, Refusal> content_coding(const Request& head);

/// What an answer of 415 says is understood.
inline constexpr std::string_view kAcceptedCodings = "gzip, zstd";

/// Decodes a body of one content coding while it comes, wherever it is cut. Memory beside the body:
/// 64 KiB for gzip, a window of at most 8 MiB (RFC 9659) for zstd. No I/O.
class BodyDecoder {
 public:
  /// Decoded by one call, or a little more, so that a body of a few bytes that means many MiB does
  /// not hold up the loop.
  static constexpr size_t kSliceBytes = size_t{1} << 20;

  /// `coding` is one that changes the body. `limits` must outlive the decoder.
  static std::unique_ptr<BodyDecoder> make(Coding coding, const Limits& limits);
  virtual ~BodyDecoder() = default;

  /// Takes what it can from the front of `encoded` and appends a slice to `body`. True if it waits
  /// for more of `encoded`, false if it may have more to say. Errors: 413 for a body beyond the
  /// limit; 400 for a malformed one.
  [[nodiscard]] tl::expected<bool, Refusal> feed(std::string& encoded, std::string& body);
  /// Of the body's end, after a feed() that said true. 400 if the coding is not at its end.
  [[nodiscard]] virtual std::optional<Refusal> finish() const = 0;

 protected:
  explicit BodyDecoder(const Limits& limits) : limits_(limits) {}

 private:
  /// Decodes from the front of `encoded`, which it shortens, into `out`. How many bytes; 0 when it
  /// waits for more of `encoded`.
  [[nodiscard]] virtual tl::expected<size_t, Refusal> decode(std::string_view& encoded,
                                                             std::span<char> out) = 0;

  const Limits& limits_;
};

}  // namespace proxx::http
