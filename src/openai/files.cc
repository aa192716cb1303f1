#include "openai/files.h"

#include <string>
#include <string_view>
#include <utility>

#include "anthropic/white_space.h"
#include "base/utf8.h"
#include "json/writer.h"
#include "openai/media.h"
#include "openai/members.h"

namespace proxx::openai {
namespace {

using anthropic::InputBlock;
using anthropic::is_blank;
using json::Reader;
using policy::NoticeLog;

Result<InputBlock> image_of_data(Reader at, std::string_view media_type, std::string_view data) {
  const std::string_view type = image_type(media_type);
  if (type.empty()) {
    return err(at, "Claude sees images of type jpeg, png, gif and webp");
  }
  if (!is_base64(data)) return err(at, "the image's data is not base64", "invalid_value");
  InputBlock block;
  block.kind = InputBlock::Kind::image;
  block.json = R"({"type":"image","source":{"type":"base64","media_type":")";
  block.json.append(type).append(R"(","data":")");
  block.raw = data;
  block.tail = R"("})";
  return block;
}

/// The same for data that is not part of the request's text.
Result<InputBlock> own_image_of_data(Reader at, std::string_view media_type,
                                     std::string_view data) {
  Result<InputBlock> block = image_of_data(at, media_type, data);
  if (block) block->json.append(std::exchange(block->raw, {}));
  return block;
}

void add_title(InputBlock& block, Reader filename) {
  if (!filename || is_blank(filename.raw_string())) return;
  block.json.append(R"(,"title":)").append(filename.raw());
}

InputBlock document(std::string_view source) {
  InputBlock block;
  block.kind = InputBlock::Kind::document;
  block.json.append(R"({"type":"document","source":)").append(source);
  return block;
}

Result<InputBlock> block_of_data(Reader file_data, Reader filename, NoticeLog& notices) {
  const std::string text = file_data.string_or("");
  const auto url = split_data_url(text);
  if (url && !url->is_base64) {
    return err(file_data, "expected a data URL in base64", "invalid_value");
  }
  const std::string_view data = url ? url->data : std::string_view(text);
  if (!is_base64(data)) return err(file_data, "the file's data is not base64", "invalid_value");
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
      return err(file_data, "the text file is not UTF-8", "invalid_value");
    }
    w.begin_object().key("type").string("text").key("media_type").string("text/plain");
    w.key("data").string(content).end_object();
  } else if (type.rfind("image/", 0) == 0) {
    if (filename) notices.drop(filename, "an image has no title upstream");
    return own_image_of_data(file_data, type, data);
  } else {
    return err(file_data, type.empty() ? "cannot tell the file's type; send a data URL that "
                                         "names it"
                                       : "Claude reads PDF, text and image files");
  }
  InputBlock block = document(source);
  add_title(block, filename);
  return block;
}

}  // namespace

Result<InputBlock> image_of_url(Reader url) {
  PROXX_TRY(url.expect(json::Type::string));
  std::string decoded;
  const std::string_view text = url.text(decoded);
  if (const auto data = split_data_url(text)) {
    if (!data->is_base64) return err(url, "expected a data URL in base64", "invalid_value");
    return decoded.empty() ? image_of_data(url, data->media_type, data->data)
                           : own_image_of_data(url, data->media_type, data->data);
  }
  if (!is_http_url(text)) {
    return err(url, "expected an http, https or data URL", "invalid_value");
  }
  InputBlock block;
  block.kind = InputBlock::Kind::image;
  block.head = R"({"type":"image","source":{"type":"url","url":)";
  block.raw = url.raw();
  block.tail = "}";
  return block;
}

Result<InputBlock> block_of_file(Reader file, const FileFields& fields, NoticeLog& notices) {
  const auto& [file_data, file_id, filename] = fields;
  for (const Reader& member : {file_data, file_id, filename}) {
    if (member) PROXX_TRY(member.expect(json::Type::string));
  }
  if (file_data) {
    if (file_id) notices.drop(file_id, "file_data is sent");
    return block_of_data(file_data, filename, notices);
  }
  if (!file_id) return missing(file, "file_data");
  if (is_blank(file_id.raw_string())) return err(file_id, "must not be empty", "invalid_value");
  std::string source = R"({"type":"file","file_id":)";
  source.append(file_id.raw()).push_back('}');
  InputBlock block = document(source);
  add_title(block, filename);
  return block;
}

}  // namespace proxx::openai
