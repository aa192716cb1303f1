#include "openai/members.h"

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
