#include "openai/content.h"

#include <cstddef>
#include <cstdint>
#include <utility>

#include "anthropic/white_space.h"
#include "openai/draft.h"
#include "openai/files.h"
#include "openai/members.h"

namespace proxx::openai {
namespace {

using anthropic::InputBlock;
using json::Reader;
using json::Type;
using policy::NoticeLog;

enum class PartType { text, refusal, image_url, file, input_audio };
struct PartRow {
  std::string_view type;  ///< also the name of the member that holds the part's payload
  PartType what;
};
constexpr PartRow kPartTypes[] = {{"text", PartType::text},
                                  {"refusal", PartType::refusal},
                                  {"image_url", PartType::image_url},
                                  {"file", PartType::file},
                                  {"input_audio", PartType::input_audio}};

bool may_send(Speaker speaker, PartType type) {
  switch (type) {
    case PartType::text:
      return true;
    case PartType::refusal:
      return speaker == Speaker::assistant;
    case PartType::image_url:
      return speaker == Speaker::user || speaker == Speaker::tool;
    case PartType::file:
    case PartType::input_audio:
      return speaker == Speaker::user;
  }
  return false;
}

Result<PartRow> part_type(Speaker speaker, const Reader& part) {
  const Reader type = part.optional("type");
  if (!type) return missing(part, "type");
  PROXX_TRY(type.expect(Type::string));
  for (const PartRow& row : kPartTypes) {
    if (!type.equals(row.type) || !may_send(speaker, row.what)) continue;
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
  return image_of_url(url);
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
    case PartType::text:
    case PartType::refusal:
    case PartType::input_audio:
      break;
  }
  return anthropic::text_block(payload.raw_string());
}

class ContentReader {
 public:
  ContentReader(Speaker speaker, std::string_view breakpoint, NoticeLog& notices)
      : speaker_(speaker), breakpoint_(breakpoint), notices_(notices) {}

  Result<Content> read(Reader parts) {
    int32_t index = 0;
    for (const Reader part : parts.elements()) {
      const size_t before = out_.blocks.size();
      PROXX_TRY(add_part(part));
      if (out_.blocks.size() > before) {
        out_.blocks.back().origin = origin_in(OriginMember::content, index);
      }
      ++index;
    }
    return std::move(out_);
  }

 private:
  Status add_part(const Reader& part) {
    PROXX_TRY(part.expect(Type::object));
    PROXX_ASSIGN(const PartRow row, part_type(speaker_, part));
    const std::string_view names[] = {"type", row.type, "cache_control", "prompt_cache_breakpoint"};
    const auto [type, payload, cache_control, breakpoint] = read_members(part, names, notices_);
    if (!payload) return missing(part, row.type);
    const bool is_text = row.what == PartType::text || row.what == PartType::refusal;
    if (is_text) PROXX_TRY(payload.expect(Type::string));
    if (row.what == PartType::refusal) {
      out_.refusals.push_back(payload);
      return {};
    }
    PROXX_ASSIGN(InputBlock block, block_of(row.what, payload, notices_));
    if (breakpoint) PROXX_TRY(set_breakpoint(breakpoint, block));
    PROXX_TRY(anthropic::set_cache_control(block, cache_control));
    if (is_text && anthropic::is_blank(payload.raw_string())) {
      for (const Reader& lost : {cache_control, breakpoint}) {
        if (lost) notices_.drop(lost, "an empty text cannot carry it");
      }
      return {};
    }
    out_.blocks.push_back(std::move(block));
    return {};
  }

  Status set_breakpoint(Reader breakpoint, InputBlock& block) const {
    PROXX_TRY(breakpoint.expect(Type::object));
    if (const Reader mode = breakpoint.optional("mode")) PROXX_TRY(mode.expect(Type::string));
    block.cache_control = breakpoint_;
    return {};
  }

  Speaker speaker_;
  std::string_view breakpoint_;
  NoticeLog& notices_;
  Content out_;
};

}  // namespace

Result<Content> read_content(Speaker speaker, Reader content, std::string_view breakpoint,
                             NoticeLog& notices) {
  Content out;
  if (content.is_null()) return out;
  if (content.is_array()) return ContentReader(speaker, breakpoint, notices).read(content);
  if (!content.is_string()) {
    return err(content, "expected a string or an array of parts", "invalid_type");
  }
  if (anthropic::is_blank(content.raw_string())) return out;
  out.blocks.push_back(anthropic::text_block(content.raw_string()));
  out.blocks.back().origin = origin_in(OriginMember::content);
  return out;
}

Status set_message_cache_control(std::vector<InputBlock>& blocks, Reader cache_control,
                                 NoticeLog& notices) {
  if (cache_control.is_null()) return {};
  PROXX_TRY(cache_control.expect(Type::object));
  for (auto block = blocks.rbegin(); block != blocks.rend(); ++block) {
    // wire.md 1.5: never on thinking.
    if (block->kind != InputBlock::Kind::thinking) {
      return anthropic::set_cache_control(*block, cache_control);
    }
  }
  notices.drop(cache_control, "the message has no block to carry it");
  return {};
}

}  // namespace proxx::openai
