#include "openai/content/thinking_fields.h"

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <utility>

#include "anthropic/input_block.h"

namespace proxx::openai {
namespace {

using anthropic::redacted_thinking_block;
using anthropic::thinking_block;
using json::Reader;
using json::Type;
using policy::ThinkingHistory;

/// The only format of reasoning_details whose signatures are Anthropic's.
constexpr std::string_view kFormat = "anthropic-claude-v1";

Status expect_string(Reader value) {
  return value ? value.expect(Type::string) : Status();
}

bool has_text(Reader value) {
  return value.is_string() && !value.raw_string().empty();
}

ThinkingHistory broken(Reader at, bool quiet = false) {
  ThinkingHistory out;
  out.broken = true;
  out.quiet = quiet;
  out.at = at;
  return out;
}

Result<ThinkingHistory> from_blocks(Reader blocks) {
  ThinkingHistory out;
  out.at = blocks;
  bool complete = true;
  for (const Reader block : blocks.elements()) {
    PROXX_TRY(block.expect(Type::object));
    const Reader thinking = block.optional("thinking");
    const Reader signature = block.optional("signature");
    const Reader data = block.optional("data");
    PROXX_TRY(expect_string(thinking));
    PROXX_TRY(expect_string(signature));
    PROXX_TRY(expect_string(data));
    const Reader type = block.get("type");
    if (type.equals("thinking") && has_text(signature)) {
      const auto text = thinking ? thinking.raw_string() : json::Raw();
      out.pieces.push_back({thinking_block(text, signature.raw_string()), std::nullopt});
    } else if (type.equals("redacted_thinking") && has_text(data)) {
      out.pieces.push_back({redacted_thinking_block(data.raw_string()), std::nullopt});
    } else {
      complete = false;
    }
  }
  return complete ? out : broken(blocks);
}

/// One reasoning.text, joined from the entries that a stream made of it.
struct Text {
  json::RawString text;
  json::Raw signature;
};

class Details {
 public:
  Result<ThinkingHistory> read(Reader details) {
    bool complete = true;
    for (const Reader entry : details.elements()) {
      PROXX_TRY(entry.expect(Type::object));
      PROXX_ASSIGN(const bool usable, add(entry));
      complete = usable && complete;
    }
    finish_text();
    if (!complete || unsigned_ || out_.pieces.empty()) return broken(details);
    out_.at = details;
    return std::move(out_);
  }

 private:
  Result<bool> add(Reader entry) {
    const Reader format = entry.optional("format");
    const Reader text = entry.optional("text");
    const Reader signature = entry.optional("signature");
    const Reader data = entry.optional("data");
    for (const Reader value : {format, text, signature, data}) PROXX_TRY(expect_string(value));
    const Reader type = entry.get("type");
    if (type.equals("reasoning.summary")) return true;
    if (format && !format.equals(kFormat)) return false;
    const auto index = entry.get("index").integer_or_none();
    if (type.equals("reasoning.encrypted") && has_text(data)) {
      finish_text();
      out_.pieces.push_back({redacted_thinking_block(data.raw_string()), index});
      return true;
    }
    if (!type.equals("reasoning.text")) return false;
    const bool continues = text_ && index_ == index && text_->signature.empty();
    if (!continues) {
      finish_text();
      text_.emplace();
      index_ = index;
    }
    if (text) text_->text.append(text.raw_string());
    if (signature) text_->signature = signature.raw_string();
    return true;
  }

  void finish_text() {
    if (!text_) return;
    if (text_->signature.empty()) unsigned_ = true;
    out_.pieces.push_back({thinking_block(text_->text, text_->signature), index_});
    text_.reset();
  }

  ThinkingHistory out_;
  std::optional<Text> text_;
  std::optional<int64_t> index_;
  bool unsigned_ = false;
};

}  // namespace

Result<ThinkingHistory> read_thinking(Reader thinking_blocks, Reader reasoning_details,
                                      Reader reasoning_content, Reader reasoning) {
  if (thinking_blocks) PROXX_TRY(thinking_blocks.expect(Type::array));
  if (reasoning_details) PROXX_TRY(reasoning_details.expect(Type::array));
  PROXX_TRY(expect_string(reasoning_content));
  PROXX_TRY(expect_string(reasoning));
  if (thinking_blocks && thinking_blocks.elements().begin() != thinking_blocks.elements().end()) {
    return from_blocks(thinking_blocks);
  }
  if (reasoning_details &&
      reasoning_details.elements().begin() != reasoning_details.elements().end()) {
    return Details().read(reasoning_details);
  }
  // Most clients send back reasoning without any signature: it is not worth a notice.
  if (has_text(reasoning_content)) return broken(reasoning_content, true);
  if (has_text(reasoning)) return broken(reasoning, true);
  return ThinkingHistory();
}

}  // namespace proxx::openai
