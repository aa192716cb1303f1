#pragma once
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "answer/events.h"

namespace proxx::openai::responses {

/// Brings blocks that an odd upstream interleaves into an order in which none begins before the one
/// before it ended. One block is open; the steps of all others wait for its end.
class BlockOrder {
 public:
  /// The functions of answer::Output that belong to a block.
  enum class Step : uint8_t {
    text_begin,
    text,
    citation,
    text_end,
    thinking_begin,
    thinking,
    signature,
    thinking_end,
    redacted_thinking,
    call_begin,
    call_arguments,
    call_end,
    server_block_begin,
    server_block_end,
  };

  /// True if the step belongs to another block than the open one. Then it is kept, with copies of
  /// its texts.
  bool hold_back(Step step, uint32_t index, std::string_view first = {},
                 std::string_view second = {}, answer::BlockEnd end = answer::BlockEnd::closed) {
    if (!open_ || (*open_ == index && !begins(step) && !same_waits_)) return false;
    hold({step, index, std::string(first), std::string(second), end});
    return true;
  }
  /// A piece of a text or a thinking block.
  bool hold_back(Step step, const answer::Piece& piece) {
    if (!open_ || (*open_ == piece.index && !same_waits_)) return false;
    hold({step,
          piece.index,
          std::string(piece.text.bytes()),
          {},
          {},
          piece.is_first,
          piece.is_plain});
    return true;
  }

  void open(uint32_t index) { open_ = index; }
  /// The open block ended: calls `output` with the steps that waited. It holds back again what
  /// still has to wait.
  void close(answer::Output& output, std::string& out);

 private:
  struct Held {
    Step step;
    uint32_t index;
    std::string first;
    std::string second;
    answer::BlockEnd end = answer::BlockEnd::closed;
    bool is_first = false;
    bool is_plain = false;
  };

  [[nodiscard]] static constexpr bool begins(Step step) {
    return step == Step::text_begin || step == Step::thinking_begin ||
           step == Step::redacted_thinking || step == Step::call_begin ||
           step == Step::server_block_begin;
  }
  void hold(Held held);
  static void run(const Held& held, answer::Output& output, std::string& out);

  std::optional<uint32_t> open_;
  std::vector<Held> held_;
  bool same_waits_ = false;  ///< a block that has the index of the open one waits
};

}  // namespace proxx::openai::responses
