#pragma once
#include <cstddef>
#include <string>
#include <string_view>

// Text of others on its way into records that are lines. No half of a surrogate pair goes out,
// which strict readers refuse, and no character that a reader of lines may take for the end of one.

namespace proxx::json {

/// `raw`, the inside of a JSON string or JSON text, which is valid apart from halves of surrogate
/// pairs: each half becomes U+FFFD; U+0085, U+2028 and U+2029 become escapes. A view of `raw` where
/// there is nothing to do, else of `buffer`.
[[nodiscard]] std::string_view cleaned(std::string_view raw, std::string& buffer);
[[nodiscard]] std::string cleaned(std::string_view raw);

/// The same for a string that comes in pieces, which may split a pair between two escapes, but
/// never a character or an escape.
class PieceCleaner {
 public:
  /// What can be told of the string by now, as of cleaned(). A high half at the end waits.
  [[nodiscard]] std::string_view add(std::string_view piece, std::string& buffer);
  /// The string is over: what had waited.
  [[nodiscard]] std::string_view end();
  [[nodiscard]] bool holds() const { return !held_.empty(); }

 private:
  std::string held_;  ///< the escape of a high half
};

/// For JSON text inside a JSON string, such as a call's arguments, in cleaned pieces that may be
/// cut anywhere in the text: halves of pairs that the inner text escapes become U+FFFD.
class InnerCleaner {
 public:
  /// As of PieceCleaner. What may become half of a pair waits: never more than two escapes.
  [[nodiscard]] std::string_view add(std::string_view piece, std::string& buffer);
  /// Appends what had waited; all of it but a half is as it came.
  void end(std::string& out);

 private:
  std::string held_;
};

}  // namespace proxx::json
