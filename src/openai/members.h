#pragma once
#include <array>
#include <cstddef>
#include <string>
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

/// The members of `object` named in `names`, in one pass: of duplicates the last, and null is
/// absent. Others are dropped with a notice, unless null.
template <size_t N>
std::array<json::Reader, N> read_members(json::Reader object, const std::string_view (&names)[N],
                                         policy::NoticeLog& notices) {
  std::array<json::Reader, N> values;
  for (const json::Member& member : object.members()) {
    std::string decoded;
    const std::string_view key = member.key(decoded);
    size_t i = 0;
    while (i < N && names[i] != key) ++i;
    if (i < N) {
      values[i] = member.value.is_null() ? json::Reader() : member.value;
    } else if (!member.value.is_null()) {
      notices.drop(member.value, "unknown field");
    }
  }
  return values;
}

}  // namespace proxx::openai
