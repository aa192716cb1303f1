#pragma once
#include <cstddef>
#include <string_view>
#include <vector>

#include "json/reader.h"
#include "policy/notice_log.h"

namespace proxx::openai::chat {

/// The top-level fields of a request by name; of duplicates the last, and null is absent. To add a
/// field, add a row to the table in fields.cc.
class Fields {
 public:
  /// Fills this from the members of `root`; what no row knows is dropped with a notice.
  void read(json::Reader root, policy::NoticeLog& notices);
  /// `name` is one of the table's.
  [[nodiscard]] json::Reader operator[](std::string_view name) const;
  /// The field of the table's row `row`.
  [[nodiscard]] json::Reader at(size_t row) const { return values_[row]; }

 private:
  std::vector<json::Reader> values_;
};

}  // namespace proxx::openai::chat
