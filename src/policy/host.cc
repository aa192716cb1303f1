#include <algorithm>
#include <string>
#include <vector>

#include "base/ascii.h"
#include "policy/steps.h"

// What a host of Claude lacks and nothing can stand in for (anthropic/host.h).

namespace proxx::policy {
namespace {

using anthropic::InputBlock;

constexpr std::string_view kOldWebSearch = "web_search_20250305";

std::string json_of(const InputBlock& block) {
  std::string out;
  block.append_to(out);
  return out += '}';
}

bool is_fetched(const InputBlock& block) {
  // One with its bytes in it may be of megabytes; one with a URL is short.
  constexpr size_t kLongest = size_t{64} << 10;
  const bool has_source =
      block.kind == InputBlock::Kind::image || block.kind == InputBlock::Kind::document;
  json::Document document;
  return has_source && block.size() < kLongest && document.parse(json_of(block)) &&
         document.root().get("source").get("type").equals("url");
}

std::string type_of(const InputBlock& tool) {
  json::Document document;
  if (!document.parse(json_of(tool))) return {};
  return document.root().get("type").string_or("");
}

Status check_sources(const Step& step) {
  for (const anthropic::Turn& turn : step.request.turns) {
    for (const InputBlock& block : turn.blocks) {
      if (!is_fetched(block)) continue;
      const std::string list = step.wishes.conversation.path();
      std::string path = (list.empty() ? "messages" : list) + '[' +
                         std::to_string(std::max(block.origin.item, 0)) + ']';
      if (block.origin.index >= 0) path += ".content[" + std::to_string(block.origin.index) + "]";
      return proxx::err(ErrorKind::invalid_request,
                        path + ": " + std::string(step.wishes.host->title) +
                            " takes no URL sources: send the bytes",
                        path, "unsupported_value");
    }
  }
  return {};
}

Status check_server_tools(const Step& step) {
  const Host& host = *step.wishes.host;
  for (size_t i = 0; i < step.request.tools.size(); ++i) {
    const InputBlock& tool = step.request.tools[i];
    if (tool.kind != InputBlock::Kind::typed_tool) continue;
    const std::string type = type_of(tool);
    const bool searches = type.starts_with("web_search");
    const bool runs_there =
        searches || type.starts_with("web_fetch") || type.starts_with("code_execution");
    const bool too_new = host.features.old_web_search_only && type != kOldWebSearch;
    if (!runs_there || (host.features.server_tools && !too_new)) continue;
    const std::string path = "tools[" + std::to_string(i) + "]";
    std::string what = path + ": " + std::string(host.title);
    what += searches && host.features.server_tools
                ? " has web search as " + std::string(kOldWebSearch) + " only"
                : " does not run " + type;
    return proxx::err(ErrorKind::invalid_request, std::move(what), path, "unsupported_value");
  }
  return {};
}

/// The pattern that AWS holds the labels of a request to.
bool is_amazon_label(std::string_view id) {
  return std::all_of(id.begin(), id.end(), [](char c) {
    return is_letter(c) || is_digit(c) ||
           std::string_view(" \t\r\n\f\v:_@$#=/+,-.").find(c) != std::string_view::npos;
  });
}

void drop_user_id(const Step& step) {
  if (is_amazon_label(step.request.user_id)) return;
  step.request.user_id.clear();
  step.notices.about(Topic::fields);
  step.notices.drop(step.wishes.user_id,
                    std::string(step.wishes.host->title) +
                        " takes letters, digits, blanks and :_@$#=/+,-. in it");
}

}  // namespace

Status apply_host(const Step& step) {
  const HostFeatures& features = step.wishes.host->features;
  if (!features.any_user_id) drop_user_id(step);
  if (!features.url_sources) PROXX_TRY(check_sources(step));
  if (!features.server_tools || features.old_web_search_only) {
    PROXX_TRY(check_server_tools(step));
  }
  return {};
}

}  // namespace proxx::policy
