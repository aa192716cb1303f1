#pragma once
#include <memory>
#include <optional>
#include <string>

#include "exchange/exchange.h"
#include "exchange/job_thread.h"
#include "server/relay_usage.h"
#include "server/reply.h"
#include "server/session.h"
#include "upstream/secrets.h"
#include "upstream/upstream.h"

namespace proxx::server {

/// A whole answer up to this size is sent once it has ended.
inline constexpr size_t kMaxHeldBytes = size_t{256} << 10;

/// `/v1/messages`, `/v1/messages/count_tokens` and `/v1/messages/batches...`: passes the upstream's
/// status and body on unchanged as they come. Masks keys in an error's body, and adds
/// kStreamHeaders to an event stream. The head waits for the first bytes of the body; the head of
/// an answer that is no event stream waits for kMaxHeldBytes or the end. A failure before the head
/// is sent becomes an Anthropic error object, a later one cuts the connection.
class RelaySession final : public Session,
                           public UpstreamHandler,
                           public std::enable_shared_from_this<RelaySession> {
 public:
  /// `context` must outlive the session.
  RelaySession(const ExchangeContext& context, ProviderCall call, std::unique_ptr<Reply> reply,
               OnOver on_over);

  /// Before start(): if the credential is refused, the request goes out again, once, with what
  /// `renew` gives for it.
  void renew_with(RenewCredential renew);

  void start() override;
  void end_with(const Error& error) override;

  void on_head(UpstreamHead head) override;
  void on_data(std::string_view bytes) override;
  void on_done(Status status) override;

 private:
  /// What renew_with() was given, and the first answer while the credential is looked for.
  struct Renewal {
    RenewCredential renew;
    ProviderCall call;  ///< to be sent again
    std::optional<UpstreamHead> head;
    std::string body;
    std::optional<Status> end;
    bool asked = false;  ///< `renew` was
  };

  /// Sends it when it is prepared, a long one beside the loop.
  void call_upstream(ProviderCall call);
  /// `once`: see UpstreamRequest.
  void send(Result<UpstreamRequest> request, bool once);
  [[nodiscard]] bool is_waiting() const { return renewal_ && renewal_->head; }
  /// The first answer is a refusal, as far as its head tells: asks for another credential, sends
  /// the call again or lets the answer go on.
  void judge_refusal();
  void ask_renewal();
  void take_renewed(Result<std::optional<Credential>> renewed);
  /// The first answer goes to the client.
  void let_through(Renewal renewal);
  /// Sends the head and what is held.
  void begin();
  /// Whether the bytes wait with the head.
  [[nodiscard]] bool hold(std::string_view bytes);
  void note_tokens(bool whole);
  void gone();
  void over();

  const ExchangeContext& context_;
  ProviderCall provider_call_;  ///< until start()
  Secrets secrets_;
  std::optional<UpstreamHead> head_;  ///< not sent yet
  std::string held_;
  std::optional<StreamMask> error_mask_;  ///< set if the answer is an error
  std::optional<RelayUsage> usage_;       ///< set if the answer is a message that can be read
  std::unique_ptr<Reply> reply_;
  OnOver on_over_;
  std::optional<Renewal> renewal_;
  JobThread::Ticket job_;
  std::unique_ptr<UpstreamCall> call_;
};

}  // namespace proxx::server
