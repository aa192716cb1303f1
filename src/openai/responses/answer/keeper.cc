#include "openai/responses/answer/keeper.h"

#include <utility>

#include "base/release.h"
#include "json/string.h"
#include "json/text.h"

namespace proxx::openai::responses {

Keeper::~Keeper() {
  if (kept_ != 0) past_->forget(kept_);
}

bool Keeper::begin() {
  if (std::exchange(has_begun_, true)) return kept_ != 0;
  kept_ = past_->begin(previous_, std::move(items_));
  release(items_);
  release(previous_);
  return kept_ != 0;
}

bool Keeper::finish(json::Raw response_id, std::string_view items) {
  if (kept_ == 0) return false;
  json::Document document;
  std::vector<PastItem> output;
  if (!document.parse('[' + std::string(items) + ']', {.allow_lone_surrogates = true})) {
    return false;
  }
  for (const json::Reader item : document.root().elements()) output.push_back(past_item(item));
  return past_->finish(std::exchange(kept_, 0), json::unescape(response_id), std::move(output));
}

PastItem past_item(json::Reader item) {
  return {item.get("id").string_or(""), std::string(item.raw())};
}

PastItem past_item_of_text(json::Reader input) {
  return {{}, R"({"role":"user","content":)" + std::string(input.raw()) + '}'};
}

}  // namespace proxx::openai::responses
