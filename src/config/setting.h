#pragma once
#include <chrono>
#include <cstdint>
#include <functional>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <variant>
#include <vector>

#include "base/result.h"
#include "config/settings.h"
#include "config/yaml_tree.h"

// One way to read, print and copy every value that configuration may hold, whoever owns it: the
// settings themselves (settings_table.h) or a row of the model table (model_entry.h).

namespace proxx {

using Headers = std::vector<std::pair<std::string, std::string>>;

/// Where a setting's value lives, and by that its type. Enumerations are written as the words
/// of setting_words.h.
using Slot =
    std::variant<bool*, int*, int64_t*, std::optional<int64_t>*, std::optional<bool>*, double*,
                 std::chrono::milliseconds*, ByteCount*, std::string*, std::vector<std::string>*,
                 ReasoningFields*, Headers*, std::vector<ModelEntry>*, ClientHeaders*, ModelsFrom*,
                 OnLossy*, PromptCache*, ClientKey*, Names*, LogLevel*, LogFormat*, Sampling*,
                 HostKind*, BedrockEndpoint*>;

/// What a value must keep to besides its type.
struct Rule {
  int64_t min = 0;  ///< of a number; of a duration in seconds
  int64_t max = 0;
  /// May rewrite a text; returns what is wrong with it, without repeating it.
  std::optional<std::string> (*check)(std::string& text) = nullptr;
  bool is_path =
      false;  ///< in a file, `~/` is the home folder and relative is to the file's folder
};

/// A named value. `name` is the way to it: `timeouts.connect`.
struct Setting {
  std::string_view name;
  Slot slot;
  Rule rule = {};
};

/// Reads `node` into the slot. Headers and models are joined to those there, by name; everything
/// else is replaced. After a complaint the value is undefined.
[[nodiscard]] tl::expected<void, Complaint> read_value(const YamlNode& node,
                                                       const Setting& setting);

/// Told of every setting that was read, with the node it was read from.
using OnRead = std::function<void(const Setting& setting, const YamlNode& node)>;

/// Reads a map, and the maps in it, into the settings of the same names. Null leaves a value as it
/// is. Complains of unknown keys, with the nearest known one.
[[nodiscard]] tl::expected<void, Complaint> read_map(const YamlNode& map,
                                                     const std::vector<Setting>& settings,
                                                     const OnRead& on_read);

/// The value as one line of YAML that reads back to it; `~` for what is empty.
[[nodiscard]] std::string print_value(const Slot& slot);
/// The same where `~` would leave another value standing: an empty text is `""`.
[[nodiscard]] std::string print_set_value(const Slot& slot);
[[nodiscard]] std::string print_value(const ModelEntry& entry);
[[nodiscard]] std::string print_text(std::string_view text);

/// Both of the same type.
void copy_value(const Slot& from, const Slot& to);

/// The correctable fields of a model row, as settings.
[[nodiscard]] std::vector<Setting> settings_of(Model& model);

}  // namespace proxx
