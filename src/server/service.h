#pragma once
#include <memory>
#include <optional>
#include <string>
#include <unordered_map>
#include <vector>

#include "exchange/exchange.h"
#include "http/server.h"
#include "server/live.h"
#include "server/models/model_directory.h"
#include "server/page/page_routes.h"
#include "server/reply.h"
#include "server/session.h"

namespace proxx::server {

/// `proxx serve` behind the HTTP layer, on one loop: guards, routes, and the requests under way.
/// With several threads each loop has a service and an upstream of its own; only Shared is shared.
/// Loop thread only.
class Service final : public http::Handler {
 public:
  /// `context` and `shared` must outlive the service.
  Service(const ExchangeContext& context, Shared& shared);
  ~Service() override;
  Service(const Service&) = delete;
  Service& operator=(const Service&) = delete;

  /// Everything that can be refused by the head alone: host, origin, route, draining, key, type.
  std::optional<http::Response> check(const http::Request& request) override;
  bool answers_over_limit(const http::Request& request) override;
  void handle(http::Request request, std::shared_ptr<http::Responder> responder) override;
  http::Response error(int status, std::string_view what) override;
  http::Response error_for(const http::Request& request, int status,
                           std::string_view what) override;

  /// From now on requests are answered by these; those under way keep theirs. `live` holds its
  /// `conversion.models`.
  void renew(std::shared_ptr<const LiveOptions> live);
  /// Ends every request under way with an error: the drain time is over.
  void cut_off();
  /// Requests under way.
  [[nodiscard]] size_t sessions() const { return sessions_.size(); }

 private:
  /// What requests are answered by: that of the start, or of a renew().
  struct Terms;
  struct Running {
    std::shared_ptr<const Terms> terms;  ///< what the session refers to
    std::shared_ptr<Session> session;
  };

  [[nodiscard]] const ServiceOptions& options() const;
  [[nodiscard]] Status admit(const http::Request& request) const;
  void answer(http::Request& request, std::unique_ptr<Reply>& reply);
  /// The Origins that may read the answer: nobody's page but its own reads what the page shows.
  [[nodiscard]] const std::vector<std::string>& cors_for(const http::Request& request) const;
  [[nodiscard]] PageRoute page_route(const http::Request& request) const;
  /// False for probes, and for the page's own requests.
  [[nodiscard]] bool is_shown(const http::Request& request) const;
  void start_chat(http::Request& request, std::unique_ptr<Reply>& reply);
  void start_relay(http::Request& request, std::unique_ptr<Reply>& reply);
  void start_models(const http::Request& request, std::optional<std::string> id,
                    std::unique_ptr<Reply>& reply);
  /// For a request with this credential: the server's own is read again when it is refused.
  [[nodiscard]] RenewCredential renewal_of(const Credential& credential) const;
  void run(std::shared_ptr<Session> session);
  [[nodiscard]] Session::OnOver let_go();

  const ExchangeContext& context_;
  Shared& shared_;
  std::shared_ptr<Terms> terms_;  ///< shared with the sessions under way
  std::unordered_map<const Session*, Running> sessions_;
  /// Tells a let-go that is still queued whether the service is there.
  std::shared_ptr<Service*> self_;
};

}  // namespace proxx::server
