#include "openai/completions/request.h"

#include <span>
#include <string>
#include <string_view>
#include <utility>

#include "anthropic/white_space.h"
#include "openai/anthropic_fields.h"
#include "openai/completions/output.h"
#include "openai/error.h"
#include "openai/fields.h"
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
using policy::Topic;

std::span<const std::string_view> field_names();

/// A request while it is read; `root`'s document and `options` outlive it.
struct Reading {
  Reading(Reader its_root, const RequestOptions& its_options)
      : options(its_options), root(its_root) {}

  const RequestOptions& options;
  Reader root;
  Fields in{field_names()};
  Model model;
  AnswerOptions answer;
  Draft draft;
};

Status only_one(Reading&, Reader field) {
  PROXX_ASSIGN(const int64_t count, field.integer());
  if (count == 1) return {};
  return err(field, "Claude answers with one choice; send the request once for each");
}

Status no_echo(Reading&, Reader field) {
  PROXX_ASSIGN(const bool wanted, field.boolean());
  if (!wanted) return {};
  return err(field, "the answer cannot begin with the prompt", "unsupported_parameter");
}

Status no_suffix(Reading&, Reader field) {
  PROXX_TRY(field.expect(Type::string));
  if (field.equals("")) return {};
  return err(field, "Claude continues a text, it fills no gap", "unsupported_parameter");
}

Status stream_options(Reading& r, Reader field) {
  return read_stream_options(field, r.draft, r.answer.include_usage);
}

/// Most clients that send it do not ask for it.
Status logprobs(Reading& r, Reader field) {
  if (field.is_boolean() ? !field.boolean_or(false) : field.integer_or_none() == 0) return {};
  if (!field.is_boolean()) PROXX_TRY(field.integer());
  r.draft.notices.drop(field, kNoLogprobs);
  return {};
}

Status user(Reading& r, Reader field) {
  return read_user(field, r.in["safety_identifier"], r.draft);
}

// The table of top-level fields (docs/mapping-chat.md 6.10), a row each.
constexpr FieldRow<Reading> kRows[] = {
    {"model", kByStep},
    {"prompt", kByStep},
    {"max_tokens", kByStep},
    {"temperature", kByStep},
    {"top_p", kByStep},
    {"top_k", kByStep},
    {"stop", shared<read_stop>},
    {"n", only_one},
    {"best_of", only_one},
    {"echo", no_echo},
    {"suffix", no_suffix},
    {"stream", shared<read_stream>},
    {"stream_options", stream_options},
    {"logprobs", logprobs},
    {"seed", shared<drop_seed>},
    {"logit_bias", shared<drop_logit_bias>},
    {"presence_penalty", shared<drop_penalty>},
    {"frequency_penalty", shared<drop_penalty>},
    {"service_tier", shared<read_service_tier>},
    {"anthropic_beta", shared<read_betas>},
    {"betas", shared<read_betas>},
    {"safety_identifier", user},
    {"user", user},
    {"metadata", shared<read_metadata>},
};

constexpr auto kNames = names_of(kRows);

std::span<const std::string_view> field_names() {
  return kNames;
}

Status read_prompt(Reading& r) {
  r.draft.notices.about(Topic::conversation);
  const Reader field = r.in["prompt"];
  if (!field) return missing(r.root, "prompt");
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
  r.draft.wishes.conversation = field;
  policy::Conversation conversation(r.model, policy::Conversation::History::whole, r.draft.request,
                                    r.draft.notices);
  PROXX_TRY(conversation.begin(policy::Conversation::Role::user, field, field));
  conversation.add_user({anthropic::text_block(prompt.raw_string())});
  return conversation.finish(field);
}

/// Each step in the order of its topic.
Status read_request(Reading& r) {
  policy::NoticeLog& notices = r.draft.notices;
  r.in.read(r.root, notices);
  PROXX_ASSIGN(const std::string name,
               choose_model(r.root, r.in["model"], r.options, r.model, r.draft));
  if (r.options.echo_model) r.answer.shown_model = name;
  PROXX_TRY(read_rows(kRows, r));
  notices.about(Topic::max_tokens);
  if (const Reader field = r.in["max_tokens"]) PROXX_TRY(read_max_tokens(field, r.draft));
  PROXX_TRY(read_prompt(r));
  notices.about(Topic::sampling);
  return read_sampling(r.in, r.draft);
}

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

Result<ConvertedRequest> convert(Reader root, const RequestOptions& options) {
  Reading reading(root, options);
  PROXX_TRY(read_request(reading));
  PROXX_ASSIGN(ConvertedRequest out, finish_request(reading.model, options, reading.draft));
  out.client_path = client_path;
  out.make_output = output_maker(std::move(reading.answer));
  return out;
}

}  // namespace

const Protocol kProtocol = {
    .name = "completions",
    .path = "/v1/completions",
    .request_noun = "a completions request",
    .convert = convert,
    .answer_to = [](json::Reader request, const AnswerSettings& settings) -> Result<MakeOutput> {
      AnswerOptions answer;
      answer.include_usage = settings.include_usage.value_or(
          request.get("stream_options").get("include_usage").boolean_or(false));
      if (settings.echo_model) answer.shown_model = request.get("model").string_or("");
      return output_maker(std::move(answer));
    },
    .error_event = error_frame,
};

}  // namespace proxx::openai::completions
