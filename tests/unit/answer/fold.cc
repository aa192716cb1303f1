#include "fold.h"

#include <doctest/doctest.h>

#include <algorithm>
#include <map>

namespace proxx::test {
namespace {

void append(Json& object, const char* key, const Json& piece) {
  if (!object.contains(key) || object[key].is_null()) object[key] = "";
  object[key] = object[key].get<std::string>() + piece.get<std::string>();
}

void add_call_delta(Json& calls, const Json& delta) {
  const size_t index = delta.at("index");
  if (index == calls.size()) {
    Json call = delta;
    call.erase("index");
    calls.push_back(call);
    return;
  }
  REQUIRE(index < calls.size());
  CHECK_FALSE(delta.contains("id"));
  if (delta.contains("function")) {
    append(calls[index]["function"], "arguments", delta["function"]["arguments"]);
  } else {
    append(calls[index]["custom"], "input", delta["custom"]["input"]);
  }
}

/// Entries of one index are one entry; redacted ones come whole.
void add_reasoning_detail(Json& details, const Json& entry) {
  for (Json& known : details) {
    if (known["index"] != entry["index"] || !entry.contains("text")) continue;
    append(known, "text", entry["text"]);
    if (entry.contains("signature")) known["signature"] = entry["signature"];
    return;
  }
  details.push_back(entry);
}

/// A signature ends a block.
void add_thinking_block(Json& blocks, const Json& entry) {
  const bool open = !blocks.empty() && blocks.back()["type"] == "thinking" &&
                    !blocks.back().contains("signature");
  if (!open || entry["type"] != "thinking") {
    blocks.push_back(entry);
    return;
  }
  append(blocks.back(), "thinking", entry["thinking"]);
  if (entry.contains("signature")) blocks.back()["signature"] = entry["signature"];
}

void add_delta(Json& message, const Json& delta) {
  for (const auto& [key, value] : delta.items()) {
    if (key == "role") {
      message["role"] = value;
    } else if (key == "content" || key == "refusal" || key == "reasoning_content" ||
               key == "reasoning") {
      if (!value.is_null()) append(message, key.c_str(), value);
    } else if (key == "tool_calls") {
      for (const Json& call : value) add_call_delta(message[key], call);
    } else if (key == "function_call") {
      if (value.contains("name")) {
        REQUIRE_FALSE(message.contains(key));
        message[key] = value;
      } else {
        append(message[key], "arguments", value["arguments"]);
      }
    } else if (key == "reasoning_details") {
      for (const Json& entry : value) add_reasoning_detail(message[key], entry);
    } else if (key == "thinking_blocks") {
      for (const Json& entry : value) add_thinking_block(message[key], entry);
    } else if (key == "annotations") {
      for (const Json& annotation : value) message[key].push_back(annotation);
    } else {
      FAIL("unexpected delta member ", key);
    }
  }
}

}  // namespace

std::vector<std::string> data_of(std::string_view stream) {
  std::vector<std::string> out;
  while (!stream.empty()) {
    const size_t end = stream.find("\n\n");
    REQUIRE(end != std::string_view::npos);
    std::string_view block = stream.substr(0, end);
    stream.remove_prefix(end + 2);
    while (!block.empty() && block.front() == '\n') block.remove_prefix(1);
    std::string data;
    for (size_t at = 0; at < block.size();) {
      const size_t line_end = std::min(block.find('\n', at), block.size());
      const std::string_view line = block.substr(at, line_end - at);
      at = line_end + 1;
      if (line.substr(0, 5) == "data:") data.append(line.substr(5)).append("\n");
    }
    if (data.empty()) continue;
    data.pop_back();
    out.push_back(data.front() == ' ' ? data.substr(1) : data);
  }
  return out;
}

std::string message_of_stream(std::string_view upstream_sse) {
  Json message;
  std::map<int, Json> blocks;
  std::map<int, std::string> inputs;
  for (const std::string& data : data_of(upstream_sse)) {
    const Json event = Json::parse(data);
    const std::string type = event["type"];
    if (type == "message_start") {
      message = event["message"];
      int index = 0;
      for (const Json& block : message["content"]) blocks[index++] = block;
    } else if (type == "content_block_start") {
      blocks[event["index"]] = event["content_block"];
    } else if (type == "content_block_delta") {
      if (blocks.count(event["index"]) == 0) continue;
      Json& block = blocks[event["index"]];
      const Json& delta = event["delta"];
      const std::string kind = delta["type"];
      if (kind == "text_delta") append(block, "text", delta["text"]);
      if (kind == "thinking_delta") append(block, "thinking", delta["thinking"]);
      if (kind == "signature_delta") block["signature"] = delta["signature"];
      if (kind == "citations_delta") block["citations"].push_back(delta["citation"]);
      if (kind == "input_json_delta") {
        inputs[event["index"]] += delta["partial_json"].get<std::string>();
      }
    } else if (type == "message_delta") {
      for (const auto& [key, value] : event["delta"].items()) {
        if (!value.is_null()) message[key] = value;
      }
      if (!event.contains("usage")) continue;
      for (const auto& [key, value] : event["usage"].items()) {
        if (!value.is_null()) message["usage"][key] = value;
      }
    } else if (type == "message_stop") {
      break;
    }
  }
  message["content"] = Json::array();
  for (auto& [index, block] : blocks) {
    if (!inputs[index].empty()) block["input"] = "@@" + std::to_string(index) + "@@";
    message["content"].push_back(block);
  }
  std::string text = message.dump();
  for (const auto& [index, input] : inputs) {
    const std::string mark = "\"@@" + std::to_string(index) + "@@\"";
    if (const size_t at = text.find(mark); at != std::string::npos) {
      text.replace(at, mark.size(), input);
    }
  }
  return text;
}

Json completion_of_chunks(std::string_view openai_sse) {
  std::vector<std::string> data = data_of(openai_sse);
  REQUIRE_FALSE(data.empty());
  REQUIRE(data.back() == "[DONE]");
  data.pop_back();

  Json completion;
  Json choice = {{"index", 0}, {"message", Json::object()}, {"logprobs", nullptr}};
  Json& message = choice["message"];
  message["refusal"] = nullptr;
  for (const std::string& text : data) {
    const Json chunk = Json::parse(text);
    CHECK(chunk["object"] == "chat.completion.chunk");
    for (const char* key : {"id", "created", "model"}) {
      if (completion.contains(key)) CHECK(completion[key] == chunk[key]);
      completion[key] = chunk[key];
    }
    if (chunk.contains("service_tier")) completion["service_tier"] = chunk["service_tier"];
    if (chunk.contains("usage") && !chunk["usage"].is_null()) {
      CHECK(chunk["choices"].empty());
      completion["usage"] = chunk["usage"];
      continue;
    }
    REQUIRE(chunk["choices"].size() == 1);
    const Json& piece = chunk["choices"][0];
    CHECK_FALSE(choice.contains("finish_reason"));
    add_delta(message, piece["delta"]);
    for (const char* key : {"finish_reason", "native_finish_reason"}) {
      if (piece.contains(key) && !piece[key].is_null()) choice[key] = piece[key];
    }
  }
  completion["object"] = "chat.completion";
  completion["choices"] = Json::array({choice});
  return completion;
}

Json comparable(Json completion, bool with_usage) {
  if (!with_usage) completion.erase("usage");
  Json& content = completion["choices"][0]["message"]["content"];
  if (content.is_null()) content = "";
  return Json::parse(nlohmann::json(completion).dump());  // key order is no part of it
}

}  // namespace proxx::test
