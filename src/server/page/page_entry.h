#pragma once
#include <array>
#include <atomic>
#include <chrono>
#include <cstddef>
#include <cstdint>
#include <memory>
#include <mutex>
#include <optional>
#include <string>
#include <string_view>

#include "http/server.h"
#include "server/request_record.h"

// What the page knows of one request.

namespace proxx::server {

/// Of one body; a longer one is cut there.
inline constexpr size_t kMaxPageBodyBytes = size_t{1} << 20;
/// Of all bodies, those of requests under way included.
inline constexpr size_t kMaxPageBytes = size_t{16} << 20;
/// Of the headers of one direction; a field that has no room is left out.
inline constexpr size_t kMaxPageHeaderBytes = 1536;
/// Of a method: a string has room for it in itself.
inline constexpr size_t kMaxPageMethodBytes = 15;

/// The bodies of one recorded request: the request writes them while the page reads them. May be
/// used from any thread.
class PageBodies {
 public:
  struct Texts {
    std::string request;   ///< the client's
    std::string upstream;  ///< what it was converted to; empty for a relayed request
    std::string answer;    ///< as the client got it
    bool cut = false;
  };

  /// `held` counts the bytes of all bodies, and must outlive them.
  explicit PageBodies(std::atomic<size_t>& held) : held_(held) {}
  ~PageBodies() { stop(); }
  PageBodies(const PageBodies&) = delete;
  PageBodies& operator=(const PageBodies&) = delete;

  /// Appends as much as the limits leave room for, and sets `cut` for the rest.
  void append(std::string Texts::*text, std::string_view bytes);
  /// Forgets the texts and takes no more.
  void stop();
  [[nodiscard]] Texts texts() const;

 private:
  std::atomic<size_t>& held_;
  mutable std::mutex mutex_;
  Texts texts_;
  bool stopped_ = false;
};

/// A request's place in the log, with what is told there later. Its owner answers the request.
struct PageCapture {
  uint64_t id = 0;
  bool stream = false;
  std::string answer_headers;          ///< as kept_headers() writes them
  std::shared_ptr<PageBodies> bodies;  ///< shared with the log; null unless recording is on
};

/// Lines of `name: value`, at most kMaxPageHeaderBytes, to be shown by shown_headers() only. The
/// value of an `authorization` and the like is not kept.
[[nodiscard]] std::string kept_headers(const http::HeaderList& headers);
/// The lines with `[redacted]` for each value that may be a credential. Judging a name takes 17 000
/// instructions, so it is done for whoever looks and not for each request.
[[nodiscard]] std::string shown_headers(std::string_view kept);

/// What a row tells beside its texts.
struct PageFacts {
  uint64_t id = 0;           ///< from 1, without gaps
  uint64_t change = 0;       ///< the number of its last change, of the changes of all rows
  int64_t time_unix_ms = 0;  ///< when it began
  bool open = true;          ///< no end yet; then `total` is the time so far
  bool stream = false;
  bool failed = false;
  int status = 0;
  std::chrono::microseconds convert{}, total{};
  std::optional<std::chrono::microseconds> first;
  std::optional<TokenCounts> tokens;
  std::array<int32_t, 3> notices{};  ///< how many of each Notice::Kind
};

/// A row: the part that is kept longest, so its texts are cut short.
struct PageRow : PageFacts {
  std::string client, method, path, model, request_id, error_word;

  /// Becomes the row of a request that begins. `record` has method and path.
  void begin(uint64_t new_id, const http::Request& request, const RequestRecord& record);
  /// The request is over. The record's texts are moved from.
  void end(RequestRecord& record);
};

/// What an opened row shows beside its bodies.
struct PageDetails {
  std::string request_headers;
  std::string answer_headers;
  Notices notices;  ///< the first ones, and their texts cut

  void take_notices(Notices& from);
};

/// The memory of their texts, which is what they take beside their own size.
[[nodiscard]] size_t text_bytes(const PageRow& row);
[[nodiscard]] size_t text_bytes(const PageDetails& details);

}  // namespace proxx::server
