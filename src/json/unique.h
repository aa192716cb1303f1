#pragma once
#include "json/reader.h"
#include "json/text.h"

namespace proxx::json {

/// A value that was read and goes on as text: in it, at any depth, of members with the same key
/// only the last is left, which is the one that reading goes by. A value without such members is
/// taken as it is; another is written anew into a document of its own. n log n in the members.
class Unique {
 public:
  explicit Unique(Reader value);

  /// The value; its paths begin at it if replaced().
  [[nodiscard]] Reader reader() const { return reader_; }
  /// There were such members.
  [[nodiscard]] bool replaced() const { return replaced_; }

 private:
  Document own_;
  Reader reader_;
  bool replaced_ = false;
};

}  // namespace proxx::json
