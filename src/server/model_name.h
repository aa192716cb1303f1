#pragma once
#include <string>
#include <string_view>

namespace proxx::server {

/// The text of the top-level member `model` of a JSON object, for the log: read in place, without
/// an index of the body or a copy of it. Of several the last, as everywhere. "" if there is none,
/// or none that is a string of a name's length; anything for a text that is not JSON.
[[nodiscard]] std::string model_name(std::string_view body);

}  // namespace proxx::server
