#include <array>

#include "mock/rules/check.h"

// Content blocks by type (docs/protocol.md 1.5): who may send them and what they hold.

namespace proxx::mock {
namespace {

constexpr size_t kMaxImageBase64Bytes = 10 << 20;

Verdict check_text(const Context&, const Place& place) {
  const auto& text = place.value->get_ref<const std::string&>();
  const Place block{place.value, place.path.substr(0, place.path.rfind('.'))};
  if (text.empty()) return block.refuse("text content blocks must be non-empty");
  if (is_blank(text)) return block.refuse("text content blocks must contain non-whitespace text");
  return {};
}

Verdict check_base64(const Context&, const Place& place) {
  std::string_view data = place.value->get_ref<const std::string&>();
  if (data.size() > kMaxImageBase64Bytes) return place.refuse("image exceeds 10 MB maximum");
  const bool padded = data.size() % 4 == 0 && !data.empty();
  for (int i = 0; i < 2 && data.ends_with('='); ++i) data.remove_suffix(1);
  constexpr std::string_view kAlphabet =
      "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
  if (padded && data.find_first_not_of(kAlphabet) == std::string_view::npos) return {};
  return place.refuse("invalid base64 data");
}

Verdict check_url(const Context&, const Place& place) {
  const auto& url = place.value->get_ref<const std::string&>();
  if (url.starts_with("https://") || url.starts_with("http://")) return {};
  return place.refuse("Only HTTP and HTTPS URLs are supported.");
}

Verdict check_image_type(const Context&, const Place& place) {
  return check_one_of(place, "image/jpeg image/png image/gif image/webp");
}
Verdict check_pdf_type(const Context&, const Place& place) {
  return check_one_of(place, "application/pdf");
}
Verdict check_plain_type(const Context&, const Place& place) {
  return check_one_of(place, "text/plain");
}

constexpr FieldRule kType{"type", Kind::string, Need::required};
constexpr FieldRule kCache{"cache_control", Kind::object, Need::nullable, check_cache_control};

constexpr std::array kUrlSource{kType, FieldRule{"url", Kind::string, Need::required, check_url}};
constexpr std::array kFileSource{kType, FieldRule{"file_id", Kind::string, Need::required}};
constexpr std::array kImageSource{
    kType, FieldRule{"media_type", Kind::string, Need::required, check_image_type},
    FieldRule{"data", Kind::string, Need::required, check_base64}};
constexpr std::array kPdfSource{
    kType, FieldRule{"media_type", Kind::string, Need::required, check_pdf_type},
    FieldRule{"data", Kind::string, Need::required}};
constexpr std::array kPlainSource{
    kType, FieldRule{"media_type", Kind::string, Need::required, check_plain_type},
    FieldRule{"data", Kind::string, Need::required}};
constexpr std::array kContentSource{kType, FieldRule{"content", Kind::any, Need::required}};

struct SourceRow {
  std::string_view block;
  std::string_view type;
  std::span<const FieldRule> fields;
};
constexpr SourceRow kSources[] = {
    {"image", "base64", kImageSource},  {"image", "url", kUrlSource},
    {"image", "file", kFileSource},     {"document", "base64", kPdfSource},
    {"document", "text", kPlainSource}, {"document", "url", kUrlSource},
    {"document", "file", kFileSource},  {"document", "content", kContentSource},
};

Verdict check_source_of(const Context& context, const Place& place, std::string_view block) {
  const std::string_view type = place.text("type");
  for (const SourceRow& row : kSources)
    if (row.block == block && row.type == type)
      return check_fields(context, place.tagged(type), row.fields);
  return place.refuse("Input tag '" + std::string(type) +
                      "' found using 'type' does not match any of the expected tags");
}
Verdict check_image_source(const Context& context, const Place& place) {
  return check_source_of(context, place, "image");
}
Verdict check_document_source(const Context& context, const Place& place) {
  return check_source_of(context, place, "document");
}

Verdict check_id(const Context&, const Place& place) {
  const auto& id = place.value->get_ref<const std::string&>();
  if (is_identifier(id, id.size())) return {};
  return place.refuse("String should match pattern '^[a-zA-Z0-9_-]+$'");
}

Verdict check_server_id(const Context&, const Place& place) {
  constexpr std::string_view kPrefix = "srvtoolu_";
  const auto& id = place.value->get_ref<const std::string&>();
  const std::string_view rest =
      id.starts_with(kPrefix) ? std::string_view(id).substr(kPrefix.size()) : std::string_view{};
  if (is_identifier(rest, rest.size()) && rest.find('-') == std::string_view::npos) return {};
  return place.refuse("String should match pattern '^srvtoolu_[a-zA-Z0-9_]+$'");
}

Verdict check_blocks(const Context& context, const Place& list, std::string_view where);

Verdict check_result_content(const Context& context, const Place& place) {
  if (place.value->is_string()) return {};
  return check_blocks(context, place, "tool_result");
}

Verdict check_search_content(const Context& context, const Place& place) {
  return check_blocks(context, place, "search_result");
}

constexpr std::array kText{kType, FieldRule{"text", Kind::string, Need::required, check_text},
                           FieldRule{"citations", Kind::any, Need::nullable}, kCache};
constexpr std::array kImage{kType,
                            FieldRule{"source", Kind::object, Need::required, check_image_source},
                            FieldRule{"transformations", Kind::object}, kCache};
constexpr std::array kDocument{
    kType,
    FieldRule{"source", Kind::object, Need::required, check_document_source},
    FieldRule{"title", Kind::string, Need::nullable},
    FieldRule{"context", Kind::string, Need::nullable},
    FieldRule{"citations", Kind::object, Need::nullable},
    kCache};
constexpr std::array kSearchResult{
    kType,
    FieldRule{"source", Kind::string, Need::required},
    FieldRule{"title", Kind::string, Need::required},
    FieldRule{"content", Kind::array, Need::required, check_search_content},
    FieldRule{"citations", Kind::object, Need::nullable},
    kCache};
constexpr std::array kToolUse{kType,
                              FieldRule{"id", Kind::string, Need::required, check_id},
                              FieldRule{"name", Kind::string, Need::required},
                              FieldRule{"input", Kind::object, Need::required},
                              FieldRule{"caller", Kind::object, Need::nullable},
                              FieldRule{"toolset_name", Kind::string, Need::nullable},
                              kCache};
constexpr std::array kToolResult{
    kType,
    FieldRule{"tool_use_id", Kind::string, Need::required, check_id},
    FieldRule{"content", Kind::any, Need::optional, check_result_content},
    FieldRule{"is_error", Kind::boolean, Need::nullable},
    FieldRule{"toolset_name", Kind::string, Need::nullable},
    kCache};
constexpr std::array kThinking{kType, FieldRule{"thinking", Kind::string, Need::required},
                               FieldRule{"signature", Kind::string, Need::required}};
constexpr std::array kRedacted{kType, FieldRule{"data", Kind::string, Need::required}};
constexpr std::array kServerToolUse{kType,
                                    FieldRule{"id", Kind::string, Need::required, check_server_id},
                                    FieldRule{"name", Kind::string, Need::required},
                                    FieldRule{"input", Kind::object, Need::required},
                                    FieldRule{"caller", Kind::object, Need::nullable},
                                    kCache};
constexpr std::array kServerToolResult{
    kType, FieldRule{"tool_use_id", Kind::string, Need::required, check_server_id},
    FieldRule{"content", Kind::any, Need::required},
    FieldRule{"caller", Kind::object, Need::nullable}, kCache};
constexpr std::array kUpload{kType, FieldRule{"file_id", Kind::string, Need::required}, kCache};

struct BlockRow {
  std::string_view type;
  std::string_view where;             ///< roles, or the blocks that may hold it
  std::span<const FieldRule> fields;  ///< empty: anything
};
constexpr BlockRow kBlocks[] = {
    {"text", "user assistant system tool_result search_result", kText},
    {"image", "user tool_result", kImage},
    {"document", "user assistant tool_result", kDocument},
    {"search_result", "user tool_result", kSearchResult},
    {"tool_reference", "tool_result", {}},
    {"browser_state", "tool_result", {}},
    {"tool_use", "assistant", kToolUse},
    {"tool_result", "user", kToolResult},
    {"thinking", "assistant", kThinking},
    {"redacted_thinking", "assistant", kRedacted},
    {"server_tool_use", "assistant", kServerToolUse},
    {"web_search_tool_result", "assistant", kServerToolResult},
    {"web_fetch_tool_result", "assistant", kServerToolResult},
    {"code_execution_tool_result", "assistant", kServerToolResult},
    {"bash_code_execution_tool_result", "assistant", kServerToolResult},
    {"text_editor_code_execution_tool_result", "assistant", kServerToolResult},
    {"tool_search_tool_result", "assistant", kServerToolResult},
    {"mcp_tool_use", "assistant", {}},
    {"mcp_tool_result", "assistant", {}},
    {"container_upload", "user assistant", kUpload},
};

/// What API version 2026-10-21 no longer takes (docs/protocol.md 1.2).
Verdict check_2026(const Place& block, std::string_view where) {
  if (where == "assistant" && block.text("type") == "document")
    return block.refuse("`document` blocks are not permitted in assistant messages");
  const auto citations = block.find("citations");
  if (where != "assistant" && block.text("type") == "text" && citations &&
      citations->value->is_array() && !citations->value->empty())
    return citations->refuse("Extra inputs are not permitted");
  return {};
}

Verdict check_block(const Context& context, const Place& block, std::string_view where) {
  if (auto bad = check_kind(block, Kind::object)) return bad;
  if (!block.find("type")) return Place{block.value, block.path + ".type"}.refuse("Field required");
  const std::string_view type = block.text("type");
  for (const BlockRow& row : kBlocks) {
    if (row.type != type) continue;
    if (!has_word(row.where, where))
      return block.refuse("`" + std::string(type) + "` blocks are not permitted in `" +
                          std::string(where) + "` content");
    if (context.version_2026)
      if (auto bad = check_2026(block, where)) return bad;
    return row.fields.empty() ? Verdict{} : check_fields(context, block.tagged(type), row.fields);
  }
  return block.refuse("Input tag '" + std::string(type) +
                      "' found using 'type' does not match any of the expected tags");
}

Verdict check_blocks(const Context& context, const Place& list, std::string_view where) {
  if (auto bad = check_kind(list, Kind::array)) return bad;
  for (size_t i = 0; i < list.value->size(); ++i)
    if (auto bad = check_block(context, list.item(i), where)) return bad;
  return {};
}

}  // namespace

Verdict check_cache_control(const Context& context, const Place& place) {
  static constexpr std::array kFields{
      FieldRule{"type", Kind::string, Need::required,
                [](const Context&, const Place& type) { return check_one_of(type, "ephemeral"); }},
      FieldRule{"ttl", Kind::string, Need::optional,
                [](const Context&, const Place& ttl) { return check_one_of(ttl, "5m 1h"); }}};
  return check_fields(context, place, kFields);
}

Verdict check_system(const Context& context, const Place& place) {
  if (place.value->is_string()) return {};
  return check_blocks(context, place, "system");
}

Verdict check_message_content(const Context& context, const Place& message) {
  const auto content = message.find("content");
  if (content->value->is_array()) return check_blocks(context, *content, message.text("role"));
  if (auto bad = check_kind(*content, Kind::string)) return bad;
  const auto& text = content->value->get_ref<const std::string&>();
  if (!text.empty() && is_blank(text))
    return message.refuse("text content blocks must contain non-whitespace text");
  return {};
}

}  // namespace proxx::mock
