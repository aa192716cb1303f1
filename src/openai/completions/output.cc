#include "openai/completions/output.h"

#include <string_view>
#include <utility>

#include "json/writer.h"
#include "openai/error.h"
#include "openai/words.h"
#include "text/writer.h"

namespace proxx::openai::completions {
namespace {

using json::Raw;
using namespace json::literals;

constexpr std::string_view kText = R"([{"text":")";
constexpr std::string_view kAfterText = R"(","index":0,"logprobs":null,"finish_reason":)";

json::RawString completion_id(Raw message_id) {
  return json::RawString("cmpl-"_raw).append(message_id.without_prefix("msg_"));
}

/// An object up to the value of `choices`.
void append_head(std::string& out, const AnswerOptions& options, Raw id, Raw model) {
  json::Writer writer(out);
  writer.begin_object().key("id").raw_string(completion_id(id));
  writer.key("object").string("text_completion");
  writer.key("created").integer(options.created_unix_s).key("model");
  if (options.shown_model.empty()) {
    writer.raw_string(model);
  } else {
    writer.string(options.shown_model);
  }
  writer.key("choices");
}

/// The rest of an object behind its text, up to its last brace.
void append_end(std::string& out, const answer::Stop& stop) {
  std::string_view reason = finish_reason(stop, false);
  if (reason == "tool_calls") reason = "stop";  // this API knows no calls
  out.append(kAfterText).append("\"").append(reason).append("\"}]");
}

class ChunkWriter final : public answer::Output {
 public:
  ChunkWriter(AnswerOptions options, answer::Frame frame)
      : options_(std::move(options)), frame_(std::move(frame)) {}

  void start(Raw id, Raw model, std::string&) override {
    begin_ = frame_.prefix;
    append_head(begin_, options_, id, model);
    end_.append(kAfterText)
        .append("null}]")
        .append(options_.include_usage ? R"(,"usage":null})" : "}");
    end_.append(frame_.suffix);
  }

  void text(const answer::Piece& piece, std::string& out) override {
    out.append(begin_).append(kText).append(piece.text.bytes()).append(end_);
  }

  // What a client of this API cannot be told of.
  void call_begin(const answer::ToolCall&, Raw, Raw, std::string&) override {}
  void call_arguments(const answer::ToolCall&, Raw, std::string&) override {}

  void stop(const answer::Stop& stop, const answer::TokenUsage& usage, std::string& out) override {
    out.append(begin_).append(kText);
    append_end(out, stop);
    out.append(options_.include_usage ? R"(,"usage":null})" : "}").append(frame_.suffix);
    if (options_.include_usage) {
      out.append(begin_).append(R"([],"usage":)");
      json::Writer writer(out);
      write_usage(writer, usage);
      out.append("}").append(frame_.suffix);
    }
    if (frame_.server_sent_events) frame_.append(out, "[DONE]");
  }

  void fail(const Error& error, std::string& out) override {
    if (frame_.server_sent_events) frame_.append(out, error_body(error));
  }

 private:
  AnswerOptions options_;
  answer::Frame frame_;
  std::string begin_;  ///< a chunk up to the value of `choices`
  std::string end_;    ///< the rest of a chunk behind its text
};

class CompletionWriter final : public answer::Output {
 public:
  explicit CompletionWriter(AnswerOptions options) : options_(std::move(options)) {}

  void start(Raw id, Raw model, std::string&) override {
    append_head(body_, options_, id, model);
    body_.append(kText);
  }
  void text(const answer::Piece& piece, std::string&) override { body_.append(piece.text.bytes()); }
  void call_begin(const answer::ToolCall&, Raw, Raw, std::string&) override {}
  void call_arguments(const answer::ToolCall&, Raw, std::string&) override {}

  void stop(const answer::Stop& stop, const answer::TokenUsage& usage, std::string& out) override {
    append_end(body_, stop);
    body_.append(R"(,"usage":)");
    json::Writer writer(body_);
    write_usage(writer, usage);
    out.append(body_).append("}\n");
  }

 private:
  AnswerOptions options_;
  std::string body_;
};

}  // namespace

std::unique_ptr<answer::Output> make_output(AnswerForm form, const AnswerOptions& options,
                                            answer::Frame frame) {
  switch (form) {
    case AnswerForm::stream:
      return std::make_unique<ChunkWriter>(options, std::move(frame));
    case AnswerForm::whole:
      return std::make_unique<CompletionWriter>(options);
    case AnswerForm::text:
      break;
  }
  return std::make_unique<text::TextWriter>(
      [](const answer::ToolCall&, Raw, Raw, Raw) { return std::string(); }, false);
}

}  // namespace proxx::openai::completions
