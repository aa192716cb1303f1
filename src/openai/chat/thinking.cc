#include "openai/chat/thinking.h"

#include <algorithm>
#include <utility>

namespace proxx::request {
namespace {

using json::Reader;
using json::Type;

/// The only format of reasoning_details whose signatures are Anthropic's.
constexpr std::string_view kFormat = "anthropic-claude-v1";

Status expect_string(Reader value) {
  return value ? value.expect(Type::string) : Status();
}

bool has_text(Reader value) {
  return value.is_string() && !value.raw_string().empty();
}

Block thinking_block(std::string_view raw_text, std::string_view raw_signature) {
  Block block;
  block.kind = Block::Kind::thinking;
  block.json.append(R"({"type":"thinking","thinking":")").append(raw_text);
  block.json.append(R"(","signature":")").append(raw_signature).push_back('"');
  return block;
}

Block redacted_block(Reader data) {
  Block block;
  block.kind = Block::Kind::thinking;
  block.json.append(R"({"type":"redacted_thinking","data":)").append(data.raw());
  return block;
}

ThinkingHistory broken(Reader at) {
  ThinkingHistory out;
  out.broken = true;
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
      const auto text = thinking ? thinking.raw_string() : std::string_view();
      out.pieces.push_back({thinking_block(text, signature.raw_string()), std::nullopt});
    } else if (type.equals("redacted_thinking") && has_text(data)) {
      out.pieces.push_back({redacted_block(data), std::nullopt});
    } else {
      complete = false;
    }
  }
  return complete ? out : broken(blocks);
}

/// One reasoning.text, put together from the entries that a stream left of it.
struct Text {
  std::string raw;
  std::string_view raw_signature;
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
      out_.pieces.push_back({redacted_block(data), index});
      return true;
    }
    if (!type.equals("reasoning.text")) return false;
    const bool continues = text_ && index_ == index && text_->raw_signature.empty();
    if (!continues) {
      finish_text();
      text_.emplace();
      index_ = index;
    }
    if (text) text_->raw.append(text.raw_string());
    if (signature) text_->raw_signature = signature.raw_string();
    return true;
  }

  void finish_text() {
    if (!text_) return;
    if (text_->raw_signature.empty()) unsigned_ = true;
    out_.pieces.push_back({thinking_block(text_->raw, text_->raw_signature), index_});
    text_.reset();
  }

  ThinkingHistory out_;
  std::optional<Text> text_;
  std::optional<int64_t> index_;
  bool unsigned_ = false;
};

/// How many of `others` stand before each of `pieces`, which are in order. The upstream's message
/// had more blocks than OpenAI's form keeps: texts come back as one, server tools not at all. Those
/// that are missing are taken from behind the first text; the last block is never thinking, which
/// the upstream would refuse.
std::vector<int64_t> places_among(const std::vector<Block>& others,
                                  const std::vector<ThinkingHistory::Piece>& pieces) {
  std::vector<int64_t> out;
  out.reserve(pieces.size());
  for (const auto& piece : pieces) {
    out.push_back(std::max<int64_t>(*piece.index - static_cast<int64_t>(out.size()), 0));
  }
  const int64_t last = std::max<int64_t>(static_cast<int64_t>(others.size()) - 1, 0);
  const int64_t missing = std::max<int64_t>(*std::max_element(out.begin(), out.end()) - last, 0);
  const bool begins_with_text = !others.empty() && others.front().kind == Block::Kind::text;
  for (int64_t& place : out) {
    const int64_t least = begins_with_text && place > 0 ? 1 : 0;
    place = std::min(last, std::max(least, place - missing));
  }
  return out;
}

/// Where the assistant began the tool loop that the request continues, if it does.
const Turn* open_tool_loop(const std::vector<Turn>& turns) {
  const Turn* first = nullptr;
  if (turns.back().role == Turn::Role::assistant) return first;
  for (auto turn = turns.rbegin(); turn != turns.rend(); ++turn) {
    const bool has_results = turn->blocks.front().kind == Block::Kind::tool_result;
    if (turn->role == Turn::Role::user && !has_results) break;
    if (turn->role == Turn::Role::assistant) first = &*turn;
  }
  return first;
}

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
  if (has_text(reasoning_content)) return broken(reasoning_content);
  if (has_text(reasoning)) return broken(reasoning);
  return ThinkingHistory();
}

std::vector<Block> with_thinking(ThinkingHistory thinking, std::vector<Block> others) {
  auto& pieces = thinking.pieces;
  if (pieces.empty()) return others;
  const bool placed = std::all_of(pieces.begin(), pieces.end(),
                                  [](const auto& piece) { return piece.index.has_value(); });
  if (placed) {
    std::stable_sort(pieces.begin(), pieces.end(),
                     [](const auto& a, const auto& b) { return *a.index < *b.index; });
  }
  const auto places = placed ? places_among(others, pieces) : std::vector<int64_t>(pieces.size());
  std::vector<Block> out;
  out.reserve(pieces.size() + others.size());
  auto other = others.begin();
  for (size_t i = 0; i < pieces.size(); ++i) {
    while (other - others.begin() < places[i]) out.push_back(std::move(*other++));
    out.push_back(std::move(pieces[i].block));
  }
  std::move(other, others.end(), std::back_inserter(out));
  return out;
}

bool ThinkingHole::put_behind(const std::vector<Turn>& turns) {
  turns_ = turns.size();
  blocks_ = turns.empty() ? 0 : turns.back().blocks.size();
  return std::exchange(thinking_behind_, false);
}

void ThinkingHole::remove_thinking_before(std::vector<Turn>& turns) const {
  for (size_t i = 0; i < turns_; ++i) {
    std::vector<Block>& blocks = turns[i].blocks;
    const bool last = i + 1 == turns_;
    const auto end = last ? blocks.begin() + static_cast<ptrdiff_t>(blocks_) : blocks.end();
    blocks.erase(
        std::remove_if(blocks.begin(), end,
                       [](const Block& block) { return block.kind == Block::Kind::thinking; }),
        end);
  }
}

void note_thinking(Conversion& c) {
  for (const Turn& turn : c.turns) {
    for (const Block& block : turn.blocks) {
      if (block.kind == Block::Kind::thinking) c.out.has_thinking_history = true;
    }
  }
  const Turn* loop = open_tool_loop(c.turns);
  c.open_loop_without_thinking =
      loop != nullptr && loop->blocks.front().kind != Block::Kind::thinking;
}

}  // namespace proxx::request
