#include "openai/chat/content.h"

#include <utility>

#include "base/utf8.h"
#include "openai/chat/media.h"

namespace proxx::request {
namespace {

using json::Reader;
using json::Type;

/// What a part of any type may carry; `payload` is text, refusal, image_url or file.
struct Part {
  Reader payload;
  Reader cache_control;
  Reader breakpoint;
};

Result<Block> image_of_data(Reader at, std::string_view media_type, std::string_view data) {
  const std::string_view type = image_type(media_type);
  if (type.empty()) {
    return refuse(at, "Claude sees images of type jpeg, png, gif and webp");
  }
  if (!is_base64(data)) return refuse(at, "the image's data is not base64", "invalid_value");
  Block block;
  block.kind = Block::Kind::image;
  block.json = R"({"type":"image","source":{"type":"base64","media_type":")";
  block.json.append(type).append(R"(","data":")");
  block.raw = data;
  block.tail = R"("})";
  return block;
}

/// ... of data that is no part of the request's text.
Result<Block> own_image_of_data(Reader at, std::string_view media_type, std::string_view data) {
  Result<Block> block = image_of_data(at, media_type, data);
  if (block) block->json.append(std::exchange(block->raw, {}));
  return block;
}

Result<Block> convert_image(Conversion& c, const Reader& part, const Part& fields) {
  if (!fields.payload) return missing(part, "image_url");
  PROXX_TRY(fields.payload.expect(Type::object));
  static constexpr std::string_view kNames[] = {"url", "detail"};
  const auto [url, detail] = read_members(fields.payload, kNames, c.notices);
  if (!url) return missing(fields.payload, "url");
  PROXX_TRY(url.expect(Type::string));
  if (detail) PROXX_TRY(detail.expect(Type::string));

  std::string decoded;
  const std::string_view text = url.text(decoded);
  if (const auto data = split_data_url(text)) {
    if (!data->is_base64) return refuse(url, "expected a data URL in base64", "invalid_value");
    return decoded.empty() ? image_of_data(url, data->media_type, data->data)
                           : own_image_of_data(url, data->media_type, data->data);
  }
  if (!is_http_url(text)) {
    return refuse(url, "expected an http, https or data URL", "invalid_value");
  }
  Block block;
  block.kind = Block::Kind::image;
  block.head = R"({"type":"image","source":{"type":"url","url":)";
  block.raw = url.raw();
  block.tail = "}";
  return block;
}

void add_title(Block& block, Reader filename) {
  if (!filename || is_blank(filename.raw_string())) return;
  block.json.append(R"(,"title":)").append(filename.raw());
}

Block document(std::string_view source) {
  Block block;
  block.kind = Block::Kind::document;
  block.json.append(R"({"type":"document","source":)").append(source);
  return block;
}

Result<Block> file_of_data(Conversion& c, Reader file_data, Reader filename) {
  const std::string text = file_data.string_or("");
  const auto url = split_data_url(text);
  if (url && !url->is_base64) {
    return refuse(file_data, "expected a data URL in base64", "invalid_value");
  }
  const std::string_view data = url ? url->data : std::string_view(text);
  if (!is_base64(data)) return refuse(file_data, "the file's data is not base64", "invalid_value");
  std::string type = url ? url->media_type : std::string();
  if (type.empty()) type = guess_media_type(filename.string_or(""), data);

  std::string source;
  json::Writer w(source);
  if (type == "application/pdf") {
    w.begin_object().key("type").string("base64").key("media_type").string(type);
    w.key("data").raw_string(data).end_object();
  } else if (type.rfind("text/", 0) == 0) {
    const std::string content = decode_base64(data);
    if (utf8::find_invalid(content) != std::string::npos) {
      return refuse(file_data, "the text file is not UTF-8", "invalid_value");
    }
    w.begin_object().key("type").string("text").key("media_type").string("text/plain");
    w.key("data").string(content).end_object();
  } else if (type.rfind("image/", 0) == 0) {
    if (filename) c.notices.drop(filename, "an image has no title upstream");
    return own_image_of_data(file_data, type, data);
  } else {
    return refuse(file_data, type.empty() ? "cannot tell the file's type; send a data URL that "
                                            "names it"
                                          : "Claude reads PDF, text and image files");
  }
  Block block = document(source);
  add_title(block, filename);
  return block;
}

Result<Block> convert_file(Conversion& c, const Reader& part, const Part& fields) {
  if (!fields.payload) return missing(part, "file");
  PROXX_TRY(fields.payload.expect(Type::object));
  static constexpr std::string_view kNames[] = {"file_data", "file_id", "filename"};
  const auto members = read_members(fields.payload, kNames, c.notices);
  const auto [file_data, file_id, filename] = members;
  for (const Reader& member : members) {
    if (member) PROXX_TRY(member.expect(Type::string));
  }
  if (file_data) {
    if (file_id) c.notices.drop(file_id, "file_data is sent");
    return file_of_data(c, file_data, filename);
  }
  if (!file_id) return missing(fields.payload, "file_data");
  if (is_blank(file_id.raw_string())) return refuse(file_id, "must not be empty", "invalid_value");
  std::string source = R"({"type":"file","file_id":)";
  source.append(file_id.raw()).push_back('}');
  Block block = document(source);
  add_title(block, filename);
  return block;
}

Status set_part_cache_control(Conversion& c, Block& block, const Part& part) {
  if (part.breakpoint) {
    PROXX_TRY(part.breakpoint.expect(Type::object));
    if (const Reader mode = part.breakpoint.optional("mode")) {
      PROXX_TRY(mode.expect(Type::string));
    }
    block.cache_control =
        c.cache_for_an_hour ? R"({"type":"ephemeral","ttl":"1h"})" : R"({"type":"ephemeral"})";
  }
  return set_cache_control(block, part.cache_control);
}

enum class PartType { text, refusal, image_url, file, input_audio };
struct PartRow {
  std::string_view type;
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
    if (row.what == PartType::input_audio) return refuse(type, "Claude does not hear audio");
    return row;
  }
  return refuse(type, "no such part in a message of this role");
}

Status add_part(Conversion& c, Speaker speaker, const Reader& element, Content& content) {
  PROXX_TRY(element.expect(Type::object));
  PROXX_ASSIGN(const PartRow row, part_type(speaker, element));
  const std::string_view names[] = {"type", row.type, "cache_control", "prompt_cache_breakpoint"};
  const auto [type, payload, cache_control, breakpoint] = read_members(element, names, c.notices);
  const Part part{payload, cache_control, breakpoint};
  Block block;
  switch (row.what) {
    case PartType::text:
    case PartType::refusal:
      if (!part.payload) return missing(element, row.type);
      PROXX_TRY(part.payload.expect(Type::string));
      if (row.what == PartType::refusal) {
        content.refusals.push_back(part.payload);
        return {};
      }
      PROXX_TRY(set_part_cache_control(c, block, part));
      if (is_blank(part.payload.raw_string())) {
        for (const Reader& lost : {part.cache_control, part.breakpoint}) {
          if (lost) c.notices.drop(lost, "an empty text cannot carry it");
        }
        return {};
      }
      block = text_block(part.payload.raw_string());
      break;
    case PartType::image_url: {
      PROXX_ASSIGN(block, convert_image(c, element, part));
      break;
    }
    case PartType::file: {
      PROXX_ASSIGN(block, convert_file(c, element, part));
      break;
    }
    case PartType::input_audio:
      break;
  }
  PROXX_TRY(set_part_cache_control(c, block, part));
  content.blocks.push_back(std::move(block));
  return {};
}

}  // namespace

Result<Content> convert_content(Conversion& c, Speaker speaker, Reader content) {
  Content out;
  if (content.is_null()) return out;
  if (content.is_string()) {
    if (is_blank(content.raw_string())) return out;
    out.blocks.push_back(text_block(content.raw_string()));
    out.blocks.back().origin.member = BlockOrigin::Member::content;
    return out;
  }
  if (!content.is_array()) {
    return refuse(content, "expected a string or an array of parts", "invalid_type");
  }
  int32_t index = 0;
  for (const Reader element : content.elements()) {
    const size_t before = out.blocks.size();
    PROXX_TRY(add_part(c, speaker, element, out));
    if (out.blocks.size() > before) {
      out.blocks.back().origin = {-1, index, BlockOrigin::Member::content};
    }
    ++index;
  }
  return out;
}

Status set_message_cache_control(Conversion& c, std::vector<Block>& blocks, Reader cache_control) {
  if (cache_control.is_null()) return {};
  PROXX_TRY(cache_control.expect(Type::object));
  for (auto block = blocks.rbegin(); block != blocks.rend(); ++block) {
    // wire.md 1.5: never on thinking.
    if (block->kind != Block::Kind::thinking) return set_cache_control(*block, cache_control);
  }
  c.notices.drop(cache_control, "the message has no block to carry it");
  return {};
}

}  // namespace proxx::request
