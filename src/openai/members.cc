#include "openai/members.h"

namespace proxx::openai {

tl::unexpected<Error> missing(const json::Reader& object, std::string_view key) {
  return err(object.path_of(key), "'" + std::string(key) + "' is required",
             "missing_required_parameter");
}

}  // namespace proxx::openai
