#pragma once
#include <array>
#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "base/result.h"
#include "json/reader.h"

// The Message Batches API: what it answers, decoded, and the bodies it takes.

namespace proxx::anthropic {

struct BatchCounts {
  uint64_t processing = 0;  ///< all of them until the whole batch has ended
  uint64_t succeeded = 0;
  uint64_t errored = 0;
  uint64_t canceled = 0;
  uint64_t expired = 0;

  /// The batch's size, at any time.
  [[nodiscard]] uint64_t total() const;
};

struct MessageBatch {
  std::string id;
  bool ended = false;
  /// False once the results are archived. True while the batch runs.
  bool has_results = true;
  BatchCounts counts;
  int64_t expires_unix_s = 0;  ///< 0 if it was not told
};

/// A batch as an answer of create, retrieve, cancel or list holds it. An unknown status counts as
/// running. Errors: `upstream_protocol` without an id, a status or counts.
[[nodiscard]] Result<MessageBatch> decode_batch(json::Reader batch);
/// A whole answer.
[[nodiscard]] Result<MessageBatch> decode_batch(std::string_view json);

/// One page of the list, newest batch first.
struct BatchPage {
  std::vector<MessageBatch> batches;
  std::string next;  ///< the after_id of the next page; "" is the end
};
[[nodiscard]] Result<BatchPage> decode_batch_page(std::string_view json);

enum class BatchOutcome { succeeded, errored, canceled, expired };

/// One line of a batch's results; views into the document.
struct BatchResult {
  std::string custom_id;
  BatchOutcome outcome = BatchOutcome::errored;
  json::Reader message;  ///< if it succeeded
  json::Reader error;    ///< if it failed: `{"type","message"}`
};
/// Errors: `upstream_protocol` for a line that is no result. An unknown type counts as errored.
[[nodiscard]] Result<BatchResult> decode_batch_result(std::string_view line,
                                                      json::Document& document);

/// A custom_id that the API takes: `[A-Za-z0-9_-]{1,64}`.
[[nodiscard]] bool is_batch_custom_id(std::string_view id);

/// The body of a create call, item by item.
class BatchBody {
 public:
  /// `params` is the JSON of a Messages request without `stream`.
  void add(std::string_view custom_id, std::string_view params);
  /// How long body() would be with one more item.
  [[nodiscard]] size_t size_with(std::string_view custom_id, std::string_view params) const;
  [[nodiscard]] size_t items() const { return items_; }
  /// The body; the next add() begins a new one.
  [[nodiscard]] std::string take();

 private:
  std::string text_;
  size_t items_ = 0;
};

/// The part of a Messages request that POST /v1/messages/count_tokens takes.
[[nodiscard]] std::string countable_part(std::string_view messages_request);

}  // namespace proxx::anthropic
