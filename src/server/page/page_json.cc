#include "server/page/page_json.h"

#include "answer/cost.h"
#include "base/secret_text.h"
#include "json/writer.h"

namespace proxx::server {
namespace {

constexpr std::string_view kKinds[] = {"dropped", "adjusted", "note"};

double milliseconds(std::chrono::microseconds time) {
  return static_cast<double>(time.count()) / 1000;
}

void put_text(json::Writer& writer, json::Key key, std::string_view text) {
  writer.key(key).string(without_keys(text));
}

/// As members `tokens` and `cost`.
void put_tokens(json::Writer& writer, const TokenCounts& tokens, const std::string& model,
                const ModelTable& models) {
  const answer::TokenUsage usage{tokens.input, tokens.output, tokens.cached, tokens.cache_write,
                                 tokens.reasoning};
  if (const auto cost = cost_usd(usage, models.find_spelled(model))) {
    writer.key("cost").number(*cost);
  }
  writer.key("tokens").begin_object();
  writer.key("input").integer(tokens.input);
  writer.key("output").integer(tokens.output);
  writer.key("cached").integer(tokens.cached);
  writer.key("cache_write").integer(tokens.cache_write);
  writer.key("reasoning").integer(tokens.reasoning);
  writer.end_object();
}

void put_notices(json::Writer& writer, const Notices& notices) {
  writer.key("notices").begin_array();
  for (const Notice& notice : notices) {
    writer.begin_object();
    writer.key("kind").string(kKinds[static_cast<size_t>(notice.kind)]);
    put_text(writer, "path", notice.path);
    put_text(writer, "reason", notice.reason);
    writer.end_object();
  }
  writer.end_array();
}

/// The members of a row, in an object that stays open.
void put_row(json::Writer& writer, const PageRow& row, const ModelTable& models) {
  writer.begin_object();
  writer.key("id").integer(static_cast<int64_t>(row.id));
  writer.key("time_ms").integer(row.time_unix_ms);
  put_text(writer, "client", row.client);
  put_text(writer, "method", row.method);
  put_text(writer, "path", row.path);
  put_text(writer, "model", row.model);
  writer.key("open").boolean(row.open);
  writer.key("stream").boolean(row.stream);
  writer.key("status").integer(row.status);
  writer.key("convert_ms").number(milliseconds(row.convert));
  if (row.first) writer.key("first_ms").number(milliseconds(*row.first));
  writer.key("total_ms").number(milliseconds(row.total));
  if (row.tokens) put_tokens(writer, *row.tokens, row.model, models);
  for (size_t i = 0; i < row.notices.size(); ++i) {
    writer.text_key(kKinds[i]).integer(row.notices[i]);
  }
  put_text(writer, "error", row.error_word);
  put_text(writer, "request_id", row.request_id);
}

void put_models(json::Writer& writer, const ModelTable& models) {
  writer.key("models").begin_array();
  for (const Model& model : models.rows()) {
    if (!model.listed || model.lifecycle == "retired") continue;
    writer.begin_object();
    writer.key("id").string(model.id);
    writer.key("context").integer(model.context_tokens);
    writer.key("max_tokens").integer(model.max_tokens);
    writer.key("price_input").number(model.price_input);
    writer.key("price_output").number(model.price_output);
    writer.end_object();
  }
  writer.end_array();
}

/// An object with what `put` writes and leaves open.
template <class Put>
std::string object(Put put) {
  std::string out;
  json::Writer writer(out);
  put(writer);
  writer.end_object();
  return out;
}

/// The state's members, in an object that stays open.
void put_state(json::Writer& writer, const PageLog& log, const ModelTable& models,
               int64_t open_streams) {
  writer.begin_object();
  writer.key("recording").boolean(log.records_bodies());
  writer.key("open_streams").integer(open_streams);
  writer.key("totals").begin_array();
  for (const auto& [model, total] : log.totals()) {
    writer.begin_object();
    put_text(writer, "model", model);
    writer.key("requests").integer(total.requests);
    writer.key("errors").integer(total.errors);
    put_tokens(writer, total.tokens, model, models);
    writer.end_object();
  }
  writer.end_array();
  writer.key("minutes").begin_array();
  for (const PageMinute& minute : log.minutes()) {
    writer.begin_object();
    writer.key("minute").integer(minute.unix_minute);
    writer.key("requests").integer(minute.requests);
    if (minute.firsts > 0) {
      writer.key("first_ms").number(milliseconds(minute.first_sum / minute.firsts));
    }
    writer.end_object();
  }
  writer.end_array();
}

}  // namespace

std::string page_row(const PageRow& row, const ModelTable& models) {
  return object([&](json::Writer& writer) { put_row(writer, row, models); });
}

std::string page_details(const PageLog::Kept& kept, const ModelTable& models) {
  return object([&](json::Writer& writer) {
    put_row(writer, kept.row, models);
    if (const auto& details = kept.details) {
      put_notices(writer, details->notices);
      put_text(writer, "request_headers", shown_headers(details->request_headers));
      put_text(writer, "answer_headers", shown_headers(details->answer_headers));
    }
    if (kept.bodies) {
      const PageBodies::Texts bodies = kept.bodies->texts();
      writer.key("bodies").begin_object();
      put_text(writer, "request", bodies.request);
      put_text(writer, "upstream", bodies.upstream);
      put_text(writer, "answer", bodies.answer);
      writer.key("cut").boolean(bodies.cut);
      writer.end_object();
    }
  });
}

std::string page_state(const PageLog& log, const ModelTable& models, int64_t open_streams) {
  return object([&](json::Writer& writer) { put_state(writer, log, models, open_streams); });
}

std::string page_snapshot(const PageLog& log, const ModelTable& models, int64_t open_streams) {
  return object([&](json::Writer& writer) {
    put_state(writer, log, models, open_streams);
    writer.key("version").string(PROXX_VERSION);
    put_models(writer, models);
    writer.key("requests").begin_array();
    for (const PageRow& row : log.changed_since(0)) writer.raw(page_row(row, models));
    writer.end_array();
  });
}

std::string page_conversion(const Result<ConvertedRequest>& converted) {
  return object([&](json::Writer& writer) {
    writer.begin_object();
    if (!converted) {
      writer.key("error").begin_object();
      put_text(writer, "message", converted.error().message);
      put_text(writer, "param", converted.error().param);
      writer.end_object();
      return;
    }
    writer.key("model").string(converted->model);
    writer.key("stream").boolean(converted->stream);
    writer.key("body").string(converted->body);
    put_notices(writer, converted->notices);
  });
}

}  // namespace proxx::server
