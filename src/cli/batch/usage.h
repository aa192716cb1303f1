#pragma once
#include <optional>
#include <string>
#include <string_view>

#include "anthropic/models.h"
#include "cli/batch/progress.h"
#include "json/reader.h"
#include "json/text.h"

// --usage and the output's lines: the cost goes into an answer, and comes out of it again.

namespace proxx::cli {

/// The answer with what it cost as the last member of its usage: `"cost_usd":0.001234`. An answer
/// without usage stays as it is. `document` is room to parse in.
[[nodiscard]] std::string with_cost(std::string_view answer, double cost_usd,
                                    json::Document& document);

/// Adds the answer of an earlier run, a ResultLine's `response`, to `counts`. Where it does not say
/// what it cost, the model's prices do: half of them for an answer that came by a message batch.
void add_recorded(BatchCounts& counts, json::Reader response, const ModelTable& models);

/// Says the sums of this run and of those `before`, if there were any.
void tell_whole_usage(BatchCounts counts, const BatchCounts& before);

}  // namespace proxx::cli
