#pragma once
#include <map>
#include <string>
#include <string_view>

#include "json/reader.h"

namespace proxx::schema {

/// What the local `$ref`s of a schema name: the members of `$defs` and `definitions` at its root.
/// They are indexed at the first question, so that many references to many definitions stay cheap.
class Definitions {
 public:
  explicit Definitions(json::Reader root) : root_(root) {}

  /// The definition that `ref`, a string like `#/$defs/NAME`, points at; absent if there is none,
  /// or if it is no such string.
  [[nodiscard]] json::Reader target(json::Reader ref);

 private:
  void read();

  json::Reader root_;
  bool is_read_ = false;
  std::map<std::string, json::Reader, std::less<>> by_pointer_;  ///< `$defs/NAME`, decoded
};

}  // namespace proxx::schema
