// Generated requests to every model go through the converter to the mock's rules, which are written
// from the upstream's documentation and know nothing of the converter.
#include <doctest/doctest.h>

#include <algorithm>
#include <map>

#include "mock/rules/rules.h"
#include "openai/chat/request.h"
#include "unit/conversion/request_generator.h"

namespace proxx::test {
namespace {

const ModelTable& models() {
  static const ModelTable table;
  return table;
}

std::vector<std::string> model_names() {
  std::vector<std::string> out;
  for (const Model& row : models().rows()) {
    out.push_back(row.id);
    if (!row.alias.empty()) out.push_back(row.alias);
  }
  return out;
}

/// What is right to refuse of requests that OpenAI would take (docs/mapping-chat.md 6.1, 6.2).
struct Refusal {
  const char* param;
  const char* message;  ///< begins with it
};
constexpr Refusal kRefusals[] = {
    {"tool_choice", "a tool cannot be forced while thinking.type is enabled"},
    {"function_call", "a tool cannot be forced while thinking.type is enabled"},
    {"response_format", "the schema cannot be enforced: "},
};

bool is_right(const Error& error) {
  return error.kind == ErrorKind::invalid_request &&
         std::any_of(std::begin(kRefusals), std::end(kRefusals), [&](const Refusal& row) {
           return error.param.rfind(row.param, 0) == 0 && error.message.rfind(row.message, 0) == 0;
         });
}

std::string told(const Error& error) {
  return error.param + ": " + error.message;
}

http::HeaderList headers_for(const ConvertedChatRequest& converted, const std::string& version) {
  http::HeaderList headers = {{"x-api-key", "sk-ant-test"},
                              {"content-type", "application/json"},
                              {"anthropic-version", version}};
  std::string betas;
  for (const std::string& beta : converted.betas) betas += (betas.empty() ? "" : ",") + beta;
  if (!betas.empty()) headers.emplace_back("anthropic-beta", betas);
  return headers;
}

bool loses_something(const ConvertedChatRequest& converted) {
  return std::any_of(converted.notices.begin(), converted.notices.end(),
                     [](const Notice& notice) { return notice.kind != Notice::Kind::note; });
}

constexpr const char* kVersions[] = {"2023-06-01", "2026-10-21"};
constexpr uint32_t kSeedsPerModel = 12;

/// Calls `visit` with every generated request; what fails in it is shown with its seed.
template <class Visit>
void each_request(const Visit& visit) {
  uint32_t seed = 0;
  for (const std::string& model : model_names()) {
    for (const char* version : kVersions) {
      for (uint32_t i = 0; i < kSeedsPerModel; ++i) {
        const Json request = RequestGenerator(++seed).request(model);
        CAPTURE(seed);
        CAPTURE(version);
        RequestOptions options;
        options.models = &models();
        options.anthropic_version = version;
        options.web_search = seed % 2 == 0;
        options.prompt_cache = seed % 3 == 0;
        visit(request.dump(), options);
      }
    }
  }
}

TEST_CASE("the upstream refuses nothing that the converter lets through") {
  size_t requests = 0;
  size_t refused = 0;
  std::map<std::string, size_t> reasons;
  each_request([&](const std::string& request, const RequestOptions& options) {
    ++requests;
    CAPTURE(request);
    const auto converted = convert_request(request, options);
    if (!converted) {
      ++refused;
      CHECK_MESSAGE(is_right(converted.error()), told(converted.error()));
      ++reasons[converted.error().message.substr(0, 40)];
      return;
    }
    CAPTURE(converted->body);
    const auto bad =
        mock::check_request(converted->body, headers_for(*converted, options.anthropic_version));
    CHECK_MESSAGE(!bad, (bad ? bad->message : ""));
  });
  MESSAGE(requests << " requests, " << refused << " refused by the converter");
  for (const auto& [reason, count] : reasons) MESSAGE(count << " times: " << reason);
  CHECK(refused * 2 < requests);
}

TEST_CASE("what strict lets through has lost nothing, and is what would be sent without it") {
  size_t accepted = 0;
  each_request([&](const std::string& request, RequestOptions options) {
    CAPTURE(request);
    const auto lenient = convert_request(request, options);
    options.on_lossy = OnLossy::error;
    const auto strict = convert_request(request, options);
    const bool whole = lenient && !loses_something(*lenient);
    CHECK_MESSAGE(bool(strict) == whole, (strict ? std::string() : told(strict.error())));
    if (!strict) {
      CHECK_FALSE(strict.error().param.empty());
      return;
    }
    ++accepted;
    CHECK_FALSE(loses_something(*strict));
    CHECK(strict->body == lenient->body);
  });
  MESSAGE(accepted << " requests accepted by strict");
  CHECK(accepted > 10);
}

}  // namespace
}  // namespace proxx::test
