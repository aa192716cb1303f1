#pragma once
#include <array>
#include <cstddef>
#include <span>
#include <string_view>
#include <vector>

#include "base/result.h"
#include "json/reader.h"
#include "openai/draft.h"
#include "policy/notice_log.h"

// The table of an API's top-level fields: a row says how a field is read.

namespace proxx::openai {

/// The top-level fields of a request by name; of duplicates the last, and null is absent.
class Fields {
 public:
  /// `names` are those of the table, and outlive this.
  explicit Fields(std::span<const std::string_view> names) : names_(names) {}

  /// Fills this from the members of `root`; what no row knows is dropped with a notice.
  void read(json::Reader root, policy::NoticeLog& notices);
  /// `name` is one of the table's.
  [[nodiscard]] json::Reader operator[](std::string_view name) const;
  /// The field of the table's row `row`.
  [[nodiscard]] json::Reader at(size_t row) const { return values_[row]; }

 private:
  std::span<const std::string_view> names_;
  std::vector<json::Reader> values_;
};

/// `Reading` is the API's request while it is read; it has `Fields in` and `Draft draft`.
template <class Reading>
struct FieldRow {
  std::string_view name;
  Status (*read)(Reading& reading, json::Reader field);  ///< null: a step of the API's reader does
  bool verbatim = false;  ///< goes upstream as it is (docs/mapping-chat.md 6.5)
};

inline constexpr std::nullptr_t kByStep = nullptr;
inline constexpr bool kVerbatim = true;

/// For a row: a function that all of OpenAI's APIs share.
template <Status (*read)(json::Reader, Draft&), class Reading>
Status shared(Reading& reading, json::Reader field) {
  return read(field, reading.draft);
}

/// For a row: the value has this type, and that is all.
template <json::Type type, class Reading>
Status expect(Reading&, json::Reader field) {
  return field.expect(type);
}

template <class Reading, size_t N>
constexpr std::array<std::string_view, N> names_of(const FieldRow<Reading> (&rows)[N]) {
  std::array<std::string_view, N> names;
  for (size_t i = 0; i < N; ++i) names[i] = rows[i].name;
  return names;
}

/// Reads the fields that are there, in the order of the rows, which is also that of their notices.
template <class Reading, size_t N>
Status read_rows(const FieldRow<Reading> (&rows)[N], Reading& reading) {
  for (size_t i = 0; i < N; ++i) {
    const json::Reader field = reading.in.at(i);
    if (!field || rows[i].read == kByStep) continue;
    reading.draft.notices.about(policy::Topic::fields, i);
    PROXX_TRY(rows[i].read(reading, field));
    if (rows[i].verbatim) reading.draft.request.verbatim.emplace_back(rows[i].name, field);
  }
  return {};
}

}  // namespace proxx::openai
