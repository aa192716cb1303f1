#include "openai/responses/answer/search_call.h"

#include <utility>

#include "anthropic/event.h"
#include "json/reader.h"
#include "json/writer.h"

namespace proxx::openai::responses {
namespace {

using json::Reader;

/// Blocks are the upstream's JSON, or "" if their deltas are not known.
bool parse(json::Document& document, std::string_view block_json) {
  return bool(document.parse_view(block_json, anthropic::kUpstreamJson));
}

}  // namespace

bool SearchCall::is_begun_by(std::string_view block_json) {
  json::Document document;
  if (!parse(document, block_json)) return false;
  const Reader block = document.root();
  return block.get("type").equals("server_tool_use") && block.get("name").equals("web_search");
}

SearchCall::SearchCall(json::RawString item_id, std::string_view block_json)
    : item_id_(std::move(item_id)) {
  json::Document document;
  if (parse(document, block_json)) tool_use_id_ = document.root().get("id").string_or("");
}

void SearchCall::set_query(std::string_view block_json) {
  json::Document document;
  if (!parse(document, block_json)) return;
  const Reader query = document.root().get("input").get("query");
  if (query.is_string()) query_ = query.raw();
}

bool SearchCall::take_result(std::string_view block_json, bool include_sources) {
  json::Document document;
  if (!parse(document, block_json)) return false;
  const Reader block = document.root();
  const bool mine = block.get("type").equals("web_search_tool_result") &&
                    block.get("tool_use_id").equals(tool_use_id_);
  if (!mine) return false;
  const Reader content = block.get("content");
  failed_ = !content.is_array();
  if (failed_ || !include_sources) return true;
  json::Writer w(sources_);
  w.begin_array();
  for (const Reader result : content.elements()) {
    const Reader url = result.get("url");
    if (!url.is_string()) continue;
    w.begin_object().key("type").string("url").key("url").raw(url.raw()).end_object();
  }
  w.end_array();
  return true;
}

std::string SearchCall::item(std::string_view status) const {
  std::string item;
  json::Writer w(item);
  w.begin_object().key("id").raw_string(item_id_).key("type").string("web_search_call");
  w.key("status").string(status);
  if (status != "in_progress") {
    w.key("action").begin_object().key("type").string("search").key("query").raw(query_);
    w.key("queries").begin_array().raw(query_).end_array();
    if (!sources_.empty()) w.key("sources").raw(sources_);
    w.end_object();
  }
  w.end_object();
  return item;
}

}  // namespace proxx::openai::responses
