#pragma once
#include <array>
#include <atomic>
#include <chrono>
#include <cstddef>
#include <cstdint>
#include <memory>
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

/// The bodies of one request. Appends are charged to `held`, and given back when it is destroyed.
class PageBodies {
 public:
  /// `epoch`: of the recording that began it.
  PageBodies(std::atomic<size_t>& held, uint64_t epoch) : epoch_(epoch), held_(held) {}
  ~PageBodies() { held_ -= request.size() + upstream.size() + answer.size(); }
  PageBodies(const PageBodies&) = delete;
  PageBodies& operator=(const PageBodies&) = delete;

  /// Appends to one of the three as much as the limits leave room for; sets `cut` for the rest.
  void append(std::string PageBodies::*body, std::string_view bytes);
  [[nodiscard]] uint64_t epoch() const { return epoch_; }

  std::string request;   ///< the client's
  std::string upstream;  ///< what it was converted to; empty for a relayed request
  std::string answer;    ///< as the client got it
  bool cut = false;

 private:
  const uint64_t epoch_;
  std::atomic<size_t>& held_;
};

/// What a request gathers for the page while it is under way.
struct PageCapture {
  std::string client;           ///< its User-Agent, else its address
  std::string request_headers;  ///< lines of `name: value`, credentials redacted
  std::string answer_headers;
  bool stream = false;
  std::unique_ptr<PageBodies> bodies;  ///< null unless recording is on
};

/// Lines of `name: value`, at most `max_bytes`; values that may be credentials are `[redacted]`.
[[nodiscard]] std::string page_headers(const http::HeaderList& headers, size_t max_bytes);

/// A row: the part that is kept longest, so its texts are cut short.
struct PageEntry {
  PageEntry(const RequestRecord& record, std::string client);

  uint64_t id = 0;  ///< from 1, without gaps
  int64_t time_unix_ms = 0;
  std::string client, method, path, model, request_id, error_word;
  int status = 0;
  bool stream = false;
  bool failed = false;
  std::chrono::microseconds convert{}, total{};
  std::optional<std::chrono::microseconds> first;
  std::optional<TokenCounts> tokens;
  std::array<int32_t, 3> notices{};  ///< how many of each Notice::Kind
};

/// What an opened row shows beside its bodies.
struct PageDetails {
  PageDetails(const RequestRecord& record, const PageCapture& capture);

  Notices notices;  ///< the first ones, and their texts cut
  std::string request_headers;
  std::string answer_headers;
};

/// The memory that each of them takes, with that of its texts.
[[nodiscard]] size_t held_bytes(const PageEntry& entry);
[[nodiscard]] size_t held_bytes(const PageDetails& details);

}  // namespace proxx::server
