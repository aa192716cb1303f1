#pragma once
#include <cstdint>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "json/reader.h"
#include "openai/past_responses.h"

namespace proxx::openai::responses {

/// Keeps one request's conversation with its answer, for later requests (docs/mapping-responses.md
/// 4.9). The conversion makes one, the writer of the answer uses it. An answer that is not whole by
/// the end of the keeper is forgotten.
class Keeper {
 public:
  /// `items` come behind the conversation of the response `previous`, "" for none.
  Keeper(std::shared_ptr<PastResponses> past, std::string previous, std::vector<PastItem> items)
      : past_(std::move(past)), previous_(std::move(previous)), items_(std::move(items)) {}
  ~Keeper();
  Keeper(const Keeper&) = delete;
  Keeper& operator=(const Keeper&) = delete;

  /// The answer begins. What it keeps is in the memory from now on, and nowhere else. False if it
  /// cannot be kept. Once; later calls, of another try, do nothing.
  bool begin();
  /// The answer is whole; `items` are its JSON objects, comma separated. False if it is not kept.
  bool finish(json::Raw response_id, std::string_view items);

 private:
  std::shared_ptr<PastResponses> past_;  ///< shared by all that the client sends
  std::string previous_;
  std::vector<PastItem> items_;
  bool has_begun_ = false;
  uint64_t kept_ = 0;
};

/// The item with its id.
[[nodiscard]] PastItem past_item(json::Reader item);
/// The message that an `input` that is a string stands for.
[[nodiscard]] PastItem past_item_of_text(json::Reader input);

}  // namespace proxx::openai::responses
