#pragma once
#include <string>
#include <string_view>
#include <vector>

#include "base/result.h"

// The only place that knows yaml-cpp. Configuration is the small part of YAML that has one meaning:
// one document, no anchors, no tags, no key twice.

namespace proxx {

/// Counted from 1.
struct Place {
  int line = 1;
  int column = 1;
};

/// A value of a YAML text and where it stands.
struct YamlNode {
  enum class Kind { null, scalar, sequence, map };
  Kind kind = Kind::null;
  std::string text;     ///< of a scalar
  bool quoted = false;  ///< then it is no number and no boolean
  Place place;
  std::string key;  ///< of a map's child
  Place key_place;
  std::vector<YamlNode> children;
};

/// What is wrong and where, before it is known how the source is called.
struct Complaint {
  std::string text;
  Place place;
};

/// Both far beyond any real configuration.
inline constexpr size_t kMaxYamlDepth = 16;
inline constexpr size_t kMaxYamlNodes = 10'000;

/// Parses a configuration text; an empty one is null. Refuses invalid UTF-8, control characters,
/// anchors, aliases, tags, duplicate keys and a second document.
[[nodiscard]] tl::expected<YamlNode, Complaint> parse_yaml(std::string_view text);

}  // namespace proxx
