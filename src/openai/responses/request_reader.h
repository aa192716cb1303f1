#pragma once
#include <memory>
#include <set>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "anthropic/models.h"
#include "base/result.h"
#include "json/reader.h"
#include "openai/draft.h"
#include "openai/fields.h"
#include "openai/origins.h"
#include "openai/request_options.h"
#include "openai/responses/answer/answer_options.h"
#include "openai/responses/items.h"
#include "openai/responses/past.h"
#include "openai/responses/tool_table.h"

// The syntax of Responses requests (docs/mapping-responses.md 1.2 to 1.4, 4.0 to 4.5).

namespace proxx::openai::responses {

/// The names of the table of top-level fields (fields.cc). To add a field, add a row there.
std::span<const std::string_view> field_names();

/// A request while it is read. Views and readers in the draft are of `root`'s document, which must
/// outlive this, as must `options`.
struct Reading {
  Reading(json::Reader its_root, const RequestOptions& its_options)
      : options(its_options), root(its_root), past(its_options.past.get()) {}

  const RequestOptions& options;
  json::Reader root;
  Fields in{field_names()};
  Model model;
  Past past;
  std::vector<Item> items;  ///< of the conversation that goes on, and of `input`
  /// What the last configuration_update that has them says; absent for none.
  json::Reader updated_effort, updated_format;
  ToolTable tools;
  AnswerOptions answer;
  Draft draft;
};

/// Reads all of it. Errors: `invalid_request` at the field.
Status read_request(Reading& reading);

// Its steps. Each may rely on those before it.
Status read_fields(Reading& reading);
Status find_items(Reading& reading);
Status read_max_tokens(Reading& reading);
Status read_text_format(Reading& reading);
Status read_tools(Reading& reading);
Status read_input(Reading& reading);
Status read_tool_choice(Reading& reading);
Status read_thinking_wish(Reading& reading);

/// To be called after policy::apply().
[[nodiscard]] RequestOrigins origins_of(const Reading& reading);

/// Places of blocks beside OriginMember: anthropic::Origin::member.
enum class PlaceInItem : uint8_t { item, content, output, whole_input, instructions };
[[nodiscard]] inline anthropic::Origin origin_at(PlaceInItem place, int32_t index = -1) {
  return {-1, index, static_cast<uint8_t>(place)};
}

/// AnswerOptions::echo, once the fields are checked.
[[nodiscard]] std::string echo_of(const Fields& in);

/// What of the answer depends on the request alone: for an answer that is converted apart from it.
Status read_answer_shape(Reading& reading);

}  // namespace proxx::openai::responses
