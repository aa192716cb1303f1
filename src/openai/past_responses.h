#pragma once
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace proxx {

/// An item of a Responses conversation: JSON, and its `id`, "" without one.
struct PastItem {
  std::string id;
  std::string json;
};

/// The responses that one client can name: what `previous_response_id` and `item_reference` mean.
/// exchange/response_memory.h has them. May be used from any thread.
class PastResponses {
 public:
  virtual ~PastResponses() = default;

  /// The items of the conversation up to a response and with it, comma separated. Nothing if the
  /// response is unknown.
  virtual std::optional<std::string> conversation(std::string_view response_id) = 0;
  /// The item with this id; of several the newest.
  virtual std::optional<std::string> item(std::string_view id) = 0;

  /// Keeps a conversation whose answer is coming: that of the response `previous` ("" for none),
  /// then `items`. Returns the name for the calls below; 0 if it cannot be kept.
  virtual uint64_t begin(std::string_view previous, std::vector<PastItem> items) = 0;
  /// The answer is whole: its items end the conversation, which `response_id` names from now on.
  /// False if it is no longer kept.
  virtual bool finish(uint64_t begun, std::string_view response_id,
                      std::vector<PastItem> items) = 0;
  /// There will be no such answer.
  virtual void forget(uint64_t begun) = 0;
};

}  // namespace proxx
