#pragma once
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "base/result.h"

namespace proxx::cli {

/// The file of `ask -C`: an OpenAI request whose `messages` are the conversation so far, one a
/// line. Its other members count as in any request. Nothing else keeps anything of it.
class Conversation {
 public:
  /// A file that is not there is a new conversation. Errors: `usage`.
  Conversation() = default;
  static Result<Conversation> read(std::string path);

  [[nodiscard]] const std::string& path() const { return path_; }
  /// Takes the place of the system prompt that the conversation begins with.
  void set_system(std::string message);
  void add(std::string message) { messages_.push_back(std::move(message)); }

  [[nodiscard]] const std::vector<std::string>& messages() const { return messages_; }
  /// What stands beside the messages: names, and values in JSON.
  [[nodiscard]] const std::vector<std::pair<std::string, std::string>>& members() const {
    return members_;
  }

  /// Adds the model's answer and puts the whole in the file's place in one step. Errors:
  /// `output_failed`, also if the file is not what was read.
  [[nodiscard]] Status save(std::string_view answer);

 private:
  explicit Conversation(std::string path) : path_(std::move(path)) {}

  std::string path_;
  std::string text_;  ///< as it was read
  std::vector<std::string> messages_;
  std::vector<std::pair<std::string, std::string>> members_;
};

}  // namespace proxx::cli
