// A configuration that is taken prints as one that is taken and says the same, unless a value of it
// looks like a key. One that is refused
// is told why, on one line that names the file. No value that looks like a credential is printed.

#include <sys/mman.h>
#include <unistd.h>

#include <algorithm>

#include "base/secret_text.h"
#include "base/utf8.h"
#include "config/header_field.h"
#include "config/load.h"
#include "config/render.h"
#include "config/setting.h"
#include "config/settings_table.h"
#include "config/upstream_url.h"
#include "config/yaml_tree.h"
#include "fuzz.h"

namespace proxx::fuzz {
namespace {

/// A file in memory, with a path.
class MemoryFile {
 public:
  MemoryFile() : descriptor_(memfd_create("fuzz", MFD_CLOEXEC)) {
    expect(descriptor_ != -1, "a file in memory");
  }
  MemoryFile(const MemoryFile&) = delete;
  MemoryFile& operator=(const MemoryFile&) = delete;
  ~MemoryFile() { close(descriptor_); }

  void put(std::string_view text) const {
    expect(ftruncate(descriptor_, 0) == 0 && pwrite(descriptor_, text.data(), text.size(), 0) ==
                                                 static_cast<ssize_t>(text.size()),
           "a file in memory takes it");
  }
  [[nodiscard]] std::string path() const { return "/proc/self/fd/" + std::to_string(descriptor_); }

 private:
  int descriptor_;
};

Result<LoadedSettings> load(std::string_view text) {
  static const MemoryFile file;
  file.put(text);
  Sources sources;
  sources.config_path = file.path();
  sources.getenv = [](const char*) { return std::nullopt; };
  sources.directory = "/proc";
  return load_settings(sources);
}

size_t lines_of(std::string_view text) {
  return static_cast<size_t>(std::count(text.begin(), text.end(), '\n')) + 1;
}

void check_tree(const YamlNode& node, size_t lines, size_t depth) {
  expect(depth <= kMaxYamlDepth + 1, "no deeper than allowed");
  expect(node.place.line >= 1 && node.place.column >= 1, "a node has a place");
  expect(static_cast<size_t>(node.place.line) <= lines, "in the file");
  for (const YamlNode& child : node.children) check_tree(child, lines, depth + 1);
}

void check_refusal(const Error& error) {
  expect(error.kind == ErrorKind::usage, "a refusal is a usage error");
  // PATH:LINE:COLUMN: what, or PATH: what.
  expect(error.message.rfind("/proc/self/fd/", 0) == 0, "a refusal names the file", error.message);
  expect(error.message.find(": ") + 2 < error.message.size(), "and says why", error.message);
  expect(error.message.find('\n') == std::string::npos, "on one line", error.message);
}

/// A text of the user's that holds one, too, is printed; so they are not searched for.
void check_secrets(LoadedSettings loaded, const std::string& page) {
  for (auto& [name, value] : loaded.settings.headers) {
    if (looks_secret(name, value)) value = "Bearer of another";
  }
  expect(render_settings(loaded) == page, "the page is the same with other secrets", page);
}

/// Every value as it prints. What is not printed, by intent, is made alike; so is a base URL, which
/// loses a /v1 at its end each time that it is read.
std::vector<std::string> values_of(const LoadedSettings& loaded) {
  Settings settings = loaded.settings;
  for (auto& [name, value] : settings.headers) {
    if (looks_secret(name, value)) value = "[set]";
  }
  if (settings.proxy.find_first_of("@?#") != std::string::npos) settings.proxy = "[set]";
  const auto url = parse_upstream_url(settings.upstream_url);
  expect(url.has_value(), "a URL that is taken is taken again");
  settings.upstream_url = url->text;
  std::vector<std::string> values;
  for (const Setting& setting : settings_of(settings)) {
    values.push_back(std::string(setting.name) + ": " + print_value(setting.slot));
  }
  return values;
}

/// Whether a value that prints as it is looks like a key: that is redacted.
bool has_key(const LoadedSettings& loaded) {
  const std::vector<std::string> values = values_of(loaded);
  return std::any_of(values.begin(), values.end(),
                     [](const std::string& value) { return without_keys(value) != value; });
}

void check(std::string_view text) {
  const auto tree = parse_yaml(text);
  if (tree) {
    check_tree(*tree, lines_of(text), 0);
  } else {
    expect(!tree.error().text.empty(), "a complaint says why");
    expect(tree.error().place.line >= 1 && tree.error().place.column >= 1, "and where");
  }
  const auto loaded = load(text);
  if (!loaded) return check_refusal(loaded.error());
  expect(tree.has_value(), "what is taken is YAML");
  const std::string page = render_settings(*loaded);
  expect(utf8::find_invalid(page) == std::string_view::npos, "the page is UTF-8", page);
  check_secrets(*loaded, page);
  if (has_key(*loaded)) return;
  const auto again = load(page);
  expect(again.has_value(), "the page is taken",
         again ? page : again.error().message + "\n" + page);
  expect(values_of(*loaded) == values_of(*again), "the page says the same", page);
}

}  // namespace
}  // namespace proxx::fuzz

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  proxx::fuzz::check({reinterpret_cast<const char*>(data), size});
  return 0;
}
