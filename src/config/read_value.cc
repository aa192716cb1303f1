#include <algorithm>
#include <array>
#include <charconv>
#include <map>
#include <system_error>
#include <type_traits>

#include "anthropic/model_name.h"
#include "base/ascii.h"
#include "base/secret_text.h"
#include "config/header_field.h"
#include "config/nearest.h"
#include "config/setting.h"
#include "config/setting_words.h"

namespace proxx {
namespace {

using Read = tl::expected<void, Complaint>;

std::string shown_node(const YamlNode& node) {
  switch (node.kind) {
    case YamlNode::Kind::null:
      return "nothing";
    case YamlNode::Kind::scalar:
      return (node.quoted ? "\"" : "'") + shown(node.text) + (node.quoted ? "\"" : "'");
    case YamlNode::Kind::sequence:
      return "a list";
    case YamlNode::Kind::map:
      return "a map";
  }
  return {};
}

tl::unexpected<Complaint> complain(const YamlNode& node, std::string text) {
  return tl::unexpected(Complaint{std::move(text), node.place});
}

tl::unexpected<Complaint> expected(const YamlNode& node, const std::string& what) {
  return complain(node, "expected " + what + ", got " + shown_node(node));
}

// from_chars knows no locale (docs/faults.md L20).
template <class Number>
std::optional<Number> number(const YamlNode& node) {
  if (node.kind != YamlNode::Kind::scalar || node.quoted) return std::nullopt;
  Number value{};
  const char* end = node.text.data() + node.text.size();
  const auto [stop, error] = std::from_chars(node.text.data(), end, value);
  if (error != std::errc() || stop != end) return std::nullopt;
  return value;
}

template <class Number>
std::optional<Number> number_within(const YamlNode& node, const Rule& rule) {
  const auto value = number<Number>(node);
  if (!value || !(*value >= static_cast<Number>(rule.min)) ||
      !(*value <= static_cast<Number>(rule.max))) {
    return std::nullopt;
  }
  return value;
}

std::string range(const Rule& rule) {
  return " from " + std::to_string(rule.min) + " to " + std::to_string(rule.max);
}

template <class Words>
std::string one_of(const Words& words) {
  std::string out;
  for (const std::string_view& word : words) {
    const bool last = &word == &words.back();
    out.append(out.empty() ? "" : last ? " or " : ", ").append(word);
  }
  return out;
}

// One read() for each type of Slot.
struct Reader {
  const YamlNode& node;
  const Rule& rule;

  Read read(bool& to) const {
    const bool plain = node.kind == YamlNode::Kind::scalar && !node.quoted;
    if (!plain || (node.text != "true" && node.text != "false")) {
      return expected(node, "true or false");
    }
    to = node.text == "true";
    return {};
  }

  Read read(int64_t& to) const {
    const auto value = number_within<int64_t>(node, rule);
    if (!value) return expected(node, "an integer" + range(rule));
    to = *value;
    return {};
  }
  Read read(int& to) const {
    int64_t value = 0;
    return read(value).map([&] { to = static_cast<int>(value); });
  }
  Read read(std::optional<bool>& to) const { return read(to.emplace()); }
  Read read(std::optional<int64_t>& to) const { return read(to.emplace()); }

  Read read(double& to) const {
    const auto value = number_within<double>(node, rule);
    if (!value) return expected(node, "a number" + range(rule));
    to = *value;
    return {};
  }
  Read read(std::chrono::milliseconds& to) const {
    const auto seconds = number_within<double>(node, rule);
    if (!seconds) return expected(node, "seconds" + range(rule));
    // Rounded up: a little is not the zero that means no limit.
    using Milliseconds = std::chrono::duration<double, std::milli>;
    to = std::chrono::ceil<std::chrono::milliseconds>(Milliseconds(*seconds * 1000 - 1e-6));
    return {};
  }

  /// A bare number but 0 is more likely meant in MiB than in bytes: it is not taken.
  Read read(ByteCount& to) const {
    constexpr int64_t kMost = int64_t{64} << 30;
    const auto wrong = [&] { return expected(node, "a size such as 32MiB, or 0"); };
    if (node.kind != YamlNode::Kind::scalar || node.quoted) return wrong();
    if (node.text == "0") {
      to.bytes = 0;
      return {};
    }
    int64_t count = 0;
    const char* const end = node.text.data() + node.text.size();
    const auto [stop, error] = std::from_chars(node.text.data(), end, count);
    const std::string_view word(stop, static_cast<size_t>(end - stop));
    for (const ByteUnit& unit : kByteUnits) {
      if (error != std::errc() || word != unit.word) continue;
      if (count < 0 || count > kMost / unit.bytes) break;
      to.bytes = count * unit.bytes;
      return {};
    }
    return wrong();
  }

  Read read(std::string& to) const {
    if (node.kind != YamlNode::Kind::scalar) return expected(node, "text");
    if (std::any_of(node.text.begin(), node.text.end(), is_control)) {
      return complain(node, "a control character");
    }
    to = node.text;
    if (rule.check == nullptr) return {};
    if (auto wrong = rule.check(to)) return complain(node, std::move(*wrong));
    return {};
  }

  Read read(std::vector<std::string>& to) const {
    if (node.kind != YamlNode::Kind::sequence) return expected(node, "a list");
    to.clear();
    for (const YamlNode& child : node.children) {
      if (auto done = Reader{child, rule}.read(to.emplace_back()); !done) return done;
    }
    return {};
  }

  Read read(ReasoningFields& to) const {
    if (node.kind != YamlNode::Kind::sequence) return expected(node, "a list");
    for (const auto& [word, field] : kReasoningWords) to.*field = false;
    for (const YamlNode& child : node.children) {
      const auto found =
          std::find_if(kReasoningWords.begin(), kReasoningWords.end(), [&](const auto& entry) {
            return child.kind == YamlNode::Kind::scalar && child.text == entry.word;
          });
      if (found == kReasoningWords.end()) {
        std::array<std::string_view, kReasoningWords.size()> words;
        std::transform(kReasoningWords.begin(), kReasoningWords.end(), words.begin(),
                       [](const ReasoningWord& entry) { return entry.word; });
        return expected(child, one_of(words));
      }
      to.*(found->field) = true;
    }
    return {};
  }

  template <class E>
  std::enable_if_t<std::is_enum_v<E>, Read> read(E& to) const {
    const auto& words = kWords<E>;
    const auto found = std::find(words.begin(), words.end(), node.text);
    if (node.kind != YamlNode::Kind::scalar || found == words.end()) {
      return expected(node, one_of(words));
    }
    to = static_cast<E>(found - words.begin());
    return {};
  }

  Read read(Headers& to) const {
    if (node.kind != YamlNode::Kind::map) return expected(node, "a map of header names to values");
    if (node.children.size() > kMaxExtraHeaders) {
      return complain(node, "expected " + std::to_string(kMaxExtraHeaders) + " headers at most");
    }
    std::map<std::string, size_t> places;
    for (size_t i = 0; i < to.size(); ++i) places.emplace(lower(to[i].first), i);
    for (const YamlNode& child : node.children) {
      // The value may be a credential: no error repeats it.
      if (child.kind != YamlNode::Kind::scalar) {
        return complain(child, "expected the text of header " + shown(child.key));
      }
      if (auto wrong = check_header(child.key, child.text)) {
        return tl::unexpected(Complaint{std::move(*wrong), child.key_place});
      }
      const auto [place, fresh] = places.emplace(lower(child.key), to.size());
      (fresh ? to.emplace_back() : to[place->second]) = {child.key, child.text};
    }
    return {};
  }

  Read read(std::vector<ModelEntry>& to) const {
    if (node.kind != YamlNode::Kind::map) return expected(node, "a map of model names");
    std::map<std::string, size_t> places;
    for (size_t i = 0; i < to.size(); ++i) places.emplace(to[i].name, i);
    for (const YamlNode& child : node.children) {
      ModelEntry entry;
      if (auto done = read_entry(child, entry); !done) return done;
      const auto [place, fresh] = places.emplace(entry.name, to.size());
      (fresh ? to.emplace_back() : to[place->second]) = std::move(entry);
    }
    return {};
  }

  static Read read_entry(const YamlNode& node, ModelEntry& entry) {
    entry.name = node.key;
    entry.id = node.text;
    if (entry.name.empty()) {
      return tl::unexpected(Complaint{"expected a model name", node.key_place});
    }
    if (begins_like_key(entry.name)) {
      return tl::unexpected(
          Complaint{"expected a model name, got " + shown(entry.name), node.key_place});
    }
    if (node.kind == YamlNode::Kind::map) {
      entry.id = entry.name;
      const auto note = [&](const Setting& setting, const YamlNode&) {
        if (setting.name != "id" && setting.name != "like")
          entry.corrected.emplace_back(setting.name);
      };
      std::vector<Setting> fields = settings_of(entry.values);
      fields.insert(fields.begin(), {Setting{"id", &entry.id}, Setting{"like", &entry.like}});
      if (auto done = read_map(node, fields, note); !done) return done;
    } else if (node.kind != YamlNode::Kind::scalar) {
      return expected(node, "a model id or a map");
    }
    if (entry.id.empty()) return complain(node, "expected a model id");
    if (begins_like_key(entry.id)) {
      return complain(node, "expected a model id, got " + shown(entry.id));
    }
    if (is_pattern(entry.id)) {
      return complain(node, entry.id == entry.name
                                ? "expected an id, because a name with '*' is no model's"
                                : "expected a model id without '*'");
    }
    return {};
  }
};

// ---- names

std::string_view last_part(std::string_view name) {
  return name.substr(name.rfind('.') + 1);  // npos + 1 is 0
}

/// What a key would be called, had it a place in the file.
bool names_a_key(std::string_view key) {
  constexpr std::string_view kNames[] = {
      "api_key",           "apikey", "key",  "auth_token",
      "anthropic_api_key", "token",  "keys", "anthropic_auth_token",
      "api_keys"};
  const std::string name = lower(key);
  return std::find(std::begin(kNames), std::end(kNames), name) != std::end(kNames);
}

std::string hint(std::string_view path, const std::string& key,
                 const std::vector<Setting>& settings) {
  if (names_a_key(key)) {
    return ": keys are not kept here; api_key_file or api_key_command says where one is";
  }
  if (looks_like_secret(key)) return {};
  std::vector<std::string_view> here;
  for (const Setting& setting : settings) {
    if (setting.name.substr(0, path.size()) != path) continue;
    const std::string_view rest = setting.name.substr(path.size());
    here.push_back(rest.substr(0, rest.find('.')));
  }
  // Right word, wrong place.
  for (const Setting& setting : settings) {
    const std::string_view name = setting.name;
    if (last_part(name) != last_part(key)) continue;
    const std::string place = name == last_part(name)
                                  ? "at the top level"
                                  : "under '" + std::string(name.substr(0, name.find('.'))) + "'";
    return " (did you mean '" + std::string(last_part(name)) + "' " + place + "?)";
  }
  if (const auto near = nearest(key, here)) return " (did you mean '" + std::string(*near) + "'?)";
  return {};
}

Read read_map_at(const YamlNode& map, const std::string& path, const std::vector<Setting>& settings,
                 const OnRead& on_read) {
  if (map.kind == YamlNode::Kind::null) return {};
  if (map.kind != YamlNode::Kind::map) {
    const std::string section = path.substr(0, path.find_last_of('.'));
    return expected(map,
                    section.empty() ? "a map of keys" : "a map of keys under '" + section + "'");
  }
  for (const YamlNode& child : map.children) {
    const std::string name = path + child.key;
    const bool dotted = child.key.find('.') != std::string::npos;
    const auto setting = std::find_if(settings.begin(), settings.end(),
                                      [&](const Setting& s) { return s.name == name; });
    const std::string section = name + ".";
    const bool is_section = std::any_of(settings.begin(), settings.end(), [&](const Setting& s) {
      return s.name.substr(0, section.size()) == section;
    });
    if (!dotted && is_section) {
      if (auto done = read_map_at(child, section, settings, on_read); !done) return done;
    } else if (dotted || setting == settings.end()) {
      return tl::unexpected(
          Complaint{"unknown key '" + shown(child.key) + "'" + hint(path, child.key, settings),
                    child.key_place});
    } else if (child.kind != YamlNode::Kind::null) {
      if (auto done = read_value(child, *setting); !done) {
        Complaint complaint = std::move(done).error();
        complaint.text.insert(0, name + ": ");
        return tl::unexpected(std::move(complaint));
      }
      on_read(*setting, child);
    }
  }
  return {};
}

}  // namespace

tl::expected<void, Complaint> read_value(const YamlNode& node, const Setting& setting) {
  return std::visit([&](auto* to) { return Reader{node, setting.rule}.read(*to); }, setting.slot);
}

tl::expected<void, Complaint> read_map(const YamlNode& map, const std::vector<Setting>& settings,
                                       const OnRead& on_read) {
  return read_map_at(map, "", settings, on_read);
}

}  // namespace proxx
