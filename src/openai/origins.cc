#include "openai/origins.h"

#include <algorithm>
#include <charconv>
#include <system_error>

namespace proxx::openai {
namespace {

/// A path in an error of the upstream, taken apart from the left: `messages.3.content.0.text`.
class UpstreamPath {
 public:
  explicit UpstreamPath(std::string_view path) : rest_(path) {}

  bool take(std::string_view name) {
    const bool matches = next() == name;
    if (matches) skip();
    return matches;
  }
  bool take_index(size_t& index) {
    const std::string_view digits = next();
    const auto [end, error] = std::from_chars(digits.data(), digits.data() + digits.size(), index);
    if (error != std::errc() || end != digits.data() + digits.size()) return false;
    skip();
    return true;
  }

 private:
  [[nodiscard]] std::string_view next() const { return rest_.substr(0, rest_.find('.')); }
  void skip() { rest_.remove_prefix(std::min(next().size() + 1, rest_.size())); }

  std::string_view rest_;
};

std::string path_in_message(const RequestOrigins& origins, UpstreamPath path) {
  size_t message = 0;
  size_t block = 0;
  if (!path.take_index(message) || message >= origins.first_blocks.size()) return {};
  const size_t begin = origins.first_blocks[message];
  const bool last = message + 1 == origins.first_blocks.size();
  const size_t end = last ? origins.blocks.size() : origins.first_blocks[message + 1];
  if (path.take("content") && path.take_index(block)) {
    return block < end - begin ? origins.block_path(origins.blocks[begin + block]) : std::string();
  }
  // A turn merged from several items is none of them.
  for (size_t i = begin; i < end; ++i) {
    if (origins.blocks[i].item != origins.blocks[begin].item) return {};
  }
  return begin == end ? std::string() : origins.block_path({origins.blocks[begin].item});
}

std::string path_in_system(const RequestOrigins& origins, UpstreamPath path) {
  size_t block = 0;
  const bool known = path.take_index(block) && block < origins.system.size();
  return known ? origins.block_path(origins.system[block]) : std::string();
}

std::string path_in_tools(const RequestOrigins& origins, UpstreamPath path) {
  size_t tool = 0;
  return path.take_index(tool) ? origins.tool_path(origins, tool) : std::string();
}

std::string path_of_field(const RequestOrigins& origins, std::string_view path) {
  for (const auto& [upstream, client] : origins.fields) {
    const bool within = path.substr(0, upstream.size()) == upstream &&
                        (path.size() == upstream.size() || path[upstream.size()] == '.');
    if (within) return std::string(client);
  }
  return {};
}

std::string known_path(const RequestOrigins& origins, std::string_view anthropic_path) {
  UpstreamPath path(anthropic_path);
  if (path.take("messages")) return path_in_message(origins, path);
  if (path.take("system")) return path_in_system(origins, path);
  if (path.take("tools")) return path_in_tools(origins, path);
  return path_of_field(origins, anthropic_path);
}

}  // namespace

RequestOrigins origins_of_blocks(const anthropic::MessagesRequest& request) {
  RequestOrigins origins;
  size_t blocks = 0;
  for (const anthropic::Turn& turn : request.turns) blocks += turn.blocks.size();
  origins.blocks.reserve(blocks);
  origins.first_blocks.reserve(request.turns.size());
  for (const anthropic::Turn& turn : request.turns) {
    origins.first_blocks.push_back(origins.blocks.size());
    for (const anthropic::InputBlock& block : turn.blocks) origins.blocks.push_back(block.origin);
  }
  for (const anthropic::InputBlock& block : request.system) origins.system.push_back(block.origin);
  return origins;
}

std::string client_path(const RequestOrigins& origins, std::string_view anthropic_path) {
  std::string path = known_path(origins, anthropic_path);
  return path.empty() ? std::string(anthropic_path) : path;
}

std::string element_path(std::string_view array, size_t index) {
  return std::string(array) + '[' + std::to_string(index) + ']';
}

}  // namespace proxx::openai
