#include "mock/message.h"

#include <algorithm>

namespace proxx::mock {
namespace {

constexpr size_t kTextPieceBytes = 12;
constexpr size_t kJsonPieceBytes = 9;

bool continues_character(char c) {
  return (static_cast<unsigned char>(c) & 0xC0) == 0x80;
}

/// Pieces of at least `size` bytes (the last may be shorter), cut between characters and, where
/// `at_blanks`, in front of a blank, as tokens are.
std::vector<std::string_view> pieces(std::string_view text, size_t size, bool at_blanks) {
  std::vector<std::string_view> out;
  while (!text.empty()) {
    size_t end = std::min(size, text.size());
    while (end < text.size() && (at_blanks ? text[end] != ' ' : continues_character(text[end])))
      ++end;
    out.push_back(text.substr(0, end));
    text.remove_prefix(end);
  }
  return out;
}

Json usage_json(const Usage& usage, int64_t output_tokens) {
  Json out{{"input_tokens", usage.input_tokens},
           {"cache_creation_input_tokens", usage.cache_creation_input_tokens},
           {"cache_read_input_tokens", usage.cache_read_input_tokens},
           {"cache_creation",
            {{"ephemeral_5m_input_tokens", usage.cache_creation_input_tokens},
             {"ephemeral_1h_input_tokens", 0}}},
           {"output_tokens", output_tokens},
           {"service_tier", "standard"}};
  return out;
}

void add_output_details(Json& json, const Usage& usage) {
  if (usage.thinking_tokens)
    json["output_tokens_details"] = {{"thinking_tokens", usage.thinking_tokens}};
  if (usage.web_search_requests)
    json["server_tool_use"] = {{"web_search_requests", usage.web_search_requests},
                               {"web_fetch_requests", 0}};
}

Json message_json(const Message& message) {
  return {{"id", message.id},
          {"type", "message"},
          {"role", "assistant"},
          {"model", message.model},
          {"content", Json::array()},
          {"stop_reason", nullptr},
          {"stop_sequence", nullptr},
          {"stop_details", nullptr},
          {"container", nullptr},
          {"diagnostics", nullptr},
          {"usage", usage_json(message.usage, 1)}};
}

/// The events of one block.
class BlockEvents {
 public:
  BlockEvents(size_t index, std::vector<std::string>& out) : index_(index), out_(out) {}

  void write(const Block& block) {
    Json start = block.value;
    const std::string type = start.value("type", "");
    if (type == "text") {
      start["text"] = "";
      if (start.contains("citations") && start["citations"].is_array())
        start["citations"] = Json::array();
    } else if (type == "thinking") {
      start["thinking"] = "";
      start["signature"] = "";
    } else if (type == "tool_use" || type == "server_tool_use") {
      start["input"] = Json::object();
    }
    out_.push_back(render_event("content_block_start",
                                {{"index", index_}, {"content_block", std::move(start)}}));
    if (type == "text") {
      text(block.value, block.is_json);
    } else if (type == "thinking") {
      thinking(block.value);
    } else if (type == "tool_use" || type == "server_tool_use") {
      input(block);
    }
    out_.push_back(render_event("content_block_stop", {{"index", index_}}));
  }

 private:
  void delta(Json value) {
    out_.push_back(
        render_event("content_block_delta", {{"index", index_}, {"delta", std::move(value)}}));
  }

  void text(const Json& block, bool is_json) {
    for (const auto piece : pieces(block.at("text").get_ref<const std::string&>(),
                                   is_json ? kJsonPieceBytes : kTextPieceBytes, !is_json))
      delta({{"type", "text_delta"}, {"text", piece}});
    if (!block.contains("citations")) return;
    for (const Json& citation : block.at("citations"))
      delta({{"type", "citations_delta"}, {"citation", citation}});
  }

  void thinking(const Json& block) {
    for (const auto piece :
         pieces(block.at("thinking").get_ref<const std::string&>(), kTextPieceBytes, true))
      delta({{"type", "thinking_delta"}, {"thinking", piece}});
    delta({{"type", "signature_delta"}, {"signature", block.at("signature")}});
  }

  void input(const Block& block) {
    const Json& value = block.value.at("input");
    if (value.empty() && !block.cut_input) return;
    const std::string json = block.cut_input ? *block.cut_input : dump(value);
    delta({{"type", "input_json_delta"}, {"partial_json", ""}});
    for (const auto piece : pieces(json, kJsonPieceBytes, false))
      delta({{"type", "input_json_delta"}, {"partial_json", piece}});
  }

  size_t index_;
  std::vector<std::string>& out_;
};

}  // namespace

std::string dump(const Json& value) {
  return value.dump(-1, ' ', false, Json::error_handler_t::replace);
}

std::string render_json(const Message& message) {
  Json out = message_json(message);
  for (const Block& block : message.content) out["content"].push_back(block.value);
  out["stop_reason"] = message.stop_reason;
  out["stop_sequence"] = message.stop_sequence;
  out["stop_details"] = message.stop_details;
  out["usage"] = usage_json(message.usage, message.usage.output_tokens);
  add_output_details(out["usage"], message.usage);
  return dump(out);
}

std::vector<std::string> render_events(const Message& message) {
  std::vector<std::string> out;
  out.push_back(render_event("message_start", {{"message", message_json(message)}}));
  size_t index = 0;
  for (const Block& block : message.content) BlockEvents(index++, out).write(block);
  Json usage{{"output_tokens", message.usage.output_tokens}};
  add_output_details(usage, message.usage);
  out.push_back(render_event("message_delta", {{"delta",
                                                {{"stop_reason", message.stop_reason},
                                                 {"stop_sequence", message.stop_sequence},
                                                 {"stop_details", message.stop_details},
                                                 {"container", nullptr}}},
                                               {"usage", std::move(usage)}}));
  out.push_back(render_event("message_stop"));
  return out;
}

std::string render_event(std::string_view name, const Json& members) {
  Json data{{"type", name}};
  data.update(members);
  return "event: " + std::string(name) + "\ndata: " + dump(data) + "\n\n";
}

}  // namespace proxx::mock
