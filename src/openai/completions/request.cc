#include "openai/completions/request.h"

#include <optional>
#include <string>
#include <string_view>
#include <utility>

#include "anthropic/white_space.h"
#include "openai/anthropic_fields.h"
#include "openai/completions/output.h"
#include "openai/finish_request.h"
#include "openai/identity.h"
#include "openai/members.h"
#include "openai/model_name.h"
#include "openai/plain_fields.h"
#include "policy/conversation.h"

namespace proxx::openai::completions {
namespace {

using json::Reader;
using json::Type;
using policy::Number;
using policy::Topic;
using policy::Wish;

/// Reads one request: each step in the order of its topic.
class RequestReader {
 public:
  RequestReader(Reader root, const RequestOptions& options) : root_(root), options_(options) {}

  Result<ConvertedRequest> convert() {
    static constexpr std::string_view kNames[] = {"model",
                                                  "prompt",
                                                  "max_tokens",
                                                  "temperature",
                                                  "top_p",
                                                  "top_k",
                                                  "stop",
                                                  "n",
                                                  "best_of",
                                                  "echo",
                                                  "suffix",
                                                  "stream",
                                                  "stream_options",
                                                  "logprobs",
                                                  "safety_identifier",
                                                  "user",
                                                  "metadata",
                                                  "seed",
                                                  "logit_bias",
                                                  "presence_penalty",
                                                  "frequency_penalty",
                                                  "service_tier",
                                                  "anthropic_beta",
                                                  "betas"};
    const auto [model, prompt, max_tokens, temperature, top_p, top_k, stop, n, best_of, echo,
                suffix, stream, stream_options, logprobs, safety_identifier, user, metadata, seed,
                logit_bias, presence_penalty, frequency_penalty, service_tier, anthropic_beta,
                betas] = read_members(root_, kNames, draft_.notices);
    PROXX_TRY(choose_model(model));
    begin_field();
    if (stop) PROXX_TRY(read_stop(stop));
    for (const Reader count : {n, best_of}) {
      if (count) PROXX_TRY(only_one(count));
    }
    if (echo) PROXX_TRY(no_echo(echo));
    if (suffix) PROXX_TRY(no_suffix(suffix));
    if (stream) {
      PROXX_ASSIGN(draft_.wishes.stream, stream.boolean());
    }
    if (stream_options) PROXX_TRY(read_stream_options(stream_options));
    struct Row {
      Reader field;
      Status (*read)(Reader, Draft&);
    };
    const Row kRows[] = {{logprobs, drop_logprobs},         {seed, drop_seed},
                         {logit_bias, drop_logit_bias},     {presence_penalty, drop_penalty},
                         {frequency_penalty, drop_penalty}, {service_tier, read_service_tier},
                         {anthropic_beta, read_betas},      {betas, read_betas}};
    for (const Row& row : kRows) {
      begin_field();
      if (row.field) PROXX_TRY(row.read(row.field, draft_));
    }
    begin_field();
    for (const Reader id : {safety_identifier, user}) {
      if (id) PROXX_TRY(read_user(id, safety_identifier, draft_));
    }
    if (metadata) PROXX_TRY(read_metadata(metadata, draft_));
    if (max_tokens) PROXX_TRY(read_max_tokens(max_tokens));
    PROXX_TRY(read_prompt(prompt));
    draft_.notices.about(Topic::sampling);
    policy::Wishes& wishes = draft_.wishes;
    if (temperature)
      PROXX_TRY(read_number(temperature, 2, "must be between 0 and 2", wishes.temperature));
    if (top_p) PROXX_TRY(read_number(top_p, 1, "must be between 0 and 1", wishes.top_p));
    if (top_k) PROXX_TRY(read_top_k(top_k));
    return finish();
  }

 private:
  /// A notice's place in the list is that of the field.
  void begin_field() { draft_.notices.about(Topic::fields, next_field_++); }

  Status choose_model(Reader field) {
    PROXX_ASSIGN(requested_model_,
                 read_model_name(root_, field, options_.model_override, options_.default_model));
    model_ = options_.models->resolve(requested_model_);
    draft_.request.model = model_.id;
    note_lifecycle(model_, draft_.notices);
    draft_.wishes.api_version = options_.anthropic_version;
    draft_.wishes.default_max_tokens = options_.default_max_tokens;
    draft_.wishes.cache.by_default = options_.prompt_cache;
    return {};
  }

  Status add_stop(Reader text) {
    PROXX_TRY(text.expect(Type::string));
    if (anthropic::is_blank(text.raw_string())) {
      draft_.notices.drop(text, "the upstream takes no stop sequence of white space only");
    } else {
      draft_.request.stop_sequences.push_back(text.raw_string());
    }
    return {};
  }

  Status read_stop(Reader field) {
    if (field.is_string()) return add_stop(field);
    PROXX_TRY(field.expect(Type::array));
    for (const Reader element : field.elements()) PROXX_TRY(add_stop(element));
    return {};
  }

  static Status only_one(Reader field) {
    PROXX_ASSIGN(const int64_t count, field.integer());
    if (count == 1) return {};
    return err(field, "Claude answers with one choice; send the request once for each");
  }

  static Status no_echo(Reader field) {
    PROXX_ASSIGN(const bool wanted, field.boolean());
    if (!wanted) return {};
    return err(field, "the answer cannot begin with the prompt", "unsupported_parameter");
  }

  static Status no_suffix(Reader field) {
    PROXX_TRY(field.expect(Type::string));
    if (field.equals("")) return {};
    return err(field, "Claude continues a text, it fills no gap", "unsupported_parameter");
  }

  /// Most clients that send it do not ask for it.
  static Status drop_logprobs(Reader field, Draft& draft) {
    if (field.is_boolean() ? !field.boolean_or(false) : field.integer_or_none() == 0) return {};
    if (!field.is_boolean()) PROXX_TRY(field.integer());
    draft.notices.drop(field, "Claude gives no log probabilities");
    return {};
  }

  Status read_stream_options(Reader field) {
    PROXX_TRY(field.expect(Type::object));
    static constexpr std::string_view kNames[] = {"include_usage", "include_obfuscation"};
    const auto [usage, obfuscation] = read_members(field, kNames, draft_.notices);
    if (usage) {
      PROXX_ASSIGN(answer_.include_usage, usage.boolean());
    }
    if (obfuscation) PROXX_TRY(obfuscation.expect(Type::boolean));
    return {};
  }

  Status read_max_tokens(Reader field) {
    draft_.notices.about(Topic::max_tokens);
    PROXX_ASSIGN(const int64_t count, field.integer());
    if (count < 1) return err(field, "must be at least 1", "invalid_value");
    draft_.wishes.max_tokens = {count, field};
    return {};
  }

  Status read_prompt(Reader field) {
    draft_.notices.about(Topic::conversation);
    if (!field) return missing(root_, "prompt");
    Reader prompt = field;
    if (field.is_array()) {
      if (field.size() > 1 && field.at(0).is_string()) {
        return err(field, "one prompt at a time; send a request for each");
      }
      prompt = field.at(0);
    }
    if (prompt.is_number() || prompt.is_array()) {
      return err(field, "Claude has other tokens; send the prompt as text");
    }
    if (!prompt.is_string()) {
      return err(field, "expected a string, or an array of one string", "invalid_type");
    }
    if (anthropic::is_blank(prompt.raw_string())) {
      return err(field, "must not be empty", "invalid_value");
    }
    draft_.wishes.conversation = field;
    policy::Conversation conversation(model_, policy::Conversation::History::whole, draft_.request,
                                      draft_.notices);
    PROXX_TRY(conversation.begin(policy::Conversation::Role::user, field, field));
    conversation.add_user({anthropic::text_block(prompt.raw_string())});
    return conversation.finish(field);
  }

  static Status read_number(Reader field, double most, const char* range,
                            std::optional<Wish<Number>>& wish) {
    PROXX_ASSIGN(const double value, field.number());
    if (value < 0 || value > most) return err(field, range, "invalid_value");
    wish = Wish<Number>{{value, field.raw()}, field};
    return {};
  }

  Status read_top_k(Reader field) {
    PROXX_ASSIGN(const int64_t value, field.integer());
    if (value < 0) return err(field, "must be at least 0", "invalid_value");
    draft_.wishes.top_k = Wish<Number>{{static_cast<double>(value), field.raw()}, field};
    return {};
  }

  Result<ConvertedRequest> finish();

  Reader root_;
  const RequestOptions& options_;
  Model model_;
  std::string requested_model_;
  AnswerOptions answer_;
  Draft draft_;
  size_t next_field_ = 0;
};

MakeOutput output_maker(AnswerOptions answer) {
  return
      [answer = std::move(answer)](AnswerForm form, answer::Frame frame, const UnixClock& clock) {
        AnswerOptions options = answer;
        options.created_unix_s = clock();
        return make_output(form, options, std::move(frame));
      };
}

std::string client_path(std::string_view upstream_path) {
  if (upstream_path.substr(0, 8) == "messages") return "prompt";
  if (upstream_path.substr(0, 14) == "stop_sequences") return "stop";
  return std::string(upstream_path);
}

Result<ConvertedRequest> RequestReader::finish() {
  PROXX_ASSIGN(ConvertedRequest out, finish_request(model_, options_, draft_));
  if (options_.echo_model) answer_.shown_model = requested_model_;
  out.client_path = client_path;
  out.make_output = output_maker(std::move(answer_));
  return out;
}

}  // namespace

const Protocol kProtocol = {
    .name = "completions",
    .path = "/v1/completions",
    .request_noun = "a completions request",
    .convert = [](json::Reader request, const RequestOptions& options) -> Result<ConvertedRequest> {
      return RequestReader(request, options).convert();
    },
    .answer_to = [](json::Reader request, const AnswerSettings& settings) -> Result<MakeOutput> {
      AnswerOptions answer;
      answer.include_usage = settings.include_usage.value_or(
          request.get("stream_options").get("include_usage").boolean_or(false));
      if (settings.echo_model) answer.shown_model = request.get("model").string_or("");
      return output_maker(std::move(answer));
    },
};

}  // namespace proxx::openai::completions
