#pragma once
#include <map>
#include <string>
#include <string_view>

#include "json/reader.h"

namespace proxx::schema {

/// The targets of a schema's local `$ref`s: the members of `$defs` and `definitions` at its root.
/// They are indexed at the first look-up, so that many references to many definitions stay cheap.
class Definitions {
 public:
  explicit Definitions(json::Reader root) : root_(root) {}

  /// The definition that `ref`, a string like `#/$defs/NAME`, points at. Absent if there is none or
  /// `ref` is no such string.
  [[nodiscard]] json::Reader target(json::Reader ref);

 private:
  void read();

  json::Reader root_;
  bool is_read_ = false;
  std::map<std::string, json::Reader, std::less<>> by_pointer_;  ///< `$defs/NAME`, decoded
};

}  // namespace proxx::schema
