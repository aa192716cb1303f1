#pragma once
#include <cstddef>
#include <string>
#include <string_view>

#include "answer/frame.h"
#include "base/notices.h"
#include "base/result.h"
#include "json/text.h"

// The lines of the stdio bridge (proxx(1)). An id is any JSON value; the lines carry
// the text that the parent wrote.

namespace proxx::cli {

/// Bytes of an id as JSON text: each line of an answer repeats it.
inline constexpr size_t kMaxIdBytes = 1024;

/// What the parent wants.
struct BridgeLine {
  enum class Kind { request, cancel, nothing };
  Kind kind = Kind::nothing;  ///< `nothing` is a blank line
  std::string_view body;      ///< of a request: a view into the document
};

/// Sets `id` as soon as it is known, so that an error can name it. An id that is too long is an
/// error, which the beginning of the id, as a string, names. Errors: `invalid_request`. `document`
/// is room to parse in.
[[nodiscard]] Result<BridgeLine> read_bridge_line(std::string_view text, std::string& id,
                                                  json::Document& document);

// What the parent gets, each with its newline.

/// Makes each chunk of a stream a line.
[[nodiscard]] answer::Frame chunk_frame(std::string_view id);
/// The line after the last chunk of a complete stream.
[[nodiscard]] std::string done_line(std::string_view id, const Notices& notices);
[[nodiscard]] std::string response_line(std::string_view id, std::string_view completion,
                                        const Notices& notices);
[[nodiscard]] std::string error_line(std::string_view id, const Error& error,
                                     const Notices& notices = {});

}  // namespace proxx::cli
