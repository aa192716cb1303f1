#include "config/yaml_tree.h"

#include <yaml-cpp/eventhandler.h>
#include <yaml-cpp/exceptions.h>
#include <yaml-cpp/parser.h>

#include <algorithm>
#include <map>
#include <sstream>

#include "base/ascii.h"
#include "base/secret_text.h"
#include "base/utf8.h"

namespace proxx {
namespace {

Place place_of(const YAML::Mark& mark) {
  return {mark.line + 1, mark.column + 1};
}

Place place_at(std::string_view text, size_t offset) {
  Place place;
  for (char c : text.substr(0, offset)) {
    if (c == '\n') {
      ++place.line;
      place.column = 1;
    } else {
      ++place.column;
    }
  }
  return place;
}

struct Refused {
  Complaint complaint;
};

[[noreturn]] void refuse(const YAML::Mark& mark, std::string text) {
  throw Refused{{std::move(text), place_of(mark)}};
}

// Of the escapes \_ and \N yaml-cpp makes the bytes A0 and 85, not the characters of that number.
std::string characters_of(std::string_view scalar) {
  std::string out;
  while (!scalar.empty()) {
    const size_t length = utf8::sequence_length(scalar);
    if (length == 0) utf8::append(out, static_cast<unsigned char>(scalar.front()));
    out.append(scalar.substr(0, length));
    scalar.remove_prefix(std::max<size_t>(length, 1));
  }
  return out;
}

// Parser events to a tree. Scalars and containers alternate between key and value inside a map.
class TreeBuilder final : public YAML::EventHandler {
 public:
  YamlNode take() { return std::move(root_); }

  void OnDocumentStart(const YAML::Mark& mark) override {
    if (documents_++ > 0) refuse(mark, "a second document is not read: one file is one document");
  }
  void OnDocumentEnd() override {}

  void OnNull(const YAML::Mark& mark, YAML::anchor_t /*anchor*/) override {
    if (wants_key()) refuse(mark, "expected a key");
    add(make(YamlNode::Kind::null, mark));
  }
  void OnAlias(const YAML::Mark& mark, YAML::anchor_t /*anchor*/) override {
    refuse(mark, "aliases (*name) are not supported");
  }
  void OnAnchor(const YAML::Mark& mark, const std::string& /*name*/) override {
    refuse(mark, "anchors (&name) are not supported");
  }
  void OnScalar(const YAML::Mark& mark, const std::string& tag, YAML::anchor_t /*anchor*/,
                const std::string& value) override {
    // yaml-cpp's tags of what carries none: "?" plain, "!" quoted.
    if (tag != "?" && tag != "!") refuse(mark, "tags are not supported");
    if (wants_key()) {
      key_ = {characters_of(value), place_of(mark)};
      has_key_ = true;
      return;
    }
    YamlNode node = make(YamlNode::Kind::scalar, mark);
    node.text = characters_of(value);
    node.quoted = tag == "!";
    add(std::move(node));
  }
  void OnSequenceStart(const YAML::Mark& mark, const std::string& tag, YAML::anchor_t /*anchor*/,
                       YAML::EmitterStyle::value /*style*/) override {
    open(YamlNode::Kind::sequence, mark, tag);
  }
  void OnSequenceEnd() override { close(); }
  void OnMapStart(const YAML::Mark& mark, const std::string& tag, YAML::anchor_t /*anchor*/,
                  YAML::EmitterStyle::value /*style*/) override {
    open(YamlNode::Kind::map, mark, tag);
  }
  void OnMapEnd() override { close(); }

 private:
  [[nodiscard]] bool wants_key() const {
    return !open_.empty() && open_.back().kind == YamlNode::Kind::map && !has_key_;
  }

  YamlNode make(YamlNode::Kind kind, const YAML::Mark& mark) {
    if (++nodes_ > kMaxYamlNodes) refuse(mark, "too many values");
    YamlNode node;
    node.kind = kind;
    node.place = place_of(mark);
    if (has_key_) {
      node.key = std::move(key_.text);
      node.key_place = key_.place;
      has_key_ = false;
    }
    return node;
  }

  void open(YamlNode::Kind kind, const YAML::Mark& mark, const std::string& tag) {
    if (tag != "?" && !tag.empty()) refuse(mark, "tags are not supported");
    if (wants_key()) refuse(mark, "expected a key");
    if (open_.size() == kMaxYamlDepth) refuse(mark, "nested too deeply");
    open_.push_back(make(kind, mark));
  }

  void close() {
    YamlNode node = std::move(open_.back());
    open_.pop_back();
    add(std::move(node));
  }

  void add(YamlNode node) {
    (open_.empty() ? root_ : open_.back().children.emplace_back()) = std::move(node);
  }

  YamlNode root_;
  std::vector<YamlNode> open_;
  Complaint key_;
  bool has_key_ = false;
  size_t nodes_ = 0;
  int documents_ = 0;
};

void refuse_duplicates(const YamlNode& node) {
  std::map<std::string_view, int> first_lines;
  for (const YamlNode& child : node.children) {
    refuse_duplicates(child);
    if (node.kind != YamlNode::Kind::map) continue;
    const auto [first, fresh] = first_lines.emplace(child.key, child.key_place.line);
    if (!fresh) {
      throw Refused{{"duplicate key '" + shown(child.key) + "' (first in line " +
                         std::to_string(first->second) + ")",
                     child.key_place}};
    }
  }
}

// yaml-cpp takes 0x04 for the end of the file, and guesses UTF-16 from NUL bytes.
size_t find_control(std::string_view text) {
  for (size_t i = 0; i < text.size(); ++i) {
    const char c = text[i];
    if (is_field_control(c) && c != '\n' && c != '\r') return i;
  }
  return std::string_view::npos;
}

bool is_indented_by_tab(std::string_view text, int line) {
  for (; line > 1; --line) text.remove_prefix(std::min(text.find('\n'), text.size() - 1) + 1);
  const size_t end = std::min(text.find_first_not_of(" \t"), text.size());
  return text.substr(0, end).find('\t') != std::string_view::npos;
}

}  // namespace

tl::expected<YamlNode, Complaint> parse_yaml(std::string_view text) {
  if (const size_t at = utf8::find_invalid(text); at != std::string_view::npos) {
    return tl::unexpected(Complaint{"not valid UTF-8", place_at(text, at)});
  }
  if (const size_t at = find_control(text); at != std::string_view::npos) {
    return tl::unexpected(Complaint{"a control character", place_at(text, at)});
  }
  try {
    std::istringstream in{std::string(text)};
    YAML::Parser parser(in);
    TreeBuilder builder;
    while (parser.HandleNextDocument(builder)) {
    }
    YamlNode root = builder.take();
    refuse_duplicates(root);
    return root;
  } catch (const Refused& refused) {
    return tl::unexpected(refused.complaint);
  } catch (const YAML::Exception& error) {
    // Of a tab yaml-cpp says `illegal map value`.
    const Place place = place_of(error.mark);
    const bool tab = is_indented_by_tab(text, place.line);
    return tl::unexpected(Complaint{
        tab ? "a tab in the indentation: use spaces" : without_secrets(error.msg), place});
  }
}

}  // namespace proxx
