#pragma once
#include <filesystem>
#include <string>
#include <string_view>
#include <vector>

namespace proxx::test {

/// A golden file: a comment, then named sections, in the manner of golang's txtar.
///
///     What is shown and why it is right.
///     rows: 6.1 temperature
///     -- openai.json --
///     {...}
///
/// A line `-- NAME --` begins a section; its text is all that follows up to the next such line,
/// final newline included.
struct Txtar {
  struct Section {
    std::string name;
    std::string text;
  };
  std::string comment;
  std::vector<Section> sections;

  /// The section's text, or nullptr.
  [[nodiscard]] const std::string* find(std::string_view name) const;
  /// The section's text without its final newline; "" if there is none.
  [[nodiscard]] std::string text(std::string_view name) const;
  /// Replaces a section, or adds it behind the others; a missing final newline is added.
  void set(std::string_view name, std::string text);
  /// `key: value` lines of a section's text, in order.
  [[nodiscard]] std::vector<std::pair<std::string, std::string>> options(
      std::string_view name) const;
};

[[nodiscard]] Txtar parse_txtar(std::string_view text);
[[nodiscard]] std::string format_txtar(const Txtar& archive);

[[nodiscard]] std::string read_file(const std::filesystem::path& path);
void write_file(const std::filesystem::path& path, std::string_view text);
/// All `*.txtar` of tests/golden/`folder`, sorted by name.
[[nodiscard]] std::vector<std::filesystem::path> golden_files(std::string_view folder);
/// PROXX_UPDATE_GOLDEN=1: runners rewrite expectations instead of comparing.
[[nodiscard]] bool update_golden();

}  // namespace proxx::test
