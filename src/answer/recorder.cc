#include "answer/recorder.h"

#include <algorithm>
#include <utility>

#include "json/writer.h"

namespace proxx::answer {
namespace {

bool is_empty_text(json::Reader block) {
  return block.get("type").equals("text") &&
         block.get("text").string_or("").find_first_not_of(" \t\r\n") == std::string::npos;
}

void append_element(std::string& list, std::string_view element) {
  if (!list.empty()) list.push_back(',');
  list.append(element);
}

std::string quoted(json::Raw begin, json::Raw rest = {}) {
  return std::string("\"").append(begin.bytes()).append(rest.bytes()).append("\"");
}

}  // namespace

void RecordedBlock::add(const anthropic::Delta& delta) {
  std::visit([&](const auto& known) { take(known); }, delta);
}

void RecordedBlock::take(const anthropic::TextDelta& delta) {
  if (!text_) text_.emplace();
  text_->append(delta.text);
}
void RecordedBlock::take(const anthropic::InputJsonDelta& delta) {
  if (delta.partial_json.empty()) return;
  if (!text_) text_.emplace();
  text_->append(delta.partial_json);
}
void RecordedBlock::take(const anthropic::ThinkingDelta& delta) {
  if (!text_) text_.emplace();
  text_->append(delta.thinking);
}
void RecordedBlock::take(const anthropic::SignatureDelta& delta) {
  signature_.append(delta.signature);
}
void RecordedBlock::take(const anthropic::CitationsDelta& delta) {
  append_element(citations_, delta.citation.json);
}
void RecordedBlock::take(const anthropic::UnknownDelta&) {
  exact_ = false;
}

std::optional<std::vector<RecordedBlock::Change>> RecordedBlock::changes(json::Reader start) const {
  std::vector<Change> changes;
  if (text_) {
    const json::Reader type = start.get("type");
    if (type.equals("text") || type.equals("thinking")) {
      const std::string_view key = type.equals("text") ? "text" : "thinking";
      const json::Reader begin = start.get(key);
      changes.push_back(
          {key, quoted(begin.is_string() ? begin.raw_string() : json::Raw(), *text_)});
    } else {
      std::string input = json::unescape(*text_);
      if (!json::is_valid(input)) return std::nullopt;
      changes.push_back({"input", std::move(input)});
    }
  }
  if (!signature_.empty()) changes.push_back({"signature", quoted(signature_)});
  if (!citations_.empty()) {
    std::string all;
    for (const json::Reader citation : start.get("citations").elements()) {
      append_element(all, citation.raw());
    }
    append_element(all, citations_);
    changes.push_back({"citations", '[' + all + ']'});
  }
  return changes;
}

std::optional<std::string> RecordedBlock::whole() const {
  json::Document document;
  if (!exact_ || !document.parse(start_, anthropic::kUpstreamJson)) return std::nullopt;
  const auto changed = changes(document.root());
  if (!changed) return std::nullopt;
  if (changed->empty()) return std::string(document.root().raw());

  std::string block;
  json::Writer writer(block);
  writer.begin_object();
  for (const json::Member member : document.root().members()) {
    const auto change =
        std::find_if(changed->begin(), changed->end(),
                     [key = member.key()](const Change& each) { return each.key == key; });
    writer.raw_key(member.raw_key);
    writer.raw(change == changed->end() ? member.value.raw() : std::string_view(change->value));
  }
  for (const Change& change : *changed) {
    if (!document.root().get(change.key)) writer.text_key(change.key).raw(change.value);
  }
  writer.end_object();
  return block;
}

BlockRecorder::OpenBlock* BlockRecorder::find(uint32_t index) {
  for (OpenBlock& open : open_) {
    if (open.index == index) return &open;
  }
  return nullptr;
}

void BlockRecorder::start(uint32_t index, std::string_view block_json) {
  open_.push_back({index, RecordedBlock(block_json)});
}

void BlockRecorder::delta(uint32_t index, const anthropic::Delta& delta) {
  if (OpenBlock* const open = find(index)) open->block.add(delta);
}

void BlockRecorder::stop(uint32_t index) {
  OpenBlock* const open = find(index);
  if (open == nullptr) return;
  const std::optional<std::string> block = open->block.whole();
  open_.erase(open_.begin() + (open - open_.data()));
  json::Document document;
  if (!block || !document.parse(*block, anthropic::kUpstreamJson)) {
    exact_ = false;
  } else if (!is_empty_text(document.root())) {
    append_element(blocks_, *block);
  }
}

}  // namespace proxx::answer
