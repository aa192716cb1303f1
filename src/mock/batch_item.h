#pragma once
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "http/server.h"
#include "mock/api_error.h"

namespace proxx::mock {

/// One request of a batch; views of the body that brought it.
struct BatchItem {
  std::string_view custom_id;
  std::string_view params;
};

/// The items of a create call's body. Errors: 400, for the envelope alone.
struct BatchItems {
  std::vector<BatchItem> items;
  std::optional<ApiError> error;
};
[[nodiscard]] BatchItems read_batch_items(std::string_view body);

/// What is wrong with an item's params, which upstream tells when the batch has ended. `headers`
/// are those of the create call.
[[nodiscard]] std::optional<ApiError> check_batch_item(std::string_view params,
                                                       const http::HeaderList& headers);

/// `{"type":"succeeded","message":...}`, or errored where the scenario is an error. `script` may be
/// "": then the item's own words choose (choose_scenario).
[[nodiscard]] std::string batch_item_result(std::string_view params, const std::string& script,
                                            uint64_t number);
[[nodiscard]] std::string batch_item_error(const ApiError& error, uint64_t number);

}  // namespace proxx::mock
