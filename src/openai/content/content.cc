#include "openai/content/content.h"

#include <cstddef>
#include <cstdint>
#include <utility>

#include "anthropic/white_space.h"
#include "json/writer.h"
#include "openai/content/files.h"
#include "openai/content/native_parts.h"
#include "openai/draft.h"
#include "openai/members.h"

namespace proxx::openai {
namespace {

using anthropic::InputBlock;
using json::Reader;
using json::Type;
using policy::NoticeLog;

enum class PartType {
  text,
  refusal,
  image_url,
  file,
  input_audio,
  // Anthropic's own.
  image,
  document,
  search_result,
  tool_use,
  tool_result,
  thinking
};
struct PartRow {
  std::string_view type;  ///< of OpenAI's also the name of the member that holds the payload
  PartType what;
};
constexpr PartRow kPartTypes[] = {{"text", PartType::text},
                                  {"refusal", PartType::refusal},
                                  {"image_url", PartType::image_url},
                                  {"file", PartType::file},
                                  {"input_audio", PartType::input_audio},
                                  {"image", PartType::image},
                                  {"document", PartType::document},
                                  {"search_result", PartType::search_result},
                                  {"tool_use", PartType::tool_use},
                                  {"tool_result", PartType::tool_result},
                                  {"thinking", PartType::thinking},
                                  {"redacted_thinking", PartType::thinking}};

bool may_send(Speaker speaker, PartType type) {
  switch (type) {
    case PartType::text:
      return true;
    case PartType::refusal:
    case PartType::tool_use:
    case PartType::thinking:
      return speaker == Speaker::assistant;
    case PartType::image_url:
    case PartType::image:
    case PartType::document:
    case PartType::search_result:
      return speaker == Speaker::user || speaker == Speaker::tool;
    case PartType::file:
    case PartType::input_audio:
    case PartType::tool_result:
      return speaker == Speaker::user;
  }
  return false;
}

/// Parts of calls, which only a conversation can take.
bool belongs_to_call(PartType type) {
  return type == PartType::tool_use || type == PartType::tool_result;
}

Result<PartRow> part_type(Speaker speaker, bool in_conversation, const Reader& part) {
  const Reader type = part.optional("type");
  if (!type) return missing(part, "type");
  PROXX_TRY(type.expect(Type::string));
  for (const PartRow& row : kPartTypes) {
    if (!type.equals(row.type) || !may_send(speaker, row.what)) continue;
    if (belongs_to_call(row.what) && !in_conversation) continue;
    if (row.what == PartType::input_audio) return err(type, "Claude does not hear audio");
    return row;
  }
  return err(type, "no such part in a message of this role");
}

Result<InputBlock> read_image(Reader image_url, NoticeLog& notices) {
  PROXX_TRY(image_url.expect(Type::object));
  static constexpr std::string_view kNames[] = {"url", "detail"};
  const auto [url, detail] = read_members(image_url, kNames, notices);
  if (!url) return missing(image_url, "url");
  PROXX_TRY(url.expect(Type::string));
  if (detail) PROXX_TRY(detail.expect(Type::string));
  return image_of_url(url, notices);
}

Result<InputBlock> read_file(Reader file, NoticeLog& notices) {
  PROXX_TRY(file.expect(Type::object));
  static constexpr std::string_view kNames[] = {"file_data", "file_id", "filename"};
  const auto [file_data, file_id, filename] = read_members(file, kNames, notices);
  return block_of_file(file, {file_data, file_id, filename}, notices);
}

Result<InputBlock> block_of(PartType type, Reader payload, NoticeLog& notices) {
  switch (type) {
    case PartType::image_url:
      return read_image(payload, notices);
    case PartType::file:
      return read_file(payload, notices);
    default:
      return anthropic::text_block(payload.raw_string());
  }
}

Status expect_parts(Reader content) {
  if (content.is_array()) return {};
  return err(content, "expected a string or an array of parts", "invalid_type");
}

class ContentReader {
 public:
  ContentReader(Speaker speaker, std::string_view breakpoint, NoticeLog& notices,
                policy::Conversation* conversation)
      : speaker_(speaker),
        breakpoint_(breakpoint),
        notices_(notices),
        conversation_(conversation) {}

  Result<Content> read(Reader parts) {
    for (const Reader part : parts.elements()) {
      const size_t before = out_.blocks.size();
      PROXX_TRY(add_part(part));
      if (out_.blocks.size() > before) {
        out_.blocks.back().origin = origin_in(OriginMember::content, index_);
      }
      ++index_;
    }
    return std::move(out_);
  }

 private:
  Status add_part(const Reader& part) {
    PROXX_TRY(part.expect(Type::object));
    PROXX_ASSIGN(const PartRow row, part_type(speaker_, conversation_ != nullptr, part));
    if (row.what >= PartType::image) return add_native(part, row.what);
    const bool is_text = row.what == PartType::text || row.what == PartType::refusal;
    const std::string_view names[] = {
        "type", row.type, "cache_control", "prompt_cache_breakpoint",
        speaker_ != Speaker::system && row.what == PartType::text ? "citations" : row.type};
    const auto [type, payload, cache_control, breakpoint, citations] =
        read_members(part, names, notices_);
    if (!payload) return missing(part, row.type);
    if (is_text) PROXX_TRY(payload.expect(Type::string));
    if (row.what == PartType::refusal) {
      out_.refusals.push_back(payload);
      return {};
    }
    if (citations) PROXX_TRY(citations.expect(Type::array));
    const bool is_blank = is_text && anthropic::is_blank(payload.raw_string());
    if (citations && !is_blank) return add(native_block(InputBlock::Kind::text, part), part);
    PROXX_ASSIGN(InputBlock block, block_of(row.what, payload, notices_));
    if (!is_blank) return add(std::move(block), part);
    PROXX_TRY(set_caching(part, block));
    for (const Reader& lost : {cache_control, breakpoint}) {
      if (lost) notices_.drop(lost, "an empty text cannot carry it");
    }
    return {};
  }

  Status add_native(const Reader& part, PartType type) {
    switch (type) {
      case PartType::image:
        return add(
            is_mcp(part) ? mcp_image(part, notices_) : native_media(InputBlock::Kind::image, part),
            part);
      case PartType::document:
        return add(native_media(InputBlock::Kind::document, part), part);
      case PartType::tool_use:
        return add(native_tool_use(part, *conversation_), part);
      case PartType::tool_result:
        return add(read_result(part), part);
      case PartType::thinking: {
        const auto place = static_cast<int64_t>(out_.blocks.size() + out_.thinking.pieces.size());
        if (const Reader lost = part.optional("cache_control")) {
          notices_.drop(lost, "thinking cannot carry it");
        }
        return add_native_thinking(part, origin_in(OriginMember::content, index_), place,
                                   out_.thinking);
      }
      default:
        return add(native_block(InputBlock::Kind::document, part), part);
    }
  }

  /// What a tool of the Model Context Protocol gave back.
  [[nodiscard]] bool is_mcp(const Reader& part) const {
    return speaker_ == Speaker::tool && !part.optional("source") && part.optional("data");
  }

  Result<InputBlock> read_result(const Reader& part) {
    PROXX_ASSIGN(InputBlock result, native_tool_result(part, *conversation_));
    PROXX_TRY(set_result_content(part.get("content"), breakpoint_, result, notices_));
    return result;
  }

  Status add(Result<InputBlock> block, const Reader& part) {
    PROXX_TRY(block);
    PROXX_TRY(set_caching(part, *block));
    out_.blocks.push_back(std::move(*block));
    return {};
  }

  Status set_caching(const Reader& part, InputBlock& block) const {
    if (const Reader breakpoint = part.optional("prompt_cache_breakpoint")) {
      PROXX_TRY(set_breakpoint(breakpoint, block));
    }
    return anthropic::set_cache_control(block, part.optional("cache_control"));
  }

  Status set_breakpoint(Reader breakpoint, InputBlock& block) const {
    PROXX_TRY(breakpoint.expect(Type::object));
    if (const Reader mode = breakpoint.optional("mode")) PROXX_TRY(mode.expect(Type::string));
    block.cache_control = breakpoint_;
    block.cache_control_at = breakpoint;
    return {};
  }

  Speaker speaker_;
  std::string_view breakpoint_;
  NoticeLog& notices_;
  policy::Conversation* conversation_;
  Content out_;
  int32_t index_ = 0;  ///< of the part in hand
};

}  // namespace

Result<Content> read_content(Speaker speaker, Reader content, std::string_view breakpoint,
                             NoticeLog& notices, policy::Conversation* conversation) {
  Content out;
  if (content.is_null()) return out;
  if (content.is_array()) {
    return ContentReader(speaker, breakpoint, notices, conversation).read(content);
  }
  if (!content.is_string()) PROXX_TRY(expect_parts(content));
  if (anthropic::is_blank(content.raw_string())) return out;
  out.blocks.push_back(anthropic::text_block(content.raw_string()));
  out.blocks.back().origin = origin_in(OriginMember::content);
  return out;
}

Result<bool> holds_results(Reader content) {
  if (!content.is_null() && !content.is_string()) PROXX_TRY(expect_parts(content));
  for (const Reader part : content.elements()) {
    PROXX_TRY(part.expect(Type::object));
    const Reader type = part.optional("type");
    if (!type) return missing(part, "type");
    PROXX_TRY(type.expect(Type::string));
    if (type.equals("tool_result")) return true;
  }
  return false;
}

Status set_result_content(Reader content, std::string_view breakpoint, InputBlock& result,
                          NoticeLog& notices) {
  constexpr std::string_view kContent = R"(,"content":)";
  if (content.is_string()) {
    if (anthropic::is_blank(content.raw_string())) return {};
    result.json.append(kContent);
    result.source = content.raw();
    return {};
  }
  PROXX_ASSIGN(const Content parts, read_content(Speaker::tool, content, breakpoint, notices));
  if (parts.blocks.empty()) return {};
  result.json.append(kContent);
  json::Writer w(result.json);
  w.begin_array();
  for (const InputBlock& part : parts.blocks) {
    part.append_to(w.value());
    result.json.push_back('}');
    // docs/protocol.md 1.5: a breakpoint belongs to the result, not to what is inside.
    if (part.cache_control.empty()) continue;
    result.cache_control = part.cache_control;
    result.cache_control_at = part.cache_control_at;
  }
  w.end_array();
  return {};
}

Status set_message_cache_control(std::vector<InputBlock>& blocks, Reader cache_control,
                                 NoticeLog& notices) {
  if (cache_control.is_null()) return {};
  PROXX_TRY(cache_control.expect(Type::object));
  for (auto block = blocks.rbegin(); block != blocks.rend(); ++block) {
    // docs/protocol.md 1.5: never on thinking.
    if (block->kind != InputBlock::Kind::thinking) {
      return anthropic::set_cache_control(*block, cache_control);
    }
  }
  notices.drop(cache_control, "the message has no block to carry it");
  return {};
}

}  // namespace proxx::openai
