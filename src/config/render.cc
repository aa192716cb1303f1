#include "config/render.h"

#include <algorithm>

#include "base/ascii.h"
#include "config/header_field.h"
#include "config/setting.h"
#include "config/settings_table.h"

namespace proxx {
namespace {

constexpr size_t kCommentColumn = 42;
constexpr const char* kSecret = "[set]";

std::string without_password(const std::string& url) {
  const size_t scheme = url.find("://");
  const size_t start = scheme == std::string::npos ? 0 : scheme + 3;
  const size_t at = url.rfind('@');
  if (at == std::string::npos || at < start) return url;
  return url.substr(0, start) + kSecret + url.substr(at);
}

// A path is whatever the user has; a comment is one line.
std::string one_line(std::string text) {
  std::replace_if(text.begin(), text.end(), is_control, '?');
  return text;
}

class Page {
 public:
  explicit Page(const LoadedSettings& loaded) : loaded_(loaded) {}

  void line(size_t indent, const std::string& text, const std::string& key) {
    std::string out = std::string(indent, ' ') + text;
    out.append(out.size() < kCommentColumn ? kCommentColumn - out.size() : 1, ' ');
    const auto origin = loaded_.origins.find(key);
    const Origin found = origin == loaded_.origins.end() ? Origin{} : origin->second;
    text_ += out + "# " + one_line(to_string(found)) + "\n";
  }
  void bare(const std::string& text) { text_ += text + "\n"; }
  std::string take() { return std::move(text_); }

 private:
  const LoadedSettings& loaded_;
  std::string text_;
};

void put_headers(Page& page, const Headers& headers) {
  if (headers.empty()) return page.line(0, "headers: {}", "headers");
  page.bare("headers:");
  for (const auto& [name, value] : headers) {
    const std::string shown = looks_secret(name, value) ? kSecret : value;
    page.line(2, print_text(name) + ": " + print_text(shown), "headers." + name);
  }
}

void put_models(Page& page, const std::vector<ModelEntry>& models) {
  if (models.empty()) return page.line(0, "models: {}", "models");
  page.bare("models:");
  for (const ModelEntry& entry : models) {
    page.line(2, print_text(entry.name) + ": " + print_value(entry), "models." + entry.name);
  }
}

}  // namespace

std::string render_settings(const LoadedSettings& loaded) {
  Settings settings = loaded.settings;
  settings.proxy = without_password(settings.proxy);
  Page page(loaded);
  page.bare("# configuration file: " +
            (loaded.file.empty() ? std::string("none") : one_line(loaded.file)));
  Settings defaults;
  const std::vector<Setting> built_in = settings_of(defaults);
  size_t row = 0;
  std::string_view open_section;
  for (const Setting& setting : settings_of(settings)) {
    const bool empty_by_default = print_value(built_in[row++].slot) == "~";
    const size_t dot = setting.name.find('.');
    const bool nested = dot != std::string_view::npos;
    const std::string_view section = nested ? setting.name.substr(0, dot) : std::string_view();
    if (nested && section != open_section) page.bare(std::string(section) + ":");
    open_section = section;
    if (std::holds_alternative<Headers*>(setting.slot)) {
      put_headers(page, settings.headers);
    } else if (std::holds_alternative<std::vector<ModelEntry>*>(setting.slot)) {
      put_models(page, settings.models);
    } else {
      std::string text(setting.name.substr(nested ? dot + 1 : 0));
      text.append(": ").append(empty_by_default ? print_value(setting.slot)
                                                : print_set_value(setting.slot));
      page.line(nested ? 2 : 0, text, std::string(setting.name));
    }
  }
  for (const std::string& variable : loaded.credential_variables) {
    page.bare("# " + variable + ": " + kSecret);
  }
  return page.take();
}

}  // namespace proxx
