#pragma once
#include <cstdint>
#include <map>
#include <optional>
#include <set>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace proxx {

/// How far a model's effort levels go beyond low, medium and high.
struct EffortLevels {
  bool supported = false;  ///< `output_config.effort` at all
  bool xhigh = false;
  bool max = false;
};

/// Which `thinking.type` a model takes and what leaving it out means (docs/protocol.md 4.2).
struct ThinkingModes {
  bool adaptive = false;
  bool enabled = false;  ///< manual, with budget_tokens
  bool disabled = false;
  bool between_tools = false;
  bool off_up_to_high = false;         ///< `disabled`, `between_tools`: no effort beyond high
  bool on_by_default = false;          ///< thinks when `thinking` is absent
  bool summarized_by_default = false;  ///< display; else omitted
};

/// Which sampling fields may be sent under API version 2023-06-01.
enum class Sampling {
  none,          ///< never send any
  default_only,  ///< other than default values are refused: never send
  one_of,        ///< temperature or top_p, not both; top_k; limits while thinking
};

/// One row of docs/protocol.md 4.2. USD prices are per million tokens; < 0 is unknown.
struct Model {
  std::string id;     ///< from resolve(): what goes upstream, as the client spelled it
  std::string alias;  ///< "" if none
  std::string display_name;
  int64_t context_tokens = 0;
  int64_t max_tokens = 0;  ///< output limit
  ThinkingModes thinking;
  EffortLevels effort;
  Sampling sampling = Sampling::none;
  bool prefill = false;
  bool forced_tool_choice = false;
  bool forced_tool_choice_with_manual_thinking =
      false;  ///< no row's (docs/protocol.md 1.7); configurable
  bool mid_conversation_system = false;
  bool structured_outputs = true;
  double price_input = -1;
  double price_output = -1;
  double price_cache_read = -1;
  int64_t created_unix_s = 0;
  std::string lifecycle = "active";  ///< active | deprecated | retired
  std::string retires;               ///< ISO date, "" if open
  bool listed = true;                ///< unless the upstream was asked and does not list it
};

/// The models proxx knows, with the configured aliases and corrections on top.
class ModelTable {
 public:
  /// The built-in rows, newest generation first.
  ModelTable();

  /// `name` is answered by `target` (an id, or another alias that exists by the time of resolve).
  /// A `*` in `name` stands for any text: of the patterns that match, the longest counts, after
  /// the aliases that are names.
  void add_alias(std::string name, std::string target);
  /// Adds a row, or replaces the one of that id.
  void put(Model model);
  /// These rows come first, in this order, in place of those of the same ids; the others remain
  /// for who knows their names, no longer listed.
  void list(std::vector<Model> listed);

  /// By configured alias, id, built-in alias, family, or as find_spelled() does. `id` of the answer
  /// is `name`, or what a configured alias or a family stands for. An id that no row knows gets the
  /// newest generation's capabilities (prices unknown): it works the day it appears.
  [[nodiscard]] Model resolve(std::string_view name) const;
  /// What the configured aliases and families() make of `name`: itself, if none is for it.
  [[nodiscard]] std::string_view target_of(std::string_view name) const;
  /// `sonnet` and so on, each with the id of the newest listed model of that family: built-in
  /// aliases, after the configured ones.
  [[nodiscard]] std::vector<std::pair<std::string_view, std::string_view>> families() const;
  /// The row of exactly this id or alias, or nothing.
  [[nodiscard]] const Model* find(std::string_view name) const;
  /// As find(), also for a name with a date or in a gateway's spelling (anthropic/model_name.h).
  [[nodiscard]] const Model* find_spelled(std::string_view name) const;
  [[nodiscard]] const std::vector<Model>& rows() const { return rows_; }
  [[nodiscard]] const std::map<std::string, std::string, std::less<>>& aliases() const {
    return aliases_;
  }
  /// Patterns with their targets, the longest first.
  [[nodiscard]] const std::vector<std::pair<std::string, std::string>>& patterns() const {
    return patterns_;
  }

 private:
  void add_names(size_t row);

  std::vector<Model> rows_;
  std::map<std::string, size_t, std::less<>> by_id_;
  std::set<std::pair<std::string, size_t>> by_alias_;     ///< of one alias the first row counts
  std::map<std::string, size_t, std::less<>> by_family_;  ///< the newest row of each
  Model newest_;                                          ///< stands for ids without a row
  std::map<std::string, std::string, std::less<>> aliases_;
  std::vector<std::pair<std::string, std::string>> patterns_;
};

}  // namespace proxx
