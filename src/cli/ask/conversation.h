#pragma once
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "base/result.h"

namespace proxx::cli {

/// The file of `ask -C`: an OpenAI request whose `messages` are the conversation so far, one a
/// line. Its other members count as in any request. Nothing of it is kept anywhere else.
class Conversation {
 public:
  Conversation() = default;
  /// A file that does not exist is a new conversation. Errors: `usage`.
  static Result<Conversation> read(std::string path);

  [[nodiscard]] const std::string& path() const { return path_; }
  /// Replaces the system prompt that the conversation begins with, or adds one.
  void set_system(std::string message);
  void add(std::string message) { messages_.push_back(std::move(message)); }

  [[nodiscard]] const std::vector<std::string>& messages() const { return messages_; }
  /// The members other than `messages`: names, and values in JSON.
  [[nodiscard]] const std::vector<std::pair<std::string, std::string>>& members() const {
    return members_;
  }

  /// Adds the model's answer and replaces the file in one step. Errors: `output_failed`, also if
  /// the file changed since it was read.
  [[nodiscard]] Status save(std::string_view answer);

 private:
  explicit Conversation(std::string path) : path_(std::move(path)) {}

  std::string path_;
  std::string text_;  ///< as it was read
  std::vector<std::string> messages_;
  std::vector<std::pair<std::string, std::string>> members_;
};

}  // namespace proxx::cli
