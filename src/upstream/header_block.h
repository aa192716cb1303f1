#pragma once
#include <curl/curl.h>

#include <string>
#include <vector>

#include "upstream/upstream.h"

namespace proxx {

/// The header fields of one request as the list libcurl wants, in a few buffers for all of them:
/// curl_slist_append would allocate twice a field.
class HeaderBlock {
 public:
  /// False if a field could not be sent as it is: a control byte in it would be read as another
  /// field (faults.md, fact 2). libcurl's own Accept, Expect and Content-Type are turned off.
  [[nodiscard]] bool assign(const HeaderList& headers);
  /// Valid until the next assign().
  [[nodiscard]] curl_slist* list() { return nodes_.data(); }

 private:
  void add(std::string_view name, std::string_view separator, std::string_view value);

  std::string text_;  ///< the lines, each with its NUL
  std::vector<size_t> starts_;
  std::vector<curl_slist> nodes_;
};

}  // namespace proxx
