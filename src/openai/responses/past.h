#pragma once
#include <cstddef>
#include <memory>
#include <string>
#include <vector>

#include "base/result.h"
#include "json/reader.h"
#include "openai/past_responses.h"

namespace proxx::openai::responses {

/// More than this no request refers to, as no request is longer.
inline constexpr size_t kMaxPastBytes = size_t{32} << 20;

/// What a request refers to, looked up and parsed (docs/mapping-responses.md 4.9). It lives as long
/// as this. Its paths are those of what refers to it: `previous_response_id`, `input[3]`.
class Past {
 public:
  /// `responses` must outlive this; null: there are none.
  explicit Past(PastResponses* responses);
  ~Past();
  Past(const Past&) = delete;
  Past& operator=(const Past&) = delete;

  /// The items, an array, of the response that `previous_response_id` names. Errors: it is unknown.
  Result<json::Reader> conversation_of(json::Reader previous_response_id);
  /// The item that an item_reference at `path` means. Errors: it is unknown.
  Result<json::Reader> item_of(json::Reader reference, std::string path);

 private:
  struct Found;
  Result<json::Reader> parse(std::string text, std::string path);

  PastResponses* responses_;
  std::vector<std::unique_ptr<Found>> found_;
  size_t bytes_ = 0;
};

}  // namespace proxx::openai::responses
