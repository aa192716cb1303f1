#include "answer/recorder.h"

#include <algorithm>

namespace proxx::anthropic {
namespace {

bool is_empty_text(json::Reader block) {
  return block.get("type").equals("text") &&
         block.get("text").string_or("").find_first_not_of(" \t\r\n") == std::string::npos;
}

/// Which member a block's string deltas make up.
std::string_view text_member(json::Reader block) {
  for (const char* key : {"text", "thinking"}) {
    if (block.get("type").equals(key)) return key;
  }
  return "input";
}

}  // namespace

BlockRecorder::OpenBlock* BlockRecorder::find(uint32_t index) {
  for (OpenBlock& block : open_) {
    if (block.index == index) return &block;
  }
  return nullptr;
}

void BlockRecorder::start(uint32_t index, std::string_view raw_block) {
  open_.push_back({index, std::string(raw_block), {}, {}, {}});
}

void BlockRecorder::delta(uint32_t index, const Delta& delta) {
  OpenBlock* const block = find(index);
  if (block == nullptr) return;
  std::visit([&](const auto& known) { add(*block, known); }, delta);
}

void BlockRecorder::add(OpenBlock& block, const TextDelta& delta) {
  block.text.append(delta.text);
  block.has_text = true;
}
void BlockRecorder::add(OpenBlock& block, const InputJsonDelta& delta) {
  block.text.append(delta.partial_json);
  block.has_text = block.has_text || !delta.partial_json.empty();
}
void BlockRecorder::add(OpenBlock& block, const ThinkingDelta& delta) {
  block.text.append(delta.thinking);
  block.has_text = true;
}
void BlockRecorder::add(OpenBlock& block, const SignatureDelta& delta) {
  block.signature.append(delta.signature);
}
void BlockRecorder::add(OpenBlock& block, const CitationsDelta& delta) {
  if (!block.citations.empty()) block.citations.push_back(',');
  block.citations.append(delta.citation.raw);
}
void BlockRecorder::add(OpenBlock&, const UnknownDelta&) {
  exact_ = false;
}

void BlockRecorder::stop(uint32_t index) {
  const OpenBlock* const block = find(index);
  if (block == nullptr) return;
  append_merged(*block);
  open_.erase(open_.begin() + (block - open_.data()));
}

void BlockRecorder::write_input(const OpenBlock& block, json::Writer& writer) {
  const std::string input = json::unescape(block.text);
  exact_ = exact_ && json::is_valid(input);
  writer.raw(input);
}

void BlockRecorder::append_merged(const OpenBlock& block) {
  json::Document document;
  if (!document.parse(block.start, kUpstreamJson)) {
    exact_ = false;
    return;
  }
  const json::Reader start = document.root();
  const std::string_view member = text_member(start);

  std::string merged;
  json::Writer writer(merged);
  writer.begin_object();
  bool has_citations = false;
  for (const json::Member field : start.members()) {
    const std::string key = field.key();
    writer.raw_key(field.raw_key);
    if (key == member && block.has_text) {
      const std::string_view before =
          field.value.is_string() ? field.value.raw_string() : std::string_view();
      if (member == "input") {
        write_input(block, writer);
      } else {
        writer.raw_string(std::string(before) + block.text);
      }
    } else if (key == "signature" && !block.signature.empty()) {
      writer.raw_string(block.signature);
    } else if (key == "citations" && !block.citations.empty()) {
      has_citations = true;
      writer.begin_array();
      for (const json::Reader citation : field.value.elements()) writer.raw(citation.raw());
      writer.raw(block.citations).end_array();
    } else {
      writer.raw(field.value.raw());
    }
  }
  // Text and thinking are required of their blocks: what is left out is an input.
  if (block.has_text && !start.get(member)) write_input(block, writer.key("input"));
  if (!block.signature.empty() && !start.get("signature")) {
    writer.key("signature").raw_string(block.signature);
  }
  if (!block.citations.empty() && !has_citations) {
    writer.key("citations").begin_array().raw(block.citations).end_array();
  }
  writer.end_object();

  const bool changed = block.has_text || !block.signature.empty() || !block.citations.empty();
  if (!document.parse(changed ? merged : block.start, kUpstreamJson)) {
    exact_ = false;
    return;
  }
  if (is_empty_text(document.root())) return;
  if (!blocks_.empty()) blocks_.push_back(',');
  blocks_.append(document.root().raw());
}

}  // namespace proxx::anthropic
