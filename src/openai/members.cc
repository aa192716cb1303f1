#include "openai/members.h"

#include <algorithm>
#include <string>

namespace proxx::openai {

tl::unexpected<Error> missing(const json::Reader& object, std::string_view key) {
  return err(ErrorKind::invalid_request, "'" + std::string(key) + "' is required",
             object.path_of(key), "missing_required_parameter");
}

namespace {

std::string half_at(size_t place) {
  return "half of a surrogate pair at byte " + std::to_string(place) + "; sent as U+FFFD";
}

}  // namespace

void read_members(json::Reader object, std::span<const std::string_view> names,
                  std::span<json::Reader> values, policy::NoticeLog& notices) {
  std::string decoded;
  for (const json::Member& member : object.members()) {
    const auto found = std::find(names.begin(), names.end(), member.key(decoded));
    if (found != names.end()) {
      values[static_cast<size_t>(found - names.begin())] =
          member.value.is_null() ? json::Reader() : member.value;
    } else if (!member.value.is_null()) {
      notices.drop(member.value, "unknown field");
    }
  }
}

void note_repairs(const json::Reader& root, policy::NoticeLog& notices) {
  notices.about(policy::Topic::text);
  for (size_t i = 0; i < root.repaired(); ++i) {
    const auto [value, place] = root.repaired(i);
    notices.adjust(value, half_at(place));
  }
}

void note_repairs_in(const json::Reader& place, const json::Reader& root,
                     policy::NoticeLog& notices) {
  if (root.repaired() > 0) notices.adjust(place, half_at(root.repaired(0).second));
}

}  // namespace proxx::openai
