#include "openai/content/files.h"

#include <functional>
#include <string>
#include <string_view>

#include "anthropic/white_space.h"
#include "base/base64.h"
#include "base/utf8.h"
#include "json/writer.h"
#include "openai/content/media.h"
#include "openai/members.h"

namespace proxx::openai {
namespace {

using anthropic::InputBlock;
using anthropic::is_blank;
using json::Reader;
using policy::NoticeLog;

constexpr const char* kImageTypes = "Claude sees images of type jpeg, png, gif and webp";
constexpr std::string_view kPdf = "application/pdf";

bool is_within(std::string_view part, std::string_view whole) {
  const std::less_equal<> before;
  return before(whole.data(), part.data()) &&
         before(part.data() + part.size(), whole.data() + whole.size());
}

/// `at` is the string of the request that holds `data`, for errors.
Result<InputBlock> image_of_data(Reader at, std::string_view media_type, std::string_view data,
                                 NoticeLog& notices) {
  std::string_view type = image_type(media_type);
  if (type.empty()) return err(at, kImageTypes);
  std::string buffer;
  const auto clean = clean_base64(data, buffer);
  if (data.empty()) return err(at, "the image has no data", "invalid_value");
  if (!clean) return err(at, "the image's data is not base64", "invalid_value");
  // Screenshot tools and browsers name the wrong one, which the upstream refuses.
  const std::string_view told = image_type(sniff_base64(*clean));
  if (!told.empty() && told != type) {
    notices.adjust(at, "the image's first bytes tell another type; sent " + std::string(told));
    type = told;
  }
  InputBlock block;
  block.kind = InputBlock::Kind::image;
  block.json = R"({"type":"image","source":{"type":"base64","media_type":")";
  block.json.append(type).append(R"(","data":")");
  if (is_within(*clean, at.raw())) {
    block.source = *clean;  // megabytes
  } else {
    block.json.append(*clean);
  }
  block.tail = R"("})";
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

bool is_text(std::string_view content) {
  return content.find('\0') == std::string_view::npos &&
         utf8::find_invalid(content) == std::string::npos;
}

tl::unexpected<Error> not_read(Reader file_data, const std::string& type) {
  if (type.empty()) {
    return err(file_data, "cannot tell the file's type; send a data URL that names it");
  }
  if (type.starts_with("text/")) {
    return err(file_data, "the text file is not UTF-8", "invalid_value");
  }
  return err(file_data,
             type.starts_with("image/") ? kImageTypes : "Claude reads PDF, text and image files");
}

Result<InputBlock> block_of_data(Reader file_data, Reader filename, NoticeLog& notices) {
  const std::string text = file_data.string_or("");
  const auto url = split_data_url(text);
  if (url && !url->is_base64) {
    return err(file_data, "expected a data URL in base64", "invalid_value");
  }
  std::string buffer;
  const std::string_view given = url ? url->data : std::string_view(text);
  if (given.empty()) return err(file_data, "the file is empty", "invalid_value");
  const auto clean = clean_base64(given, buffer);
  if (!clean) return err(file_data, "the file's data is not base64", "invalid_value");
  const std::string_view data = *clean;
  std::string type = url ? url->media_type : std::string();
  if (type.empty()) type = guess_media_type(filename.string_or(""), data);

  // What is declared as something else may still be what Claude reads.
  const bool is_known = type == kPdf || type.starts_with("text/") || type.starts_with("image/");
  if (const auto told = sniff_base64(data); !is_known && !told.empty()) type = told;

  if (!image_type(type).empty()) {
    if (filename) notices.drop(filename, "an image has no title upstream");
    return image_of_data(file_data, type, data, notices);
  }
  std::string source;
  json::Writer w(source);
  if (type == kPdf) {
    w.begin_object().key("type").string("base64").key("media_type").string(type);
    w.key("data").raw_string(json::Raw(data)).end_object();
  } else {
    // Browsers and libraries have a type for every kind of text file, or none.
    const std::string content = decode_base64(data);
    if (!is_text(content)) return not_read(file_data, type);
    w.begin_object().key("type").string("text").key("media_type").string("text/plain");
    w.key("data").string(content).end_object();
  }
  InputBlock block = document(source);
  add_title(block, filename);
  return block;
}

}  // namespace

Result<InputBlock> image_of_url(Reader url, NoticeLog& notices) {
  PROXX_TRY(url.expect(json::Type::string));
  std::string decoded;
  const std::string_view text = url.text(decoded);
  if (const auto data = split_data_url(text)) {
    if (!data->is_base64) return err(url, "expected a data URL in base64", "invalid_value");
    return image_of_data(url, data->media_type, data->data, notices);
  }
  if (!is_http_url(text)) {
    return err(url, "expected an http, https or data URL", "invalid_value");
  }
  InputBlock block;
  block.kind = InputBlock::Kind::image;
  block.head = R"({"type":"image","source":{"type":"url","url":)";
  block.source = url.raw();
  block.tail = "}";
  return block;
}

Result<InputBlock> image_of_base64(Reader data, Reader media_type, NoticeLog& notices) {
  PROXX_TRY(data.expect(json::Type::string));
  PROXX_TRY(media_type.expect(json::Type::string));
  std::string decoded;
  return image_of_data(data, media_type.string_or(""), data.text(decoded), notices);
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
