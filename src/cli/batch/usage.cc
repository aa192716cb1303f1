#include "cli/batch/usage.h"

#include <algorithm>
#include <cmath>

#include "answer/cost.h"
#include "cli/io/terminal.h"
#include "json/writer.h"

namespace proxx::cli {
namespace {

/// Parts of a dollar that are written: less is noise of the sum.
constexpr double kPerDollar = 1e9;

int64_t tokens(json::Reader count) {
  return std::max<int64_t>(count.integer_or_none().value_or(0), 0);
}

/// Of any of the APIs: they name the same counts in two ways.
AnswerFacts facts_of(json::Reader body, json::Reader usage) {
  const bool in_responses = bool(usage.get("input_tokens"));
  const json::Reader in =
      usage.get(in_responses ? "input_tokens_details" : "prompt_tokens_details");
  const json::Reader out =
      usage.get(in_responses ? "output_tokens_details" : "completion_tokens_details");
  AnswerFacts facts;
  facts.model = body.get("model").string_or("");
  facts.prompt_tokens = tokens(usage.get(in_responses ? "input_tokens" : "prompt_tokens"));
  facts.completion_tokens = tokens(usage.get(in_responses ? "output_tokens" : "completion_tokens"));
  facts.cached_tokens = tokens(in.get("cached_tokens"));
  facts.cache_write_tokens = tokens(in.get("cache_write_tokens"));
  facts.reasoning_tokens = tokens(out.get("reasoning_tokens"));
  return facts;
}

}  // namespace

std::string with_cost(std::string_view answer, double cost_usd, json::Document& document) {
  std::string out(answer);
  if (!document.parse_view(answer, {.max_depth = 256, .allow_lone_surrogates = true})) return out;
  const json::Reader usage = document.root().get("usage");
  if (!usage.is_object() || usage.size() == 0) return out;
  std::string member;
  json::Writer writer(member);
  writer.key("cost_usd").number(std::round(cost_usd * kPerDollar) / kPerDollar);
  const std::string_view raw = usage.raw();
  const auto end = static_cast<size_t>(raw.data() - answer.data()) + raw.size() - 1;
  out.insert(end, "," + member);
  return out;
}

void add_recorded(BatchCounts& counts, json::Reader response, const ModelTable& models) {
  ++counts.done;
  const json::Reader body = response.get("body");
  const json::Reader usage = body.get("usage");
  const AnswerFacts facts = facts_of(body, usage);
  auto cost = usage.get("cost_usd").number_or_none();
  if (!cost) {
    cost = cost_usd(facts, models.find(facts.model));
    const std::string request = response.get("request_id").string_or("");
    if (cost && request.starts_with("msgbatch_")) *cost /= 2;
  }
  counts.add(facts, cost);
}

void tell_whole_usage(BatchCounts counts, const BatchCounts& before) {
  if (before.done == 0) return;
  counts.add(before);
  say_list("usage: " + whole_usage_text(counts));
}

}  // namespace proxx::cli
