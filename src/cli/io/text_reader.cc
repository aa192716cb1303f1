#include "cli/io/text_reader.h"

#include <utility>

#include "base/media_type.h"
#include "base/text_encoding.h"
#include "base/visible.h"
#include "cli/io/input.h"

namespace proxx::cli {

Result<std::string> TextReader::decode(const std::string& name, std::string_view bytes) {
  DecodedText decoded = decode_text(bytes);
  const bool is_guess = decoded.encoding == "Windows-1252";
  if (is_guess &&
      (bytes.find('\0') != std::string_view::npos || !sniff_media_type(bytes).empty())) {
    const std::string path = name == "stdin" ? "-" : name;
    return err(ErrorKind::usage, name + ": not UTF-8 text; attach it with -a " + path);
  }
  if (!decoded.encoding.empty()) {
    others_.push_back(visible(name) + " (read as " + std::string(decoded.encoding) + ")");
  }
  return std::move(decoded.text);
}

Result<std::string> TextReader::read(const std::string& path) {
  PROXX_ASSIGN(const std::string bytes, read_input(path));
  return decode(path == "-" ? "stdin" : path, bytes);
}

std::string TextReader::notice() const {
  std::string out;
  for (const std::string& other : others_) out += (out.empty() ? "not UTF-8: " : ", ") + other;
  return out;
}

}  // namespace proxx::cli
