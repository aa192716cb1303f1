#include "openai/model_name.h"

#include <algorithm>
#include <string_view>
#include <utility>

#include "base/ascii.h"
#include "openai/members.h"

namespace proxx::openai {
namespace {

constexpr size_t kMaxModelBytes = 256;

/// The name itself only goes into JSON, but logs, metrics and error messages show it as well.
bool is_model_name(std::string_view name) {
  if (name.empty() || name.size() > kMaxModelBytes) return false;
  if (name == ".." || name.substr(0, 3) == "../" || name.find("/../") != std::string_view::npos) {
    return false;
  }
  return std::none_of(name.begin(), name.end(), is_control);
}

}  // namespace

Result<std::string> read_model_name(json::Reader request, json::Reader field,
                                    const std::string& forced, const std::string& otherwise) {
  std::string name = otherwise;
  if (field) {
    PROXX_ASSIGN(name, field.string());
  }
  if (!forced.empty()) name = forced;
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

}  // namespace proxx::openai
