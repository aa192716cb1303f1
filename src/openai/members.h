#pragma once
#include <array>
#include <cstddef>
#include <span>
#include <string_view>

#include "base/result.h"
#include "json/reader.h"
#include "policy/notice_log.h"

namespace proxx::openai {

using policy::err;

/// An `invalid_request` at a member that is missing.
[[nodiscard, gnu::cold]] tl::unexpected<Error> missing(const json::Reader& object,
                                                       std::string_view key);

/// Tells of the halves of surrogate pairs that were replaced in the document of `root` (protocol.h,
/// kRequestJson). Before all other notices.
void note_repairs(const json::Reader& root, policy::NoticeLog& notices);
/// The same for a document whose text is the string at `place`: one notice.
void note_repairs_in(const json::Reader& place, const json::Reader& root,
                     policy::NoticeLog& notices);

/// Puts the member `names[i]` of `object` into `values[i]`, in one pass: of duplicates the last,
/// and null is absent. Others are dropped with a notice, unless null. `values` is as long as
/// `names`.
void read_members(json::Reader object, std::span<const std::string_view> names,
                  std::span<json::Reader> values, policy::NoticeLog& notices);

/// The same for names that are known here.
template <size_t N>
std::array<json::Reader, N> read_members(json::Reader object, const std::string_view (&names)[N],
                                         policy::NoticeLog& notices) {
  std::array<json::Reader, N> values;
  read_members(object, names, values, notices);
  return values;
}

}  // namespace proxx::openai
