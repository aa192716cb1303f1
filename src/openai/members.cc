#include "openai/members.h"

namespace proxx::openai {

tl::unexpected<Error> missing(const json::Reader& object, std::string_view key) {
  return err(ErrorKind::invalid_request, "'" + std::string(key) + "' is required",
             object.path_of(key), "missing_required_parameter");
}

}  // namespace proxx::openai
