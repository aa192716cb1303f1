#pragma once
#include <array>
#include <atomic>
#include <chrono>
#include <cstddef>
#include <cstdint>
#include <map>
#include <memory>
#include <mutex>
#include <optional>
#include <string>
#include <string_view>
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

/// A ring of the last requests that began; totals and minutes count those that ended. May be used
/// from any thread: its lock is taken a few times a request, for some hundred instructions each.
class PageLog {
 public:
  struct Kept {
    PageRow row;
    std::optional<PageDetails> details;        ///< nothing: they made room for newer ones
    std::shared_ptr<const PageBodies> bodies;  ///< null: not recorded, or gone
  };

  /// A row that is open until end(), which takes the capture. `record` has method, path and id.
  [[nodiscard]] PageCapture begin(const http::Request& request, const RequestRecord& record);
  void set_model(const PageCapture& capture, std::string_view model);
  /// An answer that is sent in parts begins: its status and headers are known.
  void start_answer(PageCapture& capture, const RequestRecord& record);
  /// The record's texts are moved from.
  void end(PageCapture capture, RequestRecord& record, std::chrono::microseconds convert);

  /// The kept rows whose `change` is above `change`, in order of their ids.
  [[nodiscard]] std::vector<PageRow> changed_since(uint64_t change) const;
  [[nodiscard]] std::optional<Kept> find(uint64_t id) const;
  [[nodiscard]] std::map<std::string, PageTotals> totals() const;
  /// The last hour's minutes in which a request ended, oldest first.
  [[nodiscard]] std::vector<PageMinute> minutes() const;

  /// Bodies are kept from now on; off: those that are kept are gone at once.
  void record_bodies(bool on);
  [[nodiscard]] bool records_bodies() const { return recording_; }
  [[nodiscard]] size_t body_bytes() const { return body_bytes_; }
  /// What rows and details take.
  [[nodiscard]] size_t ring_bytes() const;

 private:
  struct Slot {
    PageRow row;
    std::optional<PageDetails> details;
    std::shared_ptr<PageBodies> bodies;
    size_t row_bytes = 0;  ///< of texts, as counted
    size_t details_bytes = 0;
  };

  [[nodiscard]] uint64_t first_id() const;
  /// Null if it is not kept any more.
  [[nodiscard]] Slot* slot_of(uint64_t id);
  [[nodiscard]] static PageRow row_of(const Slot& slot, int64_t now_unix_ms);
  void changed(Slot& slot);
  void make_room();
  void count(const RequestRecord& record, int64_t now_unix_ms);
  /// The oldest first, until no more than that are left.
  void stop_bodies(size_t keep_bytes);

  std::atomic<size_t> body_bytes_{0};  ///< outlives the bodies, which give back to it
  std::atomic<bool> recording_{false};
  mutable std::mutex mutex_;
  uint64_t last_id_ = 0;
  uint64_t last_change_ = 0;
  uint64_t detailed_from_ = 1;  ///< the first id with details
  std::vector<Slot> slots_;     ///< kMaxPageRequests from the first request on; by the id
  size_t ring_bytes_ = 0;
  std::map<std::string, PageTotals, std::less<>> totals_;
  std::array<PageMinute, 60> minutes_{};
};

}  // namespace proxx::server
