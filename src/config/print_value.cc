#include <charconv>
#include <type_traits>

#include "base/utf8.h"
#include "config/setting.h"
#include "config/setting_words.h"

namespace proxx {
namespace {

constexpr std::string_view kTypedWords[] = {"~",     "null", "Null", "NULL", "true",
                                            "false", "yes",  "no",   "on",   "off"};

bool is_plain_char(char c) {
  return (c >= '0' && c <= '9') || (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') ||
         std::string_view("_-./:@+").find(c) != std::string_view::npos;
}

// True if a YAML reader may take the plain text for a number, a date, a boolean or null.
bool reads_as_typed(std::string_view text) {
  for (std::string_view word : kTypedWords) {
    if (text == word) return true;
  }
  double number = 0;
  const char* end = text.data() + text.size();
  if (std::from_chars(text.data(), end, number).ptr == end) return true;
  return text.size() == 10 && text[4] == '-' && text[7] == '-';
}

bool is_plain(std::string_view text) {
  if (text.empty() || text.back() == ':' || reads_as_typed(text)) return false;
  if (text.front() == '-' || text.front() == ':' || text.front() == '@') return false;
  for (char c : text) {
    if (!is_plain_char(c)) return false;
  }
  return true;
}

template <class List, class Print>
std::string bracketed(const List& list, Print print) {
  std::string out = "[";
  for (const auto& element : list) out.append(out.size() > 1 ? ", " : "").append(print(element));
  return out + "]";
}

template <class Number>
std::string print_number(Number number) {
  char buffer[32];
  return {buffer, std::to_chars(buffer, buffer + sizeof buffer, number).ptr};
}

std::string print(bool value) {
  return value ? "true" : "false";
}
std::string print(int value) {
  return print_number(value);
}
std::string print(int64_t value) {
  return print_number(value);
}
std::string print(double value) {
  return print_number(value);
}
std::string print(const std::optional<bool>& value) {
  return value ? print(*value) : "~";
}
std::string print(const std::optional<int64_t>& value) {
  return value ? print(*value) : "~";
}
std::string print(std::chrono::milliseconds value) {
  const int64_t ms = value.count();
  return ms % 1000 == 0 ? print(ms / 1000) : print(static_cast<double>(ms) / 1000);
}
std::string print(ByteCount value) {
  for (const ByteUnit& unit : kByteUnits) {
    if (value.bytes != 0 && value.bytes % unit.bytes == 0) {
      return print(value.bytes / unit.bytes) + std::string(unit.word);
    }
  }
  return print(value.bytes);
}
std::string print(const std::string& value) {
  return value.empty() ? "~" : print_text(value);
}
std::string print(const std::vector<std::string>& value) {
  return bracketed(value, print_text);
}
std::string print(const ReasoningFields& value) {
  std::vector<std::string> words;
  for (const auto& [word, field] : kReasoningWords) {
    if (value.*field) words.emplace_back(word);
  }
  return print(words);
}
std::string print(const Headers& value) {
  std::string out = "{";
  for (const auto& [name, text] : value) {
    out.append(out.size() > 1 ? ", " : "").append(print_text(name) + ": " + print_text(text));
  }
  return out + "}";
}
std::string print(const std::vector<ModelEntry>& value) {
  std::string out = "{";
  for (const ModelEntry& entry : value) {
    out.append(out.size() > 1 ? ", " : "").append(print_text(entry.name) + ": ");
    out.append(print_value(entry));
  }
  return out + "}";
}
template <class E>
std::enable_if_t<std::is_enum_v<E>, std::string> print(E value) {
  return std::string(kWords<E>[static_cast<size_t>(value)]);
}

}  // namespace

std::string print_text(std::string_view text) {
  if (is_plain(text)) return std::string(text);
  const bool utf8 = utf8::find_invalid(text) == std::string_view::npos;
  std::string out = "\"";
  for (char c : text) {
    const auto byte = static_cast<unsigned char>(c);
    if (c == '"' || c == '\\') {
      out.append({'\\', c});
    } else if (byte < 0x20 || byte == 0x7f || (byte >= 0x80 && !utf8)) {
      constexpr std::string_view kHex = "0123456789abcdef";
      out.append({'\\', 'x', kHex[byte >> 4], kHex[byte & 15]});
    } else {
      out.push_back(c);
    }
  }
  return out + "\"";
}

std::string print_value(const ModelEntry& entry) {
  if (entry.corrected.empty() && entry.like.empty() && entry.id != entry.name)
    return print_text(entry.id);
  Model values = entry.values;
  std::string out = "{id: " + print_text(entry.id);
  if (!entry.like.empty()) out += ", like: " + print_text(entry.like);
  std::string open_section;
  for (const Setting& field : settings_of(values)) {
    bool corrected = false;
    for (const std::string& name : entry.corrected) corrected = corrected || name == field.name;
    if (!corrected) continue;
    const size_t dot = field.name.find('.');
    const std::string section(field.name.substr(0, dot == std::string_view::npos ? 0 : dot));
    if (!open_section.empty() && section != open_section) out += "}";
    const bool opens = !section.empty() && section != open_section;
    out.append(", ");
    if (opens) out.append(section + ": {");
    open_section = section;
    out.append(field.name.substr(dot + 1)).append(": " + print_set_value(field.slot));
  }
  return out + (open_section.empty() ? "}" : "}}");
}

std::string print_value(const Slot& slot) {
  return std::visit([](const auto* value) { return print(*value); }, slot);
}

std::string print_set_value(const Slot& slot) {
  const auto* const text = std::get_if<std::string*>(&slot);
  return text != nullptr && (*text)->empty() ? R"("")" : print_value(slot);
}

void copy_value(const Slot& from, const Slot& to) {
  std::visit([&](const auto* value) { *std::get<std::decay_t<decltype(*value)>*>(to) = *value; },
             from);
}

}  // namespace proxx
