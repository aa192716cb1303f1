#pragma once
#include <curl/curl.h>

#include <string>
#include <vector>

#include "upstream/upstream.h"

namespace proxx {

/// The header fields of one request as the list libcurl wants, in few buffers and few entries:
/// curl_slist_append would allocate twice a field, and libcurl looks through the whole list for
/// each of a dozen fields that it has an opinion on. So those have entries of their own, and all
/// others share one, their lines joined as they go out.
class HeaderBlock {
 public:
  /// False if a field could not be sent as it is: a control byte in it would be read as another
  /// field (docs/faults.md 0 (fact 2)). libcurl's own Accept, Expect and Content-Type are turned
  /// off.
  [[nodiscard]] bool assign(const HeaderList& headers);
  /// Gives the memory back.
  void release();
  /// Valid until the next assign() or release().
  [[nodiscard]] curl_slist* list() { return nodes_.data(); }

 private:
  void add_entry(std::string_view name, std::string_view separator, std::string_view value);

  std::string text_;  ///< the entries, each with its NUL
  std::vector<size_t> starts_;
  std::vector<curl_slist> nodes_;
};

}  // namespace proxx
