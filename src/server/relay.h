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

/// The request of an Anthropic-native client as the provider takes it: path, query and body, with
/// the credential and the header profile of every upstream call. Of the client's headers only
/// anthropic-version and anthropic-beta go (faults.md H32). Errors: those of Provider::prepare().
[[nodiscard]] Result<UpstreamRequest> relay_request(const ExchangeContext& context,
                                                    http::Request request,
                                                    const Credential& credential,
                                                    const RequestHeaders& headers);

/// A whole answer up to that size is sent when its end has come.
inline constexpr size_t kMaxHeldBytes = size_t{256} << 10;

/// `POST /v1/messages` and `/v1/messages/count_tokens`: passes the upstream's status and body on
/// unchanged as they come; only keys in an error's body are masked. The head waits for the first
/// bytes of the body, and that of an answer that is no event stream for kMaxHeldBytes or the end: a
/// failure until then becomes an Anthropic error object, a later one cuts the connection.
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
  /// Sends the head and what is held.
  void begin();
  /// Whether the bytes wait with the head.
  [[nodiscard]] bool hold(std::string_view bytes);
  void gone();
  void over();

  const ExchangeContext& context_;
  UpstreamRequest request_;
  Secrets secrets_;
  std::optional<UpstreamHead> head_;  ///< not sent yet
  std::string held_;
  std::optional<StreamMask> error_mask_;  ///< set if the answer is an error
  std::unique_ptr<Reply> reply_;
  OnOver on_over_;
  std::unique_ptr<UpstreamCall> call_;
};

}  // namespace proxx::server
