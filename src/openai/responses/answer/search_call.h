#pragma once
#include <string>
#include <string_view>

#include "json/raw.h"

// The item that the upstream's own web search becomes (docs/mapping-responses.md 4.7).

namespace proxx::openai::responses {

/// A search under way: a `server_tool_use` block, and later the block with its result.
class SearchCall {
 public:
  /// True for a block that begins a web search.
  [[nodiscard]] static bool is_begun_by(std::string_view block_json);

  SearchCall(json::RawString item_id, std::string_view block_json);

  /// Takes the whole `server_tool_use` block, whose query is known.
  void set_query(std::string_view block_json);
  /// True if the block is this search's result; then takes it.
  bool take_result(std::string_view block_json, bool include_sources);

  [[nodiscard]] bool failed() const { return failed_; }
  [[nodiscard]] json::Raw item_id() const { return item_id_; }
  /// `status` is in_progress, completed or failed; in progress there is no action.
  [[nodiscard]] std::string item(std::string_view status) const;

 private:
  json::RawString item_id_;
  std::string tool_use_id_;
  std::string query_ = "\"\"";  ///< JSON
  std::string sources_;         ///< JSON array, or "" for none
  bool failed_ = false;
};

}  // namespace proxx::openai::responses
