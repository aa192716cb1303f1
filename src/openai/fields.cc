#include "openai/fields.h"

#include <algorithm>

#include "openai/members.h"

namespace proxx::openai {

void Fields::read(json::Reader root, policy::NoticeLog& notices) {
  values_.assign(names_.size(), json::Reader());
  read_members(root, names_, values_, notices);
}

json::Reader Fields::operator[](std::string_view name) const {
  const auto found = std::find(names_.begin(), names_.end(), name);
  return found == names_.end() ? json::Reader()
                               : values_[static_cast<size_t>(found - names_.begin())];
}

}  // namespace proxx::openai
