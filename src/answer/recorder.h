#pragma once
#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "anthropic/event.h"
#include "json/writer.h"

namespace proxx::anthropic {

/// Keeps an answer's content blocks to send them back: the start of each with its deltas put in.
/// What did not change stays byte for byte. Only for requests that can be paused: it is a second
/// copy of the answer.
class BlockRecorder {
 public:
  void start(uint32_t index, std::string_view raw_block);
  /// A delta of a block that is not open is ignored.
  void delta(uint32_t index, const Delta& delta);
  void stop(uint32_t index);

  /// False after a delta that is not understood: what was kept is not what was received.
  [[nodiscard]] bool exact() const { return exact_; }
  /// JSON array of all stopped blocks. Empty text blocks, which the API gives but does not take,
  /// are left out.
  [[nodiscard]] std::string content() const { return '[' + blocks_ + ']'; }

 private:
  struct OpenBlock {
    uint32_t index;
    std::string start;
    std::string text;  ///< raw inside of the string that the deltas make up
    std::string signature;
    std::string citations;  ///< comma separated
    bool has_text = false;
  };
  [[nodiscard]] OpenBlock* find(uint32_t index);
  void append_merged(const OpenBlock& block);
  void write_input(const OpenBlock& block, json::Writer& writer);

  void add(OpenBlock& block, const TextDelta& delta);
  void add(OpenBlock& block, const InputJsonDelta& delta);
  void add(OpenBlock& block, const ThinkingDelta& delta);
  void add(OpenBlock& block, const SignatureDelta& delta);
  void add(OpenBlock& block, const CitationsDelta& delta);
  void add(OpenBlock& block, const UnknownDelta& delta);

  std::vector<OpenBlock> open_;
  std::string blocks_;
  bool exact_ = true;
};

}  // namespace proxx::anthropic
