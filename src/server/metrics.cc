#include "server/metrics.h"

#include <charconv>
#include <optional>

namespace proxx::server {
namespace {

struct ErrorLabel {
  ErrorKind kind;
  std::string_view label;
};
constexpr std::array<ErrorLabel, 9> kErrorLabels = {{
    {ErrorKind::upstream_status, "status"},
    {ErrorKind::upstream_unreachable, "unreachable"},
    {ErrorKind::upstream_tls, "tls"},
    {ErrorKind::upstream_timeout, "timeout"},
    {ErrorKind::upstream_redirect, "redirect"},
    {ErrorKind::upstream_bad_content_type, "content_type"},
    {ErrorKind::upstream_protocol, "protocol"},
    {ErrorKind::upstream_truncated, "truncated"},
    {ErrorKind::upstream_error_event, "error_event"},
}};

struct TokenLabel {
  std::string_view label;
  int64_t TokenCounts::*count;
};
constexpr std::array<TokenLabel, 5> kTokenLabels = {{
    {"input", &TokenCounts::input},
    {"output", &TokenCounts::output},
    {"cached", &TokenCounts::cached},
    {"cache_write", &TokenCounts::cache_write},
    {"reasoning", &TokenCounts::reasoning},
}};

double seconds(std::chrono::microseconds time) {
  return static_cast<double>(time.count()) / 1e6;
}

/// Shortest text, whatever the locale.
std::string number(double value) {
  std::array<char, 32> text{};
  const auto end = std::to_chars(text.data(), text.data() + text.size(), value).ptr;
  return {text.data(), end};
}

std::string in_quotes(std::string_view value) {
  std::string out = "\"";
  for (const char c : value) {
    if (c == '\n') {
      out += "\\n";
      continue;
    }
    if (c == '"' || c == '\\') out += '\\';
    out += c;
  }
  return out + '"';
}

void head(std::string& out, std::string_view name, std::string_view type, std::string_view help) {
  out.append("# HELP ").append(name).append(" ").append(help).append("\n# TYPE ");
  out.append(name).append(" ").append(type).append("\n");
}

void sample(std::string& out, std::string_view name, const std::string& labels,
            const std::string& value) {
  out.append(name);
  if (!labels.empty()) out.append("{").append(labels).append("}");
  out.append(" ").append(value).append("\n");
}

}  // namespace

void Metrics::Histogram::add(double seconds) {
  for (size_t i = 0; i < buckets.size(); ++i) {
    if (seconds <= kBucketSeconds[i]) ++buckets[i];
  }
  ++count;
  sum += seconds;
}

std::string Metrics::model_label(std::string_view model) const {
  if (model.empty()) return {};
  const Model* row = models_.find_spelled(model);
  return row != nullptr ? row->id : "other";
}

void Metrics::observe(const RequestRecord& record) {
  const std::string model = model_label(record.model);
  const std::string_view endpoint = endpoint_name(record.endpoint);
  const std::lock_guard lock(mutex_);
  ++requests_[{endpoint, model, record.status}];
  if (record.status == kClientGone) ++cancellations_;
  for (const ErrorLabel& row : kErrorLabels) {
    if (record.error == row.kind) ++upstream_errors_[row.label];
  }
  if (record.endpoint != Endpoint::other && route_of(record.endpoint).is_upstream) {
    durations_[endpoint].add(seconds(record.total));
    if (record.first) first_bytes_[endpoint].add(seconds(*record.first));
  }
  if (!record.tokens) return;
  for (const TokenLabel& row : kTokenLabels) {
    tokens_[{model, row.label}] += (*record.tokens).*row.count;
  }
}

void Metrics::write_histogram(std::string& out, std::string_view name, const Histograms& all) {
  for (const auto& [endpoint, histogram] : all) {
    const std::string label = "endpoint=" + in_quotes(endpoint);
    const std::string bucket = std::string(name) + "_bucket";
    for (size_t i = 0; i < kBucketSeconds.size(); ++i) {
      sample(out, bucket, label + ",le=" + in_quotes(number(kBucketSeconds[i])),
             std::to_string(histogram.buckets[i]));
    }
    sample(out, bucket, label + ",le=\"+Inf\"", std::to_string(histogram.count));
    sample(out, std::string(name) + "_sum", label, number(histogram.sum));
    sample(out, std::string(name) + "_count", label, std::to_string(histogram.count));
  }
}

std::string Metrics::text(const ResponseMemory::Use& remembered) const {
  std::string out;
  const std::lock_guard lock(mutex_);
  head(out, "proxx_build_info", "gauge", "The running version.");
  sample(out, "proxx_build_info", "version=" + in_quotes(PROXX_VERSION), "1");
  head(out, "proxx_open_streams", "gauge", "Answers being streamed.");
  sample(out, "proxx_open_streams", "", std::to_string(open_streams_.load()));
  head(out, "proxx_remembered_responses", "gauge", "Responses that clients can refer to.");
  sample(out, "proxx_remembered_responses", "", std::to_string(remembered.responses));
  head(out, "proxx_remembered_bytes", "gauge", "Memory that they take.");
  sample(out, "proxx_remembered_bytes", "", std::to_string(remembered.bytes));
  head(out, "proxx_requests_total", "counter", "Requests answered; 499: the client went away.");
  for (const auto& [key, count] : requests_) {
    const auto& [endpoint, model, status] = key;
    sample(out, "proxx_requests_total",
           "endpoint=" + in_quotes(endpoint) + ",model=" + in_quotes(model) +
               ",status=" + in_quotes(std::to_string(status)),
           std::to_string(count));
  }
  head(out, "proxx_request_duration_seconds", "histogram", "Request read to answer complete.");
  write_histogram(out, "proxx_request_duration_seconds", durations_);
  head(out, "proxx_time_to_first_token_seconds", "histogram",
       "Request read to first event or byte of the answer.");
  write_histogram(out, "proxx_time_to_first_token_seconds", first_bytes_);
  head(out, "proxx_tokens_total", "counter", "Tokens as OpenAI counts them, by kind.");
  for (const auto& [key, count] : tokens_) {
    const auto& [model, kind] = key;
    sample(out, "proxx_tokens_total", "kind=" + in_quotes(kind) + ",model=" + in_quotes(model),
           std::to_string(count));
  }
  head(out, "proxx_upstream_errors_total", "counter", "Failed upstream calls, by kind.");
  for (const auto& [kind, count] : upstream_errors_) {
    sample(out, "proxx_upstream_errors_total", "kind=" + in_quotes(kind), std::to_string(count));
  }
  head(out, "proxx_cancellations_total", "counter", "Requests whose client went away.");
  sample(out, "proxx_cancellations_total", "", std::to_string(cancellations_));
  return out;
}

}  // namespace proxx::server
