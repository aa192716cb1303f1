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
#include <vector>

#include "http/server.h"
#include "server/page/page_entry.h"

// What the page at `/` shows: the last requests, kept in memory only.

namespace proxx::server {

inline constexpr size_t kMaxPageRequests = 200;
/// Of rows and details together; details of the oldest go first. 200 of the longest rows have room.
inline constexpr size_t kMaxPageRingBytes = size_t{256} << 10;

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
  /// Whoever reads one keeps it until it has been read.
  struct Kept {
    std::shared_ptr<const PageEntry> row;        ///< null: nothing is kept
    std::shared_ptr<const PageDetails> details;  ///< null: they made room for newer ones
    std::shared_ptr<const PageBodies> bodies;    ///< null: not recorded, or gone
  };
  using Rows = std::vector<std::shared_ptr<const PageEntry>>;

  /// The start of a capture.
  [[nodiscard]] std::unique_ptr<PageCapture> capture(const http::Request& request);
  void add(const RequestRecord& record, std::chrono::microseconds convert, PageCapture capture);

  /// The kept requests whose id is above `id`, oldest first.
  [[nodiscard]] Rows after(uint64_t id) const;
  [[nodiscard]] Kept find(uint64_t id) const;
  [[nodiscard]] std::map<std::string, PageTotals> totals() const;
  /// The last hour's minutes that had a request, oldest first.
  [[nodiscard]] std::vector<PageMinute> minutes() const;

  /// Bodies are kept from now on; off: those that are kept are gone at once.
  void record_bodies(bool on);
  [[nodiscard]] bool records_bodies() const { return recording_ != 0; }
  [[nodiscard]] size_t body_bytes() const { return body_bytes_; }

 private:
  void count(const PageEntry& row);
  void make_room();
  void drop_bodies(size_t keep_bytes);

  std::atomic<size_t> body_bytes_{0};   ///< outlives the bodies, which give back to it
  std::atomic<uint64_t> recording_{0};  ///< the epoch; 0 is off
  mutable std::mutex mutex_;
  uint64_t last_epoch_ = 0;
  uint64_t last_id_ = 0;
  std::deque<Kept> kept_;
  size_t ring_bytes_ = 0;
  uint64_t detailed_from_ = 1;  ///< the first id with details
  std::map<std::string, PageTotals> totals_;
  std::array<PageMinute, 60> minutes_{};
};

}  // namespace proxx::server
