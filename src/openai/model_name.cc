#include "openai/model_name.h"

#include <algorithm>
#include <string_view>
#include <utility>

#include "base/ascii.h"
#include "openai/members.h"

namespace proxx::openai {
namespace {

using json::Reader;

constexpr size_t kMaxModelBytes = 256;

/// The name itself only goes into JSON, but logs, metrics and error messages show it as well.
bool is_model_name(std::string_view name) {
  if (name.empty() || name.size() > kMaxModelBytes) return false;
  if (name == ".." || name.substr(0, 3) == "../" || name.find("/../") != std::string_view::npos) {
    return false;
  }
  return std::none_of(name.begin(), name.end(), is_control);
}

Result<std::string> read_name(Reader request, Reader field, const RequestOptions& options) {
  std::string name = options.default_model;
  if (field) {
    PROXX_ASSIGN(name, field.string());
  }
  if (!options.model_override.empty()) name = options.model_override;
  if (name.empty() && !field) return missing(request, "model");
  if (is_model_name(name)) return name;
  return err("model", "expected a model's name: 1 to 256 bytes without control characters",
             "invalid_value");
}

void note_lifecycle(const Model& model, policy::NoticeLog& notices) {
  if (model.lifecycle != "deprecated") return;
  std::string reason = model.id + " is deprecated";
  if (!model.retires.empty()) reason += " and retires on " + model.retires;
  notices.note("model", std::move(reason));
}

}  // namespace

Result<std::string> choose_model(Reader request, Reader field, const RequestOptions& options,
                                 Model& model, Draft& draft) {
  PROXX_ASSIGN(std::string name, read_name(request, field, options));
  model = options.models->resolve(name);
  draft.request.model = model.id;
  note_lifecycle(model, draft.notices);
  return name;
}

}  // namespace proxx::openai
