#pragma once
#include <chrono>
#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <string_view>

#include "base/result.h"
#include "http/server.h"
#include "mock/aws_signature.h"
#include "mock/host_rules.h"
#include "mock/scenarios/scenarios.h"

namespace proxx::mock {

struct HostOptions {
  std::string as;     ///< aws | google | bedrock | mantle | vertex | foundry; "" is Anthropic's own
  std::string token;  ///< the only key or token that is taken; "" takes any
  std::chrono::milliseconds token_life{0};  ///< of each from its first use on; 0 is for ever
  AwsAccount aws;                           ///< whose signatures are taken
  std::chrono::seconds clock_ahead{0};      ///< of this machine's
};

/// Plays a host of Claude's: asks of a request what that host asks for, makes it one to Anthropic's
/// own API, and gives the answer the host's form.
class Host {
 public:
  /// Errors: `usage` for an unknown host.
  static Result<Host> make(HostOptions options);

  /// The refusal, or nothing: then `request` is one to Anthropic's API.
  [[nodiscard]] std::optional<Answer> admit(http::Request& request, uint64_t number);
  /// Names and leaves out header fields and ids as the host does.
  void shape(Answer& answer) const;
  [[nodiscard]] bool is_anthropic() const { return rules_ == nullptr; }

 private:
  explicit Host(HostOptions options);
  [[nodiscard]] std::optional<Answer> check_credential(const http::Request& request,
                                                       uint64_t number);
  [[nodiscard]] std::optional<Answer> check_life(const std::string& token, uint64_t number);
  [[nodiscard]] std::optional<Answer> take_path(http::Request& request, uint64_t number);
  [[nodiscard]] std::optional<Answer> take_vertex_path(http::Request& request, uint64_t number);
  [[nodiscard]] std::optional<Answer> take_body(http::Request& request, uint64_t number) const;
  [[nodiscard]] Verdict take_vertex_body(http::Request& request, Json& body) const;
  /// The host's own word, before Claude has seen the request. `type`: AWS's name for it.
  [[nodiscard]] Answer refuse(int status, const std::string& message, uint64_t number,
                              const char* type = "") const;
  [[nodiscard]] bool is(std::string_view name) const { return options_.as == name; }
  [[nodiscard]] bool is_amazon() const { return is("bedrock") || is("mantle") || is("aws"); }
  [[nodiscard]] bool is_google() const { return is("vertex") || is("google"); }
  [[nodiscard]] int64_t now() const;

  HostOptions options_;
  const HostRules* rules_;  ///< null: Anthropic's own
  std::string path_model_;  ///< of the request under way
  bool streams_ = false;
  std::map<std::string, std::chrono::steady_clock::time_point> first_seen_;
};

}  // namespace proxx::mock
