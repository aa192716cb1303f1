#pragma once
#include <cstdint>
#include <nlohmann/json.hpp>
#include <random>
#include <string>
#include <vector>

namespace proxx::test {

using Json = nlohmann::ordered_json;

/// Chat-completions requests that OpenAI would take, from a seed: the same everywhere. What is in
/// one is drawn field by field, so that a few hundred of them hold most pairs of features.
class RequestGenerator {
 public:
  explicit RequestGenerator(uint32_t seed) : random_(seed) {}

  /// A request to `model`.
  Json request(const std::string& model);
  /// One whose settings say nothing about this turn only: what a growing history repeats.
  Json plain_request(const std::string& model);

 private:
  using Draw = Json (RequestGenerator::*)();

  bool chance(uint32_t one_in) { return random_() % one_in == 0; }
  size_t below(size_t count) { return random_() % count; }
  template <size_t N>
  const char* one_of(const char* const (&words)[N]) {
    return words[below(N)];
  }

  void add_tools(Json& request);
  void add_tool_choice(Json& request);
  void add_settings(Json& request);
  void add_sampling(Json& request);
  void add_reasoning(Json& request);
  void add_native(Json& request);
  void add_messages(Json& request);
  void add_round(Json& messages);
  void add_calls(Json& messages);
  void make_native(Json& answer);
  void add_function_call(Json& messages);
  void add_thinking(Json& message);
  void maybe_cache(Json& object, uint32_t one_in);

  Json function_tool(const std::string& name);
  Json native_tool(const std::string& name);
  Json custom_tool(const std::string& name);
  Json parameters();
  Json property(int depth);
  Json response_format();
  Json user_message();
  Json system_message();
  Json user_part();
  Json result_content();
  std::string base64(std::string text);
  std::string text();
  std::string arguments();
  std::string call_id();

  std::mt19937 random_;
  bool legacy_ = false;  ///< functions instead of tools
  std::vector<std::string> tools_;
  std::vector<std::string> custom_tools_;
};

}  // namespace proxx::test
