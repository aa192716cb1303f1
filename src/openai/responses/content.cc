#include "openai/responses/content.h"

#include <cstddef>
#include <utility>

#include "anthropic/white_space.h"
#include "openai/content/files.h"
#include "openai/content/media.h"
#include "openai/members.h"

namespace proxx::openai::responses {
namespace {

using anthropic::InputBlock;
using json::Reader;
using json::Type;
using policy::NoticeLog;

/// A block whose source is an URL that the upstream fetches, or a file that it keeps.
InputBlock block_of_source(InputBlock::Kind kind, std::string_view head, Reader string) {
  InputBlock block;
  block.kind = kind;
  block.head = head;
  block.source = string.raw();
  block.tail = "}";
  return block;
}

Status expect_text(Reader string) {
  PROXX_TRY(string.expect(Type::string));
  if (!anthropic::is_blank(string.raw_string())) return {};
  return err(string, "must not be empty", "invalid_value");
}

void add_title(InputBlock& block, Reader filename) {
  if (!filename || anthropic::is_blank(filename.raw_string())) return;
  block.json.append(R"(,"title":)").append(filename.raw());
}

class PartReader {
 public:
  PartReader(Speaker speaker, PlaceInItem place, std::string_view breakpoint, NoticeLog& notices)
      : speaker_(speaker), place_(place), breakpoint_(breakpoint), notices_(notices) {}

  Result<Content> read(Reader parts) {
    int32_t index = 0;
    for (const Reader part : parts.elements()) {
      const size_t before = out_.blocks.size();
      PROXX_TRY(add_part(part));
      if (out_.blocks.size() > before) out_.blocks.back().origin = origin_at(place_, index);
      ++index;
    }
    return std::move(out_);
  }

 private:
  Status add_part(Reader part) {
    PROXX_TRY(part.expect(Type::object));
    const Reader type = part.optional("type");
    if (!type) return missing(part, "type");
    PROXX_TRY(type.expect(Type::string));
    const bool is_text =
        type.equals("input_text") || type.equals("output_text") || type.equals("text");
    if (is_text) return add_text(part);
    const bool shows = speaker_ == Speaker::user || speaker_ == Speaker::tool;
    if (shows && type.equals("input_image")) return add_image(part);
    if (shows && type.equals("input_file")) return add_file(part);
    if (speaker_ == Speaker::assistant && type.equals("refusal")) return add_refusal(part);
    if (type.equals("input_audio")) return err(type, "Claude does not hear audio");
    return err(type, "no such part in a message of this role");
  }

  Status add_text(Reader part) {
    static constexpr std::string_view kNames[] = {
        "text", "cache_control", "prompt_cache_breakpoint", "type", "annotations", "logprobs"};
    const auto members = read_members(part, kNames, notices_);
    const Reader text = members[0];
    if (!text) return missing(part, "text");
    PROXX_TRY(text.expect(Type::string));
    InputBlock block = anthropic::text_block(text.raw_string());
    PROXX_TRY(set_cache_control(block, members[1], members[2]));
    if (!anthropic::is_blank(text.raw_string())) {
      out_.blocks.push_back(std::move(block));
      return {};
    }
    for (const Reader& lost : {members[1], members[2]}) {
      if (lost) notices_.drop(lost, "an empty text cannot carry it");
    }
    return {};
  }

  Status add_refusal(Reader part) {
    static constexpr std::string_view kNames[] = {"type", "refusal"};
    const auto [type, refusal] = read_members(part, kNames, notices_);
    if (!refusal) return missing(part, "refusal");
    PROXX_TRY(refusal.expect(Type::string));
    out_.refusals.push_back(refusal);
    return {};
  }

  Status add_image(Reader part) {
    static constexpr std::string_view kNames[] = {
        "image_url", "file_id", "detail", "cache_control", "prompt_cache_breakpoint", "type"};
    const auto members = read_members(part, kNames, notices_);
    const auto& url = members[0];
    const auto& file_id = members[1];
    if (members[2]) PROXX_TRY(members[2].expect(Type::string));
    if (!url && !file_id) return missing(part, "image_url");
    InputBlock block;
    if (url) {
      PROXX_TRY(url.expect(Type::string));
      if (file_id) notices_.drop(file_id, "image_url is sent");
      PROXX_ASSIGN(block, image_of_url(url, notices_));
    } else {
      PROXX_TRY(expect_text(file_id));
      block = block_of_source(InputBlock::Kind::image,
                              R"({"type":"image","source":{"type":"file","file_id":)", file_id);
    }
    PROXX_TRY(set_cache_control(block, members[3], members[4]));
    out_.blocks.push_back(std::move(block));
    return {};
  }

  Status add_file(Reader part) {
    static constexpr std::string_view kNames[] = {"file_data",
                                                  "file_id",
                                                  "filename",
                                                  "file_url",
                                                  "detail",
                                                  "cache_control",
                                                  "prompt_cache_breakpoint",
                                                  "type"};
    const auto members = read_members(part, kNames, notices_);
    const FileFields fields{members[0], members[1], members[2]};
    const Reader url = members[3];
    InputBlock block;
    if (url && !fields.file_data) {
      PROXX_ASSIGN(block, document_of_url(url, fields));
    } else {
      if (url) notices_.drop(url, "file_data is sent");
      PROXX_ASSIGN(block, block_of_file(part, fields, notices_));
    }
    PROXX_TRY(set_cache_control(block, members[5], members[6]));
    out_.blocks.push_back(std::move(block));
    return {};
  }

  /// The upstream fetches PDFs only, and nobody knows what an URL holds.
  Result<InputBlock> document_of_url(Reader url, const FileFields& fields) {
    PROXX_TRY(url.expect(Type::string));
    std::string decoded;
    if (!is_http_url(url.text(decoded))) {
      return err(url, "expected an http or https URL", "invalid_value");
    }
    if (fields.filename) PROXX_TRY(fields.filename.expect(Type::string));
    if (fields.file_id) notices_.drop(fields.file_id, "file_url is sent");
    notices_.adjust(url, "the upstream fetches it as a PDF");
    InputBlock block;
    block.kind = InputBlock::Kind::document;
    block.json.append(R"({"type":"document","source":{"type":"url","url":)");
    block.json.append(url.raw()).push_back('}');
    add_title(block, fields.filename);
    return block;
  }

  Status set_cache_control(InputBlock& block, Reader cache_control, Reader breakpoint) const {
    if (breakpoint) {
      PROXX_TRY(breakpoint.expect(Type::object));
      if (const Reader mode = breakpoint.optional("mode")) PROXX_TRY(mode.expect(Type::string));
      block.cache_control = breakpoint_;
      block.cache_control_at = breakpoint;
    }
    return anthropic::set_cache_control(block, cache_control);
  }

  Speaker speaker_;
  PlaceInItem place_;
  std::string_view breakpoint_;
  NoticeLog& notices_;
  Content out_;
};

}  // namespace

Result<Content> read_parts(Speaker speaker, Reader content, PlaceInItem place,
                           std::string_view breakpoint, NoticeLog& notices) {
  Content out;
  if (content.is_null()) return out;
  if (content.is_array()) return PartReader(speaker, place, breakpoint, notices).read(content);
  if (!content.is_string()) {
    return err(content, "expected a string or an array of parts", "invalid_type");
  }
  if (anthropic::is_blank(content.raw_string())) return out;
  out.blocks.push_back(anthropic::text_block(content.raw_string()));
  out.blocks.back().origin = origin_at(place);
  return out;
}

}  // namespace proxx::openai::responses
