#pragma once
#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "fuzz.h"

namespace proxx::fuzz {

/// What a client has to hear of a stream.
struct Told {
  struct Call {
    std::string id;
    std::string name;
    std::string arguments;
  };
  std::string content;
  std::string reasoning;  ///< the texts of thinking blocks with a blank line between
  std::vector<Call> calls;
  std::string finish_reason;
  int64_t output_tokens = 0;

  std::string message;     ///< the same as one Anthropic message
  bool legal = true;       ///< false: with events that make no sense where they stand
  bool has_stop = false;   ///< message_stop is there
  bool has_error = false;  ///< an `error` event is there, before any message_stop
};

/// Makes up an Anthropic stream by the fuzzer's choices, and knows what it says: the blocks, the
/// texts and how they are cut and escaped, what else stands between, line ends, how it ends.
class Storyteller {
 public:
  explicit Storyteller(Choices& choices) : choices_(choices) {}

  /// The bytes of a stream.
  std::string tell(Told& told);

 private:
  void event(std::string_view type, const std::string& data);
  void noise();
  void nonsense(Told& told);
  void block(Told& told);
  void text_block(Told& told);
  void thinking_block(Told& told);
  void redacted_block(Told& told);
  void call_block(Told& told);
  void hidden_block(Told& told);
  void end(Told& told);

  void start_block(const std::string& json);
  void delta(std::string_view type, std::string_view key, std::string_view text);
  void stop_block();
  /// A text in deltas of the type, cut by choice between characters; returns it.
  std::string deltas(std::string_view type, std::string_view key, std::string_view text);
  void keep_block(const std::string& json);

  /// Valid UTF-8 by choice.
  std::string text();
  /// The text as a JSON string, escaped as little as possible or as much.
  std::string quoted(std::string_view text);

  Choices& choices_;
  std::string stream_;
  std::string blocks_;  ///< of the message, comma separated
  std::string line_end_ = "\n";
  int index_ = 0;
};

}  // namespace proxx::fuzz
