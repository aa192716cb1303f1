#pragma once
#include <memory>
#include <optional>
#include <string>

#include "server/models/model_directory.h"
#include "server/models/models_list.h"
#include "server/reply.h"
#include "server/session.h"

namespace proxx::server {

/// `GET /v1/models` and `/v1/models/{id}`: answered by the directory, as soon as that knows.
class ModelsSession final : public Session, public std::enable_shared_from_this<ModelsSession> {
 public:
  /// `id` as it stands in the path; nothing asks for the list. `directory` must outlive the
  /// session.
  ModelsSession(ModelDirectory& directory, std::optional<Credential> credential,
                std::optional<std::string> id, ModelsReader reader, std::unique_ptr<Reply> reply,
                OnOver on_over);

  void start() override;
  void end_with(const Error& error) override;

 private:
  void answer(const ModelTable& models);
  void over();

  ModelDirectory& directory_;
  const std::optional<Credential> credential_;
  const std::optional<std::string> id_;
  const ModelsReader reader_;
  std::unique_ptr<Reply> reply_;
  OnOver on_over_;
};

}  // namespace proxx::server
