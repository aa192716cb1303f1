#pragma once
#include <array>
#include <atomic>
#include <cstdint>
#include <map>
#include <mutex>
#include <string>
#include <string_view>
#include <tuple>

#include "anthropic/models.h"
#include "exchange/response_memory.h"
#include "server/request_record.h"

namespace proxx::server {

/// Counters in Prometheus text format. May be used from any thread. Labels are bounded: endpoints
/// are the routes', models the table's ids and else `other`, statuses HTTP's.
class Metrics {
 public:
  /// `models` must outlive the metrics.
  explicit Metrics(const ModelTable& models) : models_(models) {}

  void observe(const RequestRecord& record);
  void stream_opened() { ++open_streams_; }
  void stream_closed() { --open_streams_; }
  [[nodiscard]] int64_t open_streams() const { return open_streams_; }

  /// The whole exposition, text format 0.0.4.
  [[nodiscard]] std::string text(const ResponseMemory::Use& remembered) const;

 private:
  static constexpr std::array<double, 13> kBucketSeconds = {0.05, 0.1, 0.25, 0.5, 1,   2.5, 5,
                                                            10,   30,  60,   120, 300, 600};
  struct Histogram {
    std::array<uint64_t, kBucketSeconds.size()> buckets{};
    uint64_t count = 0;
    double sum = 0;
    void add(double seconds);
  };
  using Histograms = std::map<std::string_view, Histogram>;

  [[nodiscard]] std::string model_label(std::string_view model) const;
  static void write_histogram(std::string& out, std::string_view name, const Histograms& all);

  const ModelTable& models_;
  std::atomic<int64_t> open_streams_{0};
  mutable std::mutex mutex_;  ///< taken once a request
  std::map<std::tuple<std::string_view, std::string, int>, uint64_t> requests_;
  std::map<std::tuple<std::string, std::string_view>, int64_t> tokens_;
  std::map<std::string_view, uint64_t> upstream_errors_;
  uint64_t cancellations_ = 0;
  Histograms durations_;
  Histograms first_bytes_;
};

/// The Content-Type of Metrics::text().
inline constexpr std::string_view kMetricsType = "text/plain; version=0.0.4; charset=utf-8";

}  // namespace proxx::server
