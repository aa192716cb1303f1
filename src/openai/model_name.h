#pragma once
#include <string>

#include "anthropic/models.h"
#include "base/result.h"
#include "json/reader.h"
#include "policy/notice_log.h"

namespace proxx::openai {

/// The model that a request names: `forced` if not "", else its field `model`, else `otherwise`.
/// Errors: there is none, or it is no name.
Result<std::string> read_model_name(json::Reader request, json::Reader field,
                                    const std::string& forced, const std::string& otherwise);

/// Tells the client that the model will go away, if it will.
void note_lifecycle(const Model& model, policy::NoticeLog& notices);

}  // namespace proxx::openai
