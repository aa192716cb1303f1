#pragma once
#include <string>
#include <string_view>

namespace proxx::server {

/// The text of the top-level member `model` of a JSON object, for the log. Reads it in place,
/// without an index or a copy of the body. Of several members the last counts, as everywhere. "" if
/// there is none, or if it is no string of a name's length; any text if `body` is not JSON.
[[nodiscard]] std::string model_name(std::string_view body);

}  // namespace proxx::server
