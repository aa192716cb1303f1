#include "anthropic/hosted_body.h"

#include <utility>

#include "json/reader.h"
#include "json/text.h"
#include "json/writer.h"

namespace proxx {
namespace {

/// What Vertex calls API version 2023-06-01.
constexpr std::string_view kVertexVersion = "vertex-2023-10-16";
/// Strings are for the host to judge.
constexpr json::ParseOptions kLenient{.replace_lone_surrogates = true};

}  // namespace

Result<HostedBody> hosted_body(const HostTarget& target, std::string body, bool count_tokens) {
  json::Document document;
  PROXX_TRY(document.parse_view(body, kLenient));
  const json::Reader request = document.root();
  if (!request.is_object()) return err(ErrorKind::invalid_request, "object expected: a message");
  const json::Reader model = request.get("model");
  if (!model.is_string()) {
    return err(ErrorKind::invalid_request, "expected a string", "model", "invalid_value");
  }
  HostedBody out;
  const std::string asked = model.string_or("");
  out.model = hosted_name(target, asked);
  out.stream = request.get("stream").boolean_or(false);
  const bool version = target.host->model_in_path;
  // Where the path says nothing of the model, as for a count, the body does.
  const bool without_model = version && !count_tokens;
  if (!version && out.model == asked) {
    out.json = std::move(body);
    return out;
  }
  out.json.reserve(body.size() + out.model.size() + kVertexVersion.size());
  json::Writer w(out.json);
  w.begin_object();
  if (version) w.key("anthropic_version").string(kVertexVersion);
  if (!without_model) w.key("model").string(out.model);
  for (const json::Member& member : request.members()) {
    const std::string key(member.key());
    if (key == "model" || (version && key == "anthropic_version")) continue;
    w.raw_key(member.raw_key).raw(member.value.raw());
  }
  w.end_object();
  return out;
}

}  // namespace proxx
