#pragma once
#include <cstddef>
#include <string>
#include <string_view>

#include "json/raw.h"

// Text of others on its way into records that are lines. No half of a surrogate pair goes out,
// which strict readers refuse, and no character that a reader of lines may take for the end of one.

namespace proxx::json {

/// `raw` with each half of a surrogate pair replaced by U+FFFD, and U+0085, U+2028 and U+2029
/// escaped. A view of `raw` where there is nothing to do, else of `buffer`.
[[nodiscard]] Raw cleaned(Raw raw, std::string& buffer);
[[nodiscard]] RawString cleaned(Raw raw);
/// The same for JSON text, which is valid apart from such halves.
[[nodiscard]] std::string cleaned_json(std::string_view json);

/// The same for a string that comes in pieces, which may split a pair between two escapes, but
/// never a character or an escape.
class PieceCleaner {
 public:
  /// What can be told of the string by now, as of cleaned(). A high half at the end waits.
  [[nodiscard]] Raw add(Raw piece, std::string& buffer);
  /// The string is over: what had waited.
  [[nodiscard]] Raw end();
  [[nodiscard]] bool holds() const { return !held_.empty(); }

 private:
  std::string held_;  ///< the escape of a high half
};

/// For JSON text inside a JSON string, such as a call's arguments, in cleaned pieces that may be
/// cut anywhere in the text: halves of pairs that the inner text escapes become U+FFFD.
class InnerCleaner {
 public:
  /// As of PieceCleaner. What may become half of a pair waits: never more than two escapes.
  [[nodiscard]] Raw add(Raw piece, std::string& buffer);
  /// The string is over: what had waited. All of it but a half is as it came.
  [[nodiscard]] RawString end();

 private:
  std::string held_;
};

}  // namespace proxx::json
