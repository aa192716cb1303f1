#pragma once
#include <string>

#include "anthropic/models.h"
#include "base/result.h"
#include "json/reader.h"
#include "openai/draft.h"
#include "openai/request_options.h"

namespace proxx::openai {

/// The model that is asked: RequestOptions::model_override if there is one, else `field` of
/// `request`, else the default. A note says if it will go away. Returns the name as it is asked
/// for; `model` is what the table says of it. Errors: there is none, or it is no name.
Result<std::string> choose_model(json::Reader request, json::Reader field,
                                 const RequestOptions& options, Model& model, Draft& draft);

}  // namespace proxx::openai
