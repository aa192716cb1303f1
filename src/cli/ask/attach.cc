#include "cli/ask/attach.h"

#include <utility>

#include "base/base64.h"
#include "base/media_type.h"
#include "cli/io/input.h"
#include "json/writer.h"

namespace proxx::cli {
namespace {

constexpr std::string_view kTypeMark = ";type=";

bool is_web_url(std::string_view text) {
  return text.starts_with("https://") || text.starts_with("http://");
}

std::string image_part(std::string_view url) {
  std::string out;
  json::Writer writer(out);
  writer.begin_object().key("type").string("image_url");
  writer.key("image_url").begin_object().key("url").string(url).end_object().end_object();
  return out;
}

std::string file_part(const std::string& path, std::string_view data_url) {
  std::string out;
  json::Writer writer(out);
  writer.begin_object().key("type").string("file").key("file").begin_object();
  if (path != "-") writer.key("filename").string(path.substr(path.rfind('/') + 1));
  writer.key("file_data").string(data_url).end_object().end_object();
  return out;
}

Result<std::string> url_part(const std::string& url, std::string_view type) {
  if (!type.empty() && !type.starts_with("image/")) {
    return err(ErrorKind::usage,
               url + ": only images can be sent by URL; download it and attach the file");
  }
  return image_part(url);
}

}  // namespace

Result<std::string> attachment_part(const std::string& argument, TextReader& reader) {
  const size_t mark = argument.rfind(kTypeMark);
  const std::string path = argument.substr(0, mark);
  std::string type;
  if (mark != std::string::npos) type = argument.substr(mark + kTypeMark.size());
  if (is_web_url(path)) return url_part(path, type);

  PROXX_ASSIGN(std::string bytes, read_input(path));
  return bytes_part(path, std::move(bytes), std::move(type), reader);
}

Result<std::string> bytes_part(const std::string& path, std::string bytes, std::string type,
                               TextReader& reader) {
  const std::string name = path == "-" ? "stdin" : path;
  if (bytes.empty()) return err(ErrorKind::usage, name + ": nothing to attach, it is empty");
  if (type.empty()) type = sniff_media_type(bytes);
  if (type.empty() || type.starts_with("text/")) {
    auto text = reader.decode(name, bytes);
    if (!text || text->find('\0') != std::string::npos) {
      return err(ErrorKind::usage, name +
                                       ": neither PNG, JPEG, GIF, WebP, PDF nor text; "
                                       "FILE;type=MIME says what it is");
    }
    bytes = std::move(*text);
    if (type.empty()) type = "text/plain";
  }
  const std::string data_url = "data:" + type + ";base64," + encode_base64(bytes);
  return type.starts_with("image/") ? image_part(data_url) : file_part(path, data_url);
}

}  // namespace proxx::cli
