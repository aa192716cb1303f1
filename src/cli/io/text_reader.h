#pragma once
#include <string>
#include <string_view>
#include <vector>

#include "base/result.h"

namespace proxx::cli {

/// Reads the texts of one command line, whatever their encoding (base/text_encoding.h), and
/// remembers which were not UTF-8, so that one notice can say so.
class TextReader {
 public:
  /// `bytes` as UTF-8; `name` is what the notice calls it. Errors: `usage` for bytes that are no
  /// text: neither UTF-8 nor marked, and an image, a PDF or with a NUL.
  [[nodiscard]] Result<std::string> decode(const std::string& name, std::string_view bytes);
  /// All of `path`, or of stdin for `-`.
  [[nodiscard]] Result<std::string> read(const std::string& path);

  /// `not UTF-8: stdin (read as Windows-1252)`; "" if all was UTF-8.
  [[nodiscard]] std::string notice() const;

 private:
  std::vector<std::string> others_;
};

}  // namespace proxx::cli
