#pragma once
#include <cstddef>
#include <string>
#include <string_view>

#include "base/notices.h"
#include "base/result.h"
#include "json/text.h"

// The lines of the stdio bridge (contract.md section 2). An id is any JSON value and is carried as
// the text that the parent wrote.

namespace proxx::cli {

/// Every line of an answer carries the id: a longer one would multiply it. As JSON text.
inline constexpr size_t kMaxIdBytes = 1024;

/// What the parent wants.
struct BridgeLine {
  enum class Kind { request, cancel, nothing };
  Kind kind = Kind::nothing;  ///< `nothing` is a blank line
  std::string_view body;      ///< of a request: a view into the document
};

/// `id` gets the line's id as soon as it is known, so that an error can name it; one that is too
/// long is an error, and the beginning of it, as a string, is what names it. Errors:
/// `invalid_request`. `document` is room to parse in.
[[nodiscard]] Result<BridgeLine> read_bridge_line(std::string_view text, std::string& id,
                                                  json::Document& document);

// What the parent gets, each with its newline.

/// A line for each of a stream's frames, which are taken off `frames`: a chunk, and at the end
/// `done`, with the notices. Stops once the lines have `enough_bytes`.
[[nodiscard]] std::string chunk_lines(std::string_view id, std::string_view& frames,
                                      const Notices& notices, size_t enough_bytes);
[[nodiscard]] std::string response_line(std::string_view id, std::string_view completion,
                                        const Notices& notices);
[[nodiscard]] std::string error_line(std::string_view id, const Error& error,
                                     const Notices& notices = {});

}  // namespace proxx::cli
