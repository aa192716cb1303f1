#include "openai/identity.h"

#include <string>
#include <utility>

#include "policy/user_id.h"

namespace proxx::openai {
namespace {

using json::Reader;

void set_user_id(Reader field, std::string id, Draft& draft) {
  if (const char* reason = policy::why_no_user_id(id)) {
    draft.notices.drop(field, reason);
  } else {
    draft.request.user_id = std::move(id);
    draft.wishes.user_id = field;
  }
}

}  // namespace

Status read_user(Reader field, Reader safety_identifier, Draft& draft) {
  PROXX_ASSIGN(std::string id, field.string());
  if (id.empty()) return {};
  if (draft.request.user_id.empty()) {
    set_user_id(field, std::move(id), draft);
  } else if (id != safety_identifier.string_or("")) {
    draft.notices.drop(field, "safety_identifier is sent as metadata.user_id");
  }
  return {};
}

Status read_metadata(Reader field, Draft& draft) {
  PROXX_TRY(field.expect(json::Type::object));
  for (const json::Member& member : field.members()) {
    if (member.value.is_null()) continue;
    PROXX_ASSIGN(std::string value, member.value.string());
    if (member.key() != "user_id") {
      draft.notices.drop(member.value, "labels do not exist upstream");
    } else if (!draft.request.user_id.empty()) {
      draft.notices.drop(member.value, "user or safety_identifier is sent as metadata.user_id");
    } else if (!value.empty()) {
      set_user_id(member.value, std::move(value), draft);
    }
  }
  return {};
}

}  // namespace proxx::openai
