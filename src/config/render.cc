#include "config/render.h"

#include <algorithm>

#include "base/ascii.h"
#include "base/secret_text.h"
#include "config/header_field.h"
#include "config/setting.h"
#include "config/settings_table.h"

namespace proxx {
namespace {

constexpr size_t kCommentColumn = 42;
constexpr const char* kSecret = "[set]";

/// A proxy's URL: what is in its login and its query may be secret.
std::string without_secret_parts(std::string url) {
  const std::string_view login = login_in(url);
  const size_t begin = static_cast<size_t>(login.data() - url.data());
  const size_t query = url.find_first_of("?#", begin + login.size());
  if (query != std::string::npos) url.replace(query + 1, std::string::npos, kSecret);
  if (!login.empty()) url.replace(begin, login.size(), kSecret);
  return url;
}

// A path is whatever the user has; a comment is one line.
std::string comment(std::string_view text) {
  std::string out = "# " + without_keys(text);
  std::replace_if(out.begin(), out.end(), is_control, '?');
  return out;
}

class Page {
 public:
  explicit Page(const LoadedSettings& loaded) : loaded_(loaded) {}

  void line(size_t indent, const std::string& text, const std::string& key) {
    // A key may stand in the place of a path, a model, a host.
    std::string out = std::string(indent, ' ') + without_keys(text);
    out.append(out.size() < kCommentColumn ? kCommentColumn - out.size() : 1, ' ');
    const auto origin = loaded_.origins.find(key);
    const Origin found = origin == loaded_.origins.end() ? Origin{} : origin->second;
    bare(out + comment(to_string(found)));
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
  settings.proxy = without_secret_parts(settings.proxy);
  Page page(loaded);
  page.bare(comment("configuration file: " + (loaded.file.empty() ? "none" : loaded.file)));
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
