#pragma once
#include <functional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "anthropic/models.h"
#include "base/notices.h"
#include "base/result.h"
#include "openai/request_options.h"
#include "support/txtar.h"

// Golden files of converted requests: the request in, the upstream's request and notices, or the
// error, out.

namespace proxx::test {

/// What a golden's section `options` says (all optional): strict, model_override, default_model,
/// stream_override, drop_thinking, prompt_cache, web_search, default_max_tokens, anthropic_version,
/// alias (NAME=TARGET).
RequestOptions options_of(const Txtar& golden, ModelTable& models);

/// Line breaks and indentation around the tokens of `json`, which keep their bytes: small values
/// on one line, others a line a member.
std::string pretty(std::string_view json);

std::string lines_of(const Notices& notices);
std::string lines_of(const Error& error);

using Sections = std::vector<std::pair<std::string, std::string>>;

/// Compares what `convert` makes of each file of tests/golden/FOLDER with its sections, except
/// `options`, `sealed` and `input`; or writes them anew (update_golden()).
void check_goldens(const std::string& folder, std::string_view input,
                   const std::function<Sections(const Txtar&)>& convert);

}  // namespace proxx::test
