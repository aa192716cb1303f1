#pragma once
#include <chrono>
#include <cstdint>
#include <memory>
#include <string>
#include <string_view>

#include "http/server.h"
#include "mock/scenarios/scenarios.h"

namespace proxx::mock {

struct BatchesOptions {
  std::string script;                   ///< a batch scenario, or what the items are answered by
  std::chrono::milliseconds time{200};  ///< from a batch's creation to its end
};

/// The Message Batches API, in memory: /v1/messages/batches and what is below it. Its rules are
/// the upstream's: an item's id has a pattern and stands once, its params are only looked at when
/// the batch has ended, counts say `processing` until then, the list is newest first, results come
/// in another order than the items.
class Batches {
 public:
  explicit Batches(BatchesOptions options);
  ~Batches();
  Batches(Batches&&) noexcept;
  Batches& operator=(Batches&&) noexcept;

  /// `number` is the request's. The request has passed check_headers.
  [[nodiscard]] Answer answer(const http::Request& request, uint64_t number);

 private:
  struct Impl;
  std::unique_ptr<Impl> impl_;
};

/// /v1/messages/batches, or below.
[[nodiscard]] bool is_batches_path(std::string_view path);

}  // namespace proxx::mock
