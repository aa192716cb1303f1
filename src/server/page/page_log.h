#pragma once
#include <array>
#include <atomic>
#include <chrono>
#include <cstddef>
#include <cstdint>
#include <deque>
#include <map>
#include <memory>
#include <mutex>
#include <string>
#include <string_view>
#include <vector>

#include "http/server.h"
#include "server/request_record.h"

// What the page at `/` shows: the last requests, kept in memory only.

namespace proxx::server {

inline constexpr size_t kMaxPageRequests = 200;
/// Of one body; a longer one is cut there.
inline constexpr size_t kMaxPageBodyBytes = size_t{1} << 20;
/// Of the headers of one direction; a field that has no room is left out.
inline constexpr size_t kMaxPageHeaderBytes = 768;
/// Of all bodies, those of requests under way included.
inline constexpr size_t kMaxPageBytes = size_t{16} << 20;

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

struct PageEntry {
  uint64_t id = 0;  ///< from 1, without gaps
  int64_t time_unix_ms = 0;
  RequestRecord record;
  std::chrono::microseconds convert{};
  PageCapture capture;
};

struct PageTotals {
  int64_t requests = 0;
  int64_t errors = 0;
  TokenCounts tokens;
};

/// One minute of the plot.
struct PageMinute {
  int64_t unix_minute = 0;
  int64_t requests = 0;
  int64_t firsts = 0;  ///< requests with a first byte
  std::chrono::microseconds first_sum{};
};

/// A ring of the last requests. May be used from any thread; its lock is taken once a request.
class PageLog {
 public:
  using Entries = std::vector<std::shared_ptr<const PageEntry>>;

  /// The start of a capture.
  [[nodiscard]] std::unique_ptr<PageCapture> capture(const http::Request& request);
  void add(const RequestRecord& record, std::chrono::microseconds convert, PageCapture capture);

  /// The kept requests whose id is above `id`, oldest first.
  [[nodiscard]] Entries after(uint64_t id) const;
  /// Null if it is not kept.
  [[nodiscard]] std::shared_ptr<const PageEntry> find(uint64_t id) const;
  [[nodiscard]] std::map<std::string, PageTotals> totals() const;
  /// The last hour's minutes that had a request, oldest first.
  [[nodiscard]] std::vector<PageMinute> minutes() const;

  /// Bodies are kept from now on; off: those that are kept are gone at once.
  void record_bodies(bool on);
  [[nodiscard]] bool records_bodies() const { return recording_ != 0; }
  [[nodiscard]] size_t body_bytes() const { return body_bytes_; }

 private:
  void drop_bodies(size_t keep_bytes);

  std::atomic<size_t> body_bytes_{0};   ///< outlives the entries, which give back to it
  std::atomic<uint64_t> recording_{0};  ///< the epoch; 0 is off
  mutable std::mutex mutex_;
  uint64_t last_epoch_ = 0;
  uint64_t last_id_ = 0;
  std::deque<std::shared_ptr<const PageEntry>> entries_;
  std::map<std::string, PageTotals> totals_;
  std::array<PageMinute, 60> minutes_{};
};

}  // namespace proxx::server
