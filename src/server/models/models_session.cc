#include "server/models/models_session.h"

#include <utility>

#include "server/models/models_list.h"

namespace proxx::server {
namespace {

Error no_such_model() {
  Error error;
  error.kind = ErrorKind::invalid_request;
  error.http_status = 404;
  error.code = "model_not_found";
  error.param = "model";
  error.message = "no such model; GET /v1/models lists them";
  return error;
}

}  // namespace

ModelsSession::ModelsSession(ModelDirectory& directory, std::optional<Credential> credential,
                             std::optional<std::string> id, ModelsReader reader,
                             std::unique_ptr<Reply> reply, OnOver on_over)
    : directory_(directory),
      credential_(std::move(credential)),
      id_(std::move(id)),
      reader_(reader),
      reply_(std::move(reply)),
      on_over_(std::move(on_over)) {}

void ModelsSession::start() {
  reply_->responder().on_gone([weak = weak_from_this()] {
    const auto self = weak.lock();
    if (!self) return;
    self->reply_->gone();
    self->over();
  });
  directory_.list(credential_, [weak = weak_from_this()](const ModelTable& models) {
    if (const auto self = weak.lock()) self->answer(models);
  });
  // From here on the time is the upstream's.
  if (!reply_->over()) reply_->own_time = std::chrono::microseconds{};
}

void ModelsSession::answer(const ModelTable& models) {
  auto body = id_ ? model_object(models, *id_, reader_) : models_list(models, reader_);
  if (!body) return end_with(no_such_model());
  http::Response response;
  response.headers.emplace_back("content-type", "application/json");
  response.body = std::move(*body);
  reply_->send(std::move(response));
  over();
}

void ModelsSession::end_with(const Error& error) {
  reply_->send_error(error);
  over();
}

void ModelsSession::over() {
  if (const OnOver tell = std::exchange(on_over_, nullptr)) tell(*this);
}

}  // namespace proxx::server
