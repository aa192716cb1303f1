#include "anthropic/event.h"

#include "anthropic/error.h"

namespace proxx::anthropic {
namespace {

/// A string member of the thing called `owner`.
Result<Raw> required(json::Reader object, const char* key, const char* owner) {
  const json::Reader value = object.get(key);
  if (value.is_string()) return value.raw_string();
  return err(protocol_error(std::string(owner) + " without a string `" + key + '`'));
}

/// A string member that may be absent or null.
Result<std::optional<Raw>> optional_string(json::Reader object, const char* key,
                                           const char* owner) {
  const json::Reader value = object.optional(key);
  if (!value) return std::nullopt;
  PROXX_ASSIGN(const Raw text, required(object, key, owner));
  return text;
}

Result<uint32_t> decode_index(json::Reader data, const char* owner) {
  const std::optional<int64_t> index = data.get("index").integer_or_none();
  if (index && *index >= 0 && *index <= kMaxBlockIndex) return static_cast<uint32_t>(*index);
  return err(protocol_error(std::string(owner) + " without a valid `index`"));
}

bool is_web_url(Raw text) {
  return text.bytes().starts_with("https://") || text.bytes().starts_with("http://");
}

Result<Citation> decode_citation(json::Reader citation) {
  Citation result;
  if (!citation.is_object()) return err(protocol_error("a citation that is no object"));
  result.json = citation.raw();
  const json::Reader type = citation.get("type");
  if (type.equals("web_search_result_location")) {
    PROXX_ASSIGN(result.url, required(citation, "url", "web_search_result_location"));
  } else if (type.equals("search_result_location")) {
    PROXX_ASSIGN(const Raw source, required(citation, "source", "search_result_location"));
    if (is_web_url(source)) result.url = source;
  }
  if (!result.url) return result;
  PROXX_ASSIGN(const auto title, optional_string(citation, "title", "a citation"));
  result.title = title.value_or(*result.url);
  return result;
}

Result<Block> decode_text(json::Reader block) {
  TextBlock result;
  PROXX_ASSIGN(result.text, required(block, "text", "text block"));
  for (const json::Reader element : block.get("citations").elements()) {
    PROXX_ASSIGN(Citation citation, decode_citation(element));
    result.citations.push_back(citation);
  }
  return result;
}

Result<Block> decode_thinking(json::Reader block) {
  ThinkingBlock result;
  PROXX_ASSIGN(result.thinking, required(block, "thinking", "thinking block"));
  PROXX_ASSIGN(const auto signature, optional_string(block, "signature", "thinking block"));
  result.signature = signature.value_or(Raw());
  return result;
}

Result<Block> decode_redacted_thinking(json::Reader block) {
  RedactedThinkingBlock result;
  PROXX_ASSIGN(result.data, required(block, "data", "redacted_thinking block"));
  return result;
}

Result<Block> decode_tool_use(json::Reader block) {
  ToolUseBlock result;
  PROXX_ASSIGN(result.id, required(block, "id", "tool_use block"));
  PROXX_ASSIGN(result.name, required(block, "name", "tool_use block"));
  const json::Reader input = block.optional("input");
  if (input && !input.is_object()) {
    return err(protocol_error("tool_use block whose `input` is no object"));
  }
  result.input = input ? input.raw() : std::string_view("{}");
  return result;
}

template <class D>
Result<Delta> string_delta(json::Reader delta, const char* key, const char* type) {
  PROXX_ASSIGN(const Raw text, required(delta, key, type));
  return D{text};
}

Result<Delta> decode_text_delta(json::Reader delta) {
  return string_delta<TextDelta>(delta, "text", "text_delta");
}
Result<Delta> decode_input_json_delta(json::Reader delta) {
  return string_delta<InputJsonDelta>(delta, "partial_json", "input_json_delta");
}
Result<Delta> decode_thinking_delta(json::Reader delta) {
  return string_delta<ThinkingDelta>(delta, "thinking", "thinking_delta");
}
Result<Delta> decode_signature_delta(json::Reader delta) {
  return string_delta<SignatureDelta>(delta, "signature", "signature_delta");
}
Result<Delta> decode_citations_delta(json::Reader delta) {
  PROXX_ASSIGN(const Citation citation, decode_citation(delta.get("citation")));
  return CitationsDelta{citation};
}

Result<Ending> decode_ending(json::Reader object, const char* owner) {
  Ending result;
  PROXX_ASSIGN(result.stop_reason, optional_string(object, "stop_reason", owner));
  const json::Reader details = object.optional("stop_details");
  PROXX_ASSIGN(result.category, optional_string(details, "category", "stop_details"));
  PROXX_ASSIGN(result.explanation, optional_string(details, "explanation", "stop_details"));
  return result;
}

Result<Raw> required_name(json::Reader message, const char* key) {
  PROXX_ASSIGN(const Raw name, required(message, key, "message"));
  if (name.size() <= kMaxNameBytes) return name;
  return err(protocol_error(std::string("message whose `") + key + "` has more than " +
                            std::to_string(kMaxNameBytes) + " bytes"));
}

Result<MessageStart> decode_start(json::Reader message) {
  MessageStart result;
  PROXX_ASSIGN(result.id, required_name(message, "id"));
  PROXX_ASSIGN(result.model, required_name(message, "model"));
  result.content = message.optional("content");
  if (result.content && !result.content.is_array()) {
    return err(protocol_error("message whose `content` is no array"));
  }
  PROXX_ASSIGN(result.ending, decode_ending(message, "message"));
  result.usage = decode_usage(message.get("usage"));
  return result;
}

Result<Event> decode_message_start(json::Reader data) {
  PROXX_ASSIGN(MessageStart start, decode_start(data.get("message")));
  return start;
}

Result<Event> decode_content_block_start(json::Reader data) {
  ContentBlockStart result;
  const json::Reader block = data.get("content_block");
  PROXX_ASSIGN(result.index, decode_index(data, "content_block_start"));
  PROXX_ASSIGN(result.block, decode_block(block));
  result.json = block.raw();
  return result;
}

Result<Event> decode_message_delta(json::Reader data) {
  MessageDelta result;
  const json::Reader delta = data.get("delta");
  if (!delta.is_object()) return err(protocol_error("message_delta without `delta`"));
  PROXX_ASSIGN(result.ending, decode_ending(delta, "message_delta"));
  result.usage = decode_usage(data.get("usage"));
  return result;
}

ErrorEvent error_of(json::Reader data) {
  const json::Reader error = data.optional("error");
  return {error ? error.raw() : data.raw()};
}

template <class T>
struct Row {
  std::string_view type;
  Result<T> (*decode)(json::Reader);
};

constexpr Row<Block> kBlocks[] = {
    {"text", decode_text},
    {"tool_use", decode_tool_use},
    {"thinking", decode_thinking},
    {"redacted_thinking", decode_redacted_thinking},
};

constexpr Row<Delta> kDeltas[] = {
    {"text_delta", decode_text_delta},           {"input_json_delta", decode_input_json_delta},
    {"thinking_delta", decode_thinking_delta},   {"signature_delta", decode_signature_delta},
    {"citations_delta", decode_citations_delta},
};

Result<Event> decode_content_block_delta(json::Reader data) {
  const json::Reader delta = data.get("delta");
  const json::Reader type = delta.get("type");
  if (!type.is_string()) {
    return err(protocol_error("content_block_delta without a typed `delta`"));
  }
  ContentBlockDelta result;
  PROXX_ASSIGN(result.index, decode_index(data, "content_block_delta"));
  result.delta = UnknownDelta{};
  for (const Row<Delta>& row : kDeltas) {
    if (!type.equals(row.type)) continue;
    PROXX_ASSIGN(result.delta, row.decode(delta));
    break;
  }
  return result;
}

Result<Event> decode_content_block_stop(json::Reader data) {
  ContentBlockStop result;
  PROXX_ASSIGN(result.index, decode_index(data, "content_block_stop"));
  return result;
}

constexpr Row<Event> kEvents[] = {
    {"content_block_delta", decode_content_block_delta},
    {"content_block_start", decode_content_block_start},
    {"content_block_stop", decode_content_block_stop},
    {"message_start", decode_message_start},
    {"message_delta", decode_message_delta},
    {"message_stop", [](json::Reader) -> Result<Event> { return MessageStop{}; }},
    {"ping", [](json::Reader) -> Result<Event> { return Ping{}; }},
    {"error", [](json::Reader data) -> Result<Event> { return error_of(data); }},
};

}  // namespace

Result<Event> decode_event(json::Reader data) {
  const json::Reader type = data.get("type");
  if (!type.is_string()) {
    if (is_error(data)) return ErrorEvent{data.raw()};
    return err(protocol_error("event without a string `type`"));
  }
  for (const Row<Event>& row : kEvents) {
    if (type.equals(row.type)) return row.decode(data);
  }
  return UnknownEvent{};
}

Result<std::variant<MessageStart, ErrorEvent>> decode_message(json::Reader message) {
  const json::Reader type = message.get("type");
  if (type.equals("error")) return error_of(message);
  if (!type.equals("message")) {
    if (is_error(message)) return ErrorEvent{message.raw()};
    return err(protocol_error("answer that is no message"));
  }
  if (!message.get("content").is_array()) {
    return err(protocol_error("message without a `content` array"));
  }
  PROXX_ASSIGN(MessageStart start, decode_start(message));
  return start;
}

Result<Block> decode_block(json::Reader block) {
  const json::Reader type = block.get("type");
  if (!type.is_string()) return err(protocol_error("content block without a string `type`"));
  for (const Row<Block>& row : kBlocks) {
    if (type.equals(row.type)) return row.decode(block);
  }
  return UnknownBlock{};
}

}  // namespace proxx::anthropic
