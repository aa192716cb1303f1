#include "base/media_type.h"

namespace proxx {
namespace {

struct Magic {
  std::string_view bytes;
  std::string_view media_type;
};
constexpr Magic kMagic[] = {
    {"\x89PNG\r\n\x1a\n", "image/png"},
    {"\xff\xd8\xff", "image/jpeg"},
    {"GIF87a", "image/gif"},
    {"GIF89a", "image/gif"},
    {"%PDF-", "application/pdf"},
};

}  // namespace

std::string_view sniff_media_type(std::string_view bytes) {
  bytes = bytes.substr(0, kSniffedBytes);
  for (const Magic& magic : kMagic) {
    if (bytes.starts_with(magic.bytes)) return magic.media_type;
  }
  if (bytes.size() == kSniffedBytes && bytes.starts_with("RIFF") &&
      bytes.substr(8).starts_with("WEBP"))
    return "image/webp";
  return {};
}

}  // namespace proxx
