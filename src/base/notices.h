#pragma once
#include <cstddef>
#include <string>
#include <vector>

namespace proxx {

/// One thing that conversion could not carry over as it was asked. A notice never changes the body.
struct Notice {
  /// A `note` tells something useful that changes nothing asked for: strict ignores it.
  enum class Kind { dropped, adjusted, note };
  Kind kind;
  std::string path;    ///< OpenAI field path: `seed`, `messages[3].name`
  std::string reason;  ///< one clause, no final stop: `temperature is at most 1 here; sent 1`
  /// What strict mode's error says to programs; "" for the usual word of its kind.
  std::string code = {};
  size_t others = 0;  ///< it has no path and stands for so many that are not told one by one
};
using Notices = std::vector<Notice>;

/// What to do with notices. `error` refuses the request at the first one.
enum class OnLossy { warn, error, ignore };

}  // namespace proxx
