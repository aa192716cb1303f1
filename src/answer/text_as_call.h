#pragma once
#include <cstdint>
#include <memory>
#include <optional>
#include <string_view>

#include "answer/events.h"

namespace proxx::answer {

/// Tells `inner` of the answer's text as of one call of the tool `name`: what a client gets that
/// forced this call on a model which cannot be forced, and whose answer has the tool's schema as
/// format instead (docs/mapping-chat.md 6.1 tool_choice).
///
/// The text of all blocks together is the call's arguments, told as it comes. Its id is made from
/// the message's, so that the same answer has the same call. The call ends with the answer, whose
/// reason then is tool_use. A limit, a refusal or a
/// stop sequence cuts it off. Text that does not begin as an object
/// stays text, such as that of a refusal, as does text behind a real call. Everything else is told
/// as it is.
[[nodiscard]] std::unique_ptr<Output> text_as_call(std::string_view name,
                                                   std::unique_ptr<Output> inner);

}  // namespace proxx::answer
