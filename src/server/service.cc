#include "server/service.h"

#include <boost/asio/io_context.hpp>
#include <boost/asio/post.hpp>
#include <exception>

#include "exchange/jobs.h"
#include "exchange/protocols.h"
#include "http/guard.h"
#include "server/anthropic_headers.h"
#include "server/chat.h"
#include "server/models/models_session.h"
#include "server/page/answer_page.h"
#include "server/page/events_session.h"
#include "server/relay.h"
#include "upstream/host_provider.h"
#include "upstream/sha256.h"

namespace proxx::server {
namespace {

bool is_versioned(const http::Request& request) {
  return request.target.substr(0, 4) == "/v1/";
}

Error shutting_down() {
  Error error;
  error.kind = ErrorKind::overloaded;
  error.message = "the server is shutting down";
  return error;
}

http::Response text_response(int status, std::string body, std::string_view type) {
  http::Response response;
  response.status = status;
  response.headers.emplace_back("content-type", std::string(type));
  response.body = std::move(body);
  return response;
}

/// Adds what a refusal's status asks for.
http::Response refusal(Reply& reply, const Error& error) {
  http::Response response = reply.error_answer(error);
  if (response.status == 405) {
    const Endpoint endpoint = reply.record.endpoint;
    response.headers.emplace_back("allow", endpoint == Endpoint::other
                                               ? page_methods(page_route_of(reply.record.path))
                                               : allowed_methods(endpoint));
  }
  if (response.status == 503) {
    response.headers.emplace_back("retry-after", "1");
    response.close = true;
  }
  return response;
}

}  // namespace

struct Service::Terms {
  Terms(const ExchangeContext& the_context, const ServiceOptions& the_options, const Log& log)
      : context(the_context), options(the_options), models(context, options.models, log) {}
  Terms(const ExchangeContext& start, std::shared_ptr<const LiveOptions> renewed, const Log& log)
      : live(std::move(renewed)),
        own_provider(make_provider(live->conversion.host ? *live->conversion.host : HostTarget(),
                                   live->base_url, live->headers,
                                   secrets_held(live->service.keys, live->headers))),
        own_context(renewed_context(start, *live)),
        context(own_context),
        options(live->service),
        models(context, options.models, log) {}

  [[nodiscard]] ExchangeContext renewed_context(const ExchangeContext& start,
                                                const LiveOptions& renewed) const {
    ExchangeContext out = start;
    out.provider = own_provider.get();
    out.keeps = own_provider;
    out.conversion = renewed.conversion;
    out.timeouts = renewed.timeouts;
    out.max_retries = renewed.max_retries;
    return out;
  }

  /// The table for conversion, kept by who uses it: the last that the upstream told, if it is
  /// asked. Null: that of the start.
  std::shared_ptr<const ModelTable> table_for(const Credential& credential) {
    auto table = models.known(credential);
    return table || !live ? table : live->models;
  }

  const std::shared_ptr<const LiveOptions> live;  ///< null: as at the start
  const std::shared_ptr<const Provider> own_provider;
  const ExchangeContext own_context;
  const ExchangeContext& context;
  const ServiceOptions& options;
  ModelDirectory models;
};

Service::Service(const ExchangeContext& context, Shared& shared)
    : context_(context),
      shared_(shared),
      terms_(std::make_shared<Terms>(context, shared.options, shared.log)),
      self_(std::make_shared<Service*>(this)) {}

void Service::renew(std::shared_ptr<const LiveOptions> live) {
  terms_ = std::make_shared<Terms>(context_, std::move(live), shared_.log);
}

const ServiceOptions& Service::options() const {
  return terms_->options;
}

Service::~Service() {
  *self_ = nullptr;
}

Status Service::admit(const http::Request& request) const {
  const ServiceOptions& options = terms_->options;
  if (const PageRoute route = page_route(request); route != PageRoute::none) {
    PROXX_TRY(check_page(request, route, options.hosts));
    return route == PageRoute::document ? Status() : check_client_key(request, options.keys);
  }
  const Endpoint endpoint = endpoint_of(request.path());
  const bool is_public = endpoint != Endpoint::other && route_of(endpoint).is_public;
  if (!is_public) PROXX_TRY(check_host(request, options.hosts));
  const bool is_own = options.page && !is_public && is_own_origin(request);
  if (!is_own) PROXX_TRY(check_origin(request, options.cors));
  if (request.method == "OPTIONS" && request.header("origin")) return {};
  PROXX_TRY(check_route(request.method, request.path()));
  if (is_public) return {};
  if (shared_.draining && is_versioned(request)) return err(shutting_down());
  // An auth_file is gone through once for a request.
  if (route_of(endpoint).is_upstream) {
    PROXX_TRY(credential_for(request, options.keys));
  } else {
    PROXX_TRY(check_client_key(request, options.keys));
  }
  if (endpoint == Endpoint::metrics && !options.metrics) {
    Error error;
    error.kind = ErrorKind::invalid_request;
    error.http_status = 404;
    error.code = "not_found";
    error.message = "metrics are off; start the server with --metrics";
    return err(std::move(error));
  }
  if (!route_of(endpoint).is_upstream) return {};
  PROXX_TRY(anthropic_headers(request));
  return request.method == "GET" ? Status() : check_content_type(request);
}

std::optional<http::Response> Service::check(const http::Request& request) {
  const Status status = admit(request);
  if (status) return std::nullopt;
  Reply reply(shared_, cors_for(request), request, nullptr);
  if (is_shown(request)) reply.show_on_page(request);
  return reply.finish(refusal(reply, status.error()));
}

// A full server is alive, and its /metrics say why it is full.
bool Service::answers_over_limit(const http::Request& request) {
  const Endpoint endpoint = endpoint_of(request.path());
  return endpoint == Endpoint::healthz || endpoint == Endpoint::readyz ||
         endpoint == Endpoint::metrics;
}

void Service::handle(http::Request request, std::shared_ptr<http::Responder> responder) {
  auto reply = std::make_unique<Reply>(shared_, cors_for(request), request, std::move(responder));
  if (is_shown(request)) reply->show_on_page(request);
  try {
    answer(request, reply);
  } catch (const std::exception&) {
    if (reply) reply->send_error(internal_error());
  }
}

const std::vector<std::string>& Service::cors_for(const http::Request& request) const {
  static const std::vector<std::string> kNobody;
  return page_route(request) == PageRoute::none ? options().cors : kNobody;
}

PageRoute Service::page_route(const http::Request& request) const {
  return options().page ? page_route_of(request.path()) : PageRoute::none;
}

bool Service::is_shown(const http::Request& request) const {
  if (!options().page || page_route_of(request.path()) != PageRoute::none) return false;
  const Endpoint endpoint = endpoint_of(request.path());
  return endpoint != Endpoint::healthz && endpoint != Endpoint::readyz &&
         endpoint != Endpoint::metrics;
}

void Service::answer(http::Request& request, std::unique_ptr<Reply>& reply) {
  if (const PageRoute route = page_route(request); route != PageRoute::none) {
    const RequestOptions& conversion = terms_->context.conversion;
    if (route != PageRoute::events) {
      return answer_page(route, request, shared_, conversion, *reply);
    }
    return run(std::make_shared<EventsSession>(*context_.loop, shared_, *conversion.models,
                                               std::move(reply), let_go()));
  }
  if (request.method == "OPTIONS") return reply->send(preflight(request));
  switch (reply->record.endpoint) {
    case Endpoint::chat_completions:
    case Endpoint::completions:
    case Endpoint::responses:
    case Endpoint::input_tokens:
      return start_chat(request, reply);
    case Endpoint::messages:
    case Endpoint::count_tokens:
    case Endpoint::batches:
    case Endpoint::batch:
    case Endpoint::batch_cancel:
    case Endpoint::batch_results:
      return start_relay(request, reply);
    case Endpoint::models:
      return start_models(request, std::nullopt, reply);
    case Endpoint::model:
      return start_models(request,
                          std::string(request.path().substr(route_of(Endpoint::model).path.size())),
                          reply);
    case Endpoint::healthz:
      return reply->send(text_response(200, "ok\n", "text/plain"));
    case Endpoint::readyz:
      return reply->send(shared_.leaving || shared_.draining
                             ? text_response(503, "draining\n", "text/plain")
                             : text_response(200, "ready\n", "text/plain"));
    case Endpoint::metrics:
      return reply->send(
          text_response(200, shared_.metrics.text(shared_.memory.use()), kMetricsType));
    case Endpoint::other:
      return reply->send_error(check_route(request.method, request.path()).error());
  }
}

void Service::start_chat(http::Request& request, std::unique_ptr<Reply>& reply) {
  ExchangeRequest incoming;
  const auto credential = admitted_credential(request, options().keys);
  if (!credential) return reply->send_error(credential.error());
  auto headers = anthropic_headers(request);
  if (!headers) return reply->send_error(headers.error());
  incoming.credential = *credential;
  incoming.models = terms_->table_for(*credential);
  incoming.headers = std::move(*headers);
  const Endpoint endpoint = reply->record.endpoint;
  incoming.counts_tokens = endpoint == Endpoint::input_tokens;
  const Endpoint api = incoming.counts_tokens ? Endpoint::responses : endpoint;
  incoming.protocol = protocol_of_path(route_of(api).path);
  incoming.body = std::move(request.body);
  incoming.renew = renewal_of(*credential);
  if (api == Endpoint::responses) {
    incoming.past = shared_.memory.of(hex_of(sha256(presented_key(request))));
  }
  run(std::make_shared<ChatSession>(terms_->context, options().keep_alive, std::move(incoming),
                                    std::move(reply), let_go()));
}

void Service::start_relay(http::Request& request, std::unique_ptr<Reply>& reply) {
  const auto credential = admitted_credential(request, options().keys);
  if (!credential) return reply->send_error(credential.error());
  const auto headers = anthropic_headers(request);
  if (!headers) return reply->send_error(headers.error());
  ProviderCall call;
  call.method = std::move(request.method);
  call.path = std::move(request.target);
  call.body = std::move(request.body);
  call.credential = *credential;
  call.headers = *headers;
  auto session =
      std::make_shared<RelaySession>(terms_->context, std::move(call), std::move(reply), let_go());
  if (RenewCredential renew = renewal_of(*credential)) session->renew_with(std::move(renew));
  run(std::move(session));
}

void Service::start_models(const http::Request& request, std::optional<std::string> id,
                           std::unique_ptr<Reply>& reply) {
  std::optional<Credential> credential;
  if (auto known = admitted_credential(request, options().keys)) credential = std::move(*known);
  const auto reader =
      request.header("anthropic-version") ? ModelsReader::anthropic : ModelsReader::openai;
  run(std::make_shared<ModelsSession>(terms_->models, std::move(credential), std::move(id), reader,
                                      std::move(reply), let_go()));
}

RenewCredential Service::renewal_of(const Credential& credential) const {
  const Credential& own = options().keys.own;
  if (!shared_.renew_key || credential != own) return {};
  return [renew = &shared_.renew_key, loop = context_.loop](const Credential& refused,
                                                            auto on_answer) {
    (*renew)(*loop, refused, std::move(on_answer));
  };
}

void Service::run(std::shared_ptr<Session> session) {
  sessions_.emplace(session.get(), Running{terms_, session});
  try {
    session->start();
  } catch (const std::exception&) {
    session->end_with(internal_error());
  }
}

Session::OnOver Service::let_go() {
  return [self = self_, loop = context_.loop](Session& session) {
    boost::asio::post(*loop, [self, which = &session] {
      if (*self != nullptr) (*self)->sessions_.erase(which);
    });
  };
}

http::Response Service::error(int status, std::string_view what) {
  return error_for({}, status, what);
}

http::Response Service::error_for(const http::Request& request, int status, std::string_view what) {
  Error error;
  error.kind = ErrorKind::invalid_request;
  if (status == 413) error.kind = ErrorKind::request_too_large;
  if (status == 503) error.kind = ErrorKind::overloaded;
  error.http_status = status;
  error.message = std::string(what);
  Reply reply(shared_, cors_for(request), request, nullptr);
  return reply.finish(reply.error_answer(error));
}

void Service::cut_off() {
  const auto under_way = sessions_;  // ending one may change the set
  for (const auto& [key, running] : under_way) running.session->end_with(shutting_down());
}

}  // namespace proxx::server
