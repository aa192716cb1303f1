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
#include "mock/scenarios.h"

namespace proxx::mock {

struct HostOptions {
  std::string as;     ///< aws | google | bedrock | mantle | vertex | foundry; "" is Anthropic's own
  std::string token;  ///< the only key or token that is taken; "" takes any
  std::chrono::milliseconds token_life{0};  ///< of each from its first use on; 0 is for ever
  AwsAccount aws;                           ///< whose signatures are taken
};

/// Plays a host of Claude's: asks of a request what that host asks for, makes it one to Anthropic's
/// own API, and gives the answer the host's form. Rules of its own, from the hosts' documentation.
class Host {
 public:
  /// Errors: `usage` for an unknown host.
  static Result<Host> make(HostOptions options);

  /// The refusal, or nothing: then `request` is one to Anthropic's API.
  [[nodiscard]] std::optional<Answer> admit(http::Request& request, uint64_t number);
  /// Names and leaves out header fields as the host does.
  void shape(Answer& answer) const;
  [[nodiscard]] bool is_anthropic() const { return options_.as.empty(); }

 private:
  explicit Host(HostOptions options) : options_(std::move(options)) {}
  [[nodiscard]] std::optional<Answer> check_credential(const http::Request& request,
                                                       uint64_t number);
  [[nodiscard]] std::optional<Answer> take_path(http::Request& request, uint64_t number);
  [[nodiscard]] std::optional<Answer> take_body(http::Request& request, uint64_t number) const;
  [[nodiscard]] Answer refuse(int status, const std::string& message, uint64_t number) const;
  [[nodiscard]] bool is(std::string_view name) const { return options_.as == name; }
  [[nodiscard]] bool is_amazon() const { return is("bedrock") || is("mantle") || is("aws"); }

  HostOptions options_;
  std::string path_model_;  ///< of the request under way
  bool streams_ = false;
  std::map<std::string, std::chrono::steady_clock::time_point> first_seen_;
};

}  // namespace proxx::mock
