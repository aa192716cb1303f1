#include "answer/text_as_call.h"

#include <utility>
#include <vector>

#include "base/hash.h"
#include "json/clean.h"
#include "json/string.h"

namespace proxx::answer {
namespace {

using namespace json::literals;

/// Legal as an id in a request.
json::RawString call_id(Raw message_id) {
  constexpr uint64_t kOtherSeed = 1;
  return json::RawString("toolu_" + hex(stable_hash(message_id.bytes())) +
                         hex(stable_hash(message_id.bytes(), kOtherSeed)));
}

class TextAsCall final : public Output {
 public:
  TextAsCall(std::string_view name, std::unique_ptr<Output> inner)
      : name_(json::escaped(name)), inner_(std::move(inner)) {}

  void start(Raw id, Raw model, std::string& out) override {
    id_ = call_id(id);
    inner_->start(id, model, out);
  }

  void text_begin(uint32_t index, std::string& out) override {
    if (kind_ == Kind::text) inner_->text_begin(index, out);
    if (kind_ == Kind::unknown) untold_.push_back(index);
  }
  void text(const Piece& piece, std::string& out) override;
  void citation(uint32_t index, const anthropic::Citation& citation, std::string& out) override {
    if (kind_ == Kind::text) inner_->citation(index, citation, out);
  }
  void text_end(uint32_t index, BlockEnd end, std::string& out) override {
    if (kind_ == Kind::text) inner_->text_end(index, end, out);
    std::erase(untold_, index);
    is_cut_ = end == BlockEnd::cut;
  }

  void thinking_begin(uint32_t index, std::string& out) override {
    inner_->thinking_begin(index, out);
  }
  void thinking(const Piece& piece, std::string& out) override { inner_->thinking(piece, out); }
  void signature(uint32_t index, Raw signature, std::string& out) override {
    inner_->signature(index, signature, out);
  }
  void thinking_end(uint32_t index, BlockEnd end, std::string& out) override {
    inner_->thinking_end(index, end, out);
  }
  void redacted_thinking(uint32_t index, Raw data, std::string& out) override {
    inner_->redacted_thinking(index, data, out);
  }

  void call_begin(const ToolCall& call, Raw id, Raw name, std::string& out) override {
    if (kind_ == Kind::unknown) become_text(out);
    inner_->call_begin(shown(call), id, name, out);
  }
  void call_arguments(const ToolCall& call, Raw fragment, std::string& out) override {
    inner_->call_arguments(shown(call), fragment, out);
  }
  void call_end(const ToolCall& call, BlockEnd end, std::string& out) override {
    inner_->call_end(shown(call), end, out);
  }

  [[nodiscard]] bool wants_server_blocks() const override { return inner_->wants_server_blocks(); }
  void server_block_begin(uint32_t index, std::string_view block, std::string& out) override {
    inner_->server_block_begin(index, block, out);
  }
  void server_block_end(uint32_t index, std::string_view block, BlockEnd end,
                        std::string& out) override {
    inner_->server_block_end(index, block, end, out);
  }

  void stop(const Stop& stop, const TokenUsage& usage, std::string& out) override;
  void fail(const Error& error, std::string& out) override { inner_->fail(error, out); }
  [[nodiscard]] std::string take_reasoning() override { return inner_->take_reasoning(); }

 private:
  /// What the answer's text is.
  enum class Kind {
    unknown,  ///< nothing but white space has come
    call,
    text,
  };
  void become_text(std::string& out);
  void tell_arguments(Raw text, std::string& out);
  /// The call of the text is the first one.
  [[nodiscard]] ToolCall shown(ToolCall call) const {
    if (kind_ == Kind::call) ++call.number;
    return call;
  }

  const json::RawString name_;
  std::unique_ptr<Output> inner_;
  json::RawString id_;
  Kind kind_ = Kind::unknown;
  ToolCall call_;                 ///< if the kind is `call`
  json::InnerCleaner arguments_;  ///< of that call
  std::vector<uint32_t> untold_;  ///< open text blocks while the kind is unknown
  json::RawString white_space_;   ///< their text
  bool is_cut_ = false;           ///< the last text block was
};

void TextAsCall::become_text(std::string& out) {
  kind_ = Kind::text;
  for (const uint32_t index : std::exchange(untold_, {})) inner_->text_begin(index, out);
}

void TextAsCall::text(const Piece& piece, std::string& out) {
  if (kind_ == Kind::text) return inner_->text(piece, out);
  if (kind_ == Kind::call) return tell_arguments(piece.text, out);
  const std::string decoded = json::unescape(piece.text);
  const size_t first = decoded.find_first_not_of(" \t\r\n");
  if (first == std::string::npos) {
    white_space_.append(piece.text);
    return;
  }
  if (decoded[first] != '{') {
    become_text(out);
    const json::RawString whole = std::exchange(white_space_, {}).append(piece.text);
    return inner_->text({piece.index, whole, true, false}, out);
  }
  kind_ = Kind::call;
  untold_.clear();
  call_ = {piece.index, 0};
  inner_->call_begin(call_, id_, name_, out);
  const json::RawString whole = std::exchange(white_space_, {}).append(piece.text);
  tell_arguments(whole, out);
}

void TextAsCall::tell_arguments(Raw text, std::string& out) {
  std::string buffer;
  const Raw fragment = arguments_.add(text, buffer);
  if (!fragment.empty()) inner_->call_arguments(call_, fragment, out);
}

void TextAsCall::stop(const Stop& stop, const TokenUsage& usage, std::string& out) {
  if (kind_ != Kind::call) return inner_->stop(stop, usage, out);
  Stop shown = stop;
  switch (stop.reason) {
    case StopReason::end_turn:
    case StopReason::tool_use:
      shown.reason = StopReason::tool_use;
      shown.word = json::RawString("tool_use"_raw);
      break;
    case StopReason::refusal:
      is_cut_ = true;
      break;
    default:  // such as a stop sequence: a client must not take the call for whole
      if (!is_cut_off(stop.reason)) shown.reason = StopReason::max_tokens;
      shown.cuts_call = true;
      is_cut_ = true;
  }
  const json::RawString rest = arguments_.end();
  if (!rest.empty()) inner_->call_arguments(call_, rest, out);
  inner_->call_end(call_, is_cut_ ? BlockEnd::cut : BlockEnd::closed, out);
  inner_->stop(shown, usage, out);
}

}  // namespace

std::unique_ptr<Output> text_as_call(std::string_view name, std::unique_ptr<Output> inner) {
  return std::make_unique<TextAsCall>(name, std::move(inner));
}

}  // namespace proxx::answer
