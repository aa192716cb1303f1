#include "cli/attach.h"

#include <array>
#include <cstdint>
#include <utility>

#include "cli/input.h"
#include "json/writer.h"

namespace proxx::cli {
namespace {

constexpr std::string_view kTypeMark = ";type=";

/// Bytes that a type begins with.
struct Magic {
  std::string_view bytes;
  std::string_view media_type;
};
constexpr std::array<Magic, 5> kMagic = {{
    {"\x89PNG\r\n\x1a\n", "image/png"},
    {"\xff\xd8\xff", "image/jpeg"},
    {"GIF87a", "image/gif"},
    {"GIF89a", "image/gif"},
    {"%PDF-", "application/pdf"},
}};

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
    return fail(ErrorKind::usage,
                url + ": only images can be sent by URL; download it and attach the file");
  }
  return image_part(url);
}

}  // namespace

std::string_view sniff_media_type(std::string_view bytes) {
  for (const Magic& magic : kMagic) {
    if (bytes.starts_with(magic.bytes)) return magic.media_type;
  }
  if (bytes.starts_with("RIFF") && bytes.substr(0, 12).ends_with("WEBP")) return "image/webp";
  return {};
}

std::string encode_base64(std::string_view bytes) {
  constexpr char kAlphabet[] = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
  std::string out;
  out.reserve((bytes.size() + 2) / 3 * 4);
  for (size_t i = 0; i < bytes.size(); i += 3) {
    const size_t left = bytes.size() - i;
    const auto at = [&](size_t k) -> uint32_t {
      return k < left ? static_cast<unsigned char>(bytes[i + k]) : 0;
    };
    const uint32_t word = at(0) << 16 | at(1) << 8 | at(2);
    out += kAlphabet[word >> 18];
    out += kAlphabet[word >> 12 & 63];
    out += left > 1 ? kAlphabet[word >> 6 & 63] : '=';
    out += left > 2 ? kAlphabet[word & 63] : '=';
  }
  return out;
}

Result<std::string> attachment_part(const std::string& argument, TextReader& reader) {
  const size_t mark = argument.rfind(kTypeMark);
  const std::string path = argument.substr(0, mark);
  std::string type;
  if (mark != std::string::npos) type = argument.substr(mark + kTypeMark.size());
  if (is_web_url(path)) return url_part(path, type);

  PROXX_ASSIGN(std::string bytes, read_input(path));
  const std::string name = path == "-" ? "stdin" : path;
  if (bytes.empty()) return fail(ErrorKind::usage, name + ": nothing to attach, it is empty");
  if (type.empty()) type = sniff_media_type(bytes);
  if (type.empty() || type.starts_with("text/")) {
    auto text = reader.decode(name, bytes);
    if (!text || text->find('\0') != std::string::npos) {
      return fail(ErrorKind::usage, name +
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
