#include "cli/half_price/report.h"

#include <algorithm>
#include <cstdio>
#include <ctime>

#include "answer/cost.h"
#include "cli/io/terminal.h"

namespace proxx::cli {
namespace {

/// Writing the cache for an hour costs twice the input, for five minutes 1.25 times.
constexpr double kHourWriteExtra = 2 - 1.25;
constexpr double kBatchFactor = 0.5;

std::string dollars(double value) {
  char text[48];
  std::snprintf(text, sizeof text, "$%.*f", value < 1 ? 4 : 2, value);
  return text;
}

std::string clock_text(int64_t unix_s) {
  const auto time = static_cast<std::time_t>(unix_s);
  std::tm local{};
  char text[16] = "";
  if (localtime_r(&time, &local) != nullptr) std::strftime(text, sizeof text, "%H:%M", &local);
  return text;
}

}  // namespace

std::optional<HalfCost> half_cost(const AnswerFacts& facts, json::Reader usage,
                                  const Model* model) {
  const auto five_minutes = cost_usd(facts, model);
  if (!five_minutes) return std::nullopt;
  const int64_t hour_writes =
      usage.get("cache_creation").get("ephemeral_1h_input_tokens").integer_or_none().value_or(0);
  const double full = *five_minutes + static_cast<double>(std::max<int64_t>(hour_writes, 0)) *
                                          kHourWriteExtra * model->price_input / 1e6;
  const json::Reader tier = usage.get("service_tier");
  const bool half = !tier.is_string() || tier.equals("batch");
  const double paid = half ? full * kBatchFactor : full;
  return HalfCost{paid, full - paid};
}

std::string grouped(uint64_t count) {
  std::string text = std::to_string(count);
  for (size_t at = text.size(); at > 3; at -= 3) text.insert(at - 3, 1, ',');
  return text;
}

std::string standing_text(const HalfStanding& standing) {
  std::string text = grouped(standing.ended) + " of " + grouped(standing.batches) +
                     (standing.batches == 1 ? " batch ended, " : " batches ended, ") +
                     grouped(standing.answered) + " answers";
  if (standing.failed > 0) text += " (" + grouped(standing.failed) + " failed)";
  if (standing.waiting > 0) text += ", " + grouped(standing.waiting) + " waiting";
  if (standing.oldest_expires_unix_s > 0) {
    text += ", oldest expires " + clock_text(standing.oldest_expires_unix_s);
  }
  if (standing.cost_known && standing.cost.paid_usd > 0) {
    text += ", " + dollars(standing.cost.paid_usd) + " so far, " +
            dollars(standing.cost.saved_usd) + " saved";
  }
  return text;
}

void HalfReport::tell(const std::string& text) {
  if (quiet_) return;
  progress_.clear();
  say(text);
}

void HalfReport::tell_trouble(const std::string& text) {
  if (text == trouble_) return;
  trouble_ = text;
  tell(text);
}

void HalfReport::show(const HalfStanding& standing, bool ended) {
  if (progress_.visible()) {
    progress_.show("proxx: " + standing_text(standing));
  } else if (ended) {
    tell(standing_text(standing));
  }
}

}  // namespace proxx::cli
