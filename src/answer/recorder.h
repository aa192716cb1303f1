#pragma once
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "anthropic/event.h"

namespace proxx::answer {

/// One content block, put together from its start and its deltas. What no delta changed stays byte
/// for byte.
class RecordedBlock {
 public:
  explicit RecordedBlock(std::string_view start_json) : start_(start_json) {}

  void add(const anthropic::Delta& delta);
  /// The block's JSON. Nothing after a delta that is not known, or if the pieces of its input are
  /// no JSON together.
  [[nodiscard]] std::optional<std::string> whole() const;

 private:
  /// A member that deltas changed, with its new value as JSON text.
  struct Change {
    std::string_view key;
    std::string value;
  };
  [[nodiscard]] std::optional<std::vector<Change>> changes(json::Reader start) const;

  void take(const anthropic::TextDelta& delta);
  void take(const anthropic::InputJsonDelta& delta);
  void take(const anthropic::ThinkingDelta& delta);
  void take(const anthropic::SignatureDelta& delta);
  void take(const anthropic::CitationsDelta& delta);
  void take(const anthropic::UnknownDelta& delta);

  std::string start_;
  std::optional<json::RawString> text_;  ///< pieces of `text`, `thinking` or `input`
  json::RawString signature_;
  std::string citations_;  ///< JSON objects, comma separated
  bool exact_ = true;
};

/// Keeps an answer's content blocks to send them back. It holds a second copy of the answer, so
/// only requests whose turns may be continued have one.
class BlockRecorder {
 public:
  void start(uint32_t index, std::string_view block_json);
  /// Ignores a delta of a block that is not open.
  void delta(uint32_t index, const anthropic::Delta& delta);
  void stop(uint32_t index);

  /// False once a block could not be put together: content() is not what was received.
  [[nodiscard]] bool exact() const { return exact_; }
  /// JSON array of all stopped blocks. It leaves out empty text blocks, which the API gives but
  /// does not take.
  [[nodiscard]] std::string content() const { return '[' + blocks_ + ']'; }

 private:
  struct OpenBlock {
    uint32_t index;
    RecordedBlock block;
  };
  [[nodiscard]] OpenBlock* find(uint32_t index);

  std::vector<OpenBlock> open_;
  std::string blocks_;
  bool exact_ = true;
};

}  // namespace proxx::answer
