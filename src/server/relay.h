#pragma once
#include <memory>
#include <optional>
#include <string>

#include "exchange/exchange.h"
#include "server/reply.h"
#include "server/session.h"
#include "upstream/secrets.h"
#include "upstream/upstream.h"

namespace proxx::server {

/// A request of an Anthropic-native client, passed on as it is: path, query and body, with the
/// credential and the header profile of every upstream call. Of the client's headers only
/// anthropic-version and anthropic-beta go (faults.md H32).
[[nodiscard]] UpstreamRequest relay_request(const ExchangeContext& context, http::Request request,
                                            const Credential& credential,
                                            const RequestHeaders& headers);

/// `/v1/messages`, `/v1/messages/count_tokens` and `/v1/messages/batches...`: the upstream's status
/// and body pass unchanged as they come, but for keys in an error's. What breaks before the
/// upstream answers is an Anthropic error object, behind that the connection is cut.
class RelaySession final : public Session,
                           public UpstreamHandler,
                           public std::enable_shared_from_this<RelaySession> {
 public:
  /// `context` must outlive the session.
  RelaySession(const ExchangeContext& context, UpstreamRequest request,
               std::unique_ptr<Reply> reply, OnOver on_over);

  void start() override;
  void end_with(const Error& error) override;

  void on_head(UpstreamHead head) override;
  void on_data(std::string_view bytes) override;
  void on_done(Status status) override;

 private:
  void gone();
  void over();

  const ExchangeContext& context_;
  UpstreamRequest request_;
  Secrets secrets_;
  std::optional<StreamMask> error_mask_;  ///< of an answer that is an error
  std::unique_ptr<Reply> reply_;
  OnOver on_over_;
  std::unique_ptr<UpstreamCall> call_;
};

}  // namespace proxx::server
