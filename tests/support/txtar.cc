#include "support/txtar.h"

#include <algorithm>
#include <cstdlib>
#include <fstream>
#include <iterator>
#include <stdexcept>

namespace proxx::test {
namespace {

bool is_marker(std::string_view line) {
  return line.size() > 6 && line.substr(0, 3) == "-- " && line.substr(line.size() - 3) == " --";
}

std::string trimmed(std::string_view text) {
  const auto begin = text.find_first_not_of(" \t");
  if (begin == std::string_view::npos) return {};
  return std::string(text.substr(begin, text.find_last_not_of(" \t") - begin + 1));
}

}  // namespace

const std::string* Txtar::find(std::string_view name) const {
  for (const Section& section : sections) {
    if (section.name == name) return &section.text;
  }
  return nullptr;
}

std::string Txtar::text(std::string_view name) const {
  const std::string* found = find(name);
  if (found == nullptr) return {};
  std::string out = *found;
  if (!out.empty() && out.back() == '\n') out.pop_back();
  return out;
}

void Txtar::set(std::string_view name, std::string text) {
  if (!text.empty() && text.back() != '\n') text.push_back('\n');
  for (Section& section : sections) {
    if (section.name == name) {
      section.text = std::move(text);
      return;
    }
  }
  sections.push_back({std::string(name), std::move(text)});
}

std::vector<std::pair<std::string, std::string>> Txtar::options(std::string_view name) const {
  std::vector<std::pair<std::string, std::string>> out;
  const std::string all = text(name);
  std::string_view rest = all;
  while (!rest.empty()) {
    const auto end = rest.find('\n');
    const std::string_view line = rest.substr(0, end);
    rest = end == std::string_view::npos ? std::string_view() : rest.substr(end + 1);
    const auto colon = line.find(':');
    if (colon == std::string_view::npos) continue;
    out.emplace_back(trimmed(line.substr(0, colon)), trimmed(line.substr(colon + 1)));
  }
  return out;
}

Txtar parse_txtar(std::string_view text) {
  Txtar archive;
  std::string* current = &archive.comment;
  while (!text.empty()) {
    const auto newline = text.find('\n');
    const auto length = newline == std::string_view::npos ? text.size() : newline + 1;
    const std::string_view line = text.substr(0, newline);
    if (is_marker(line)) {
      archive.sections.push_back({std::string(line.substr(3, line.size() - 6)), {}});
      current = &archive.sections.back().text;
    } else {
      current->append(text.substr(0, length));
    }
    text.remove_prefix(length);
  }
  return archive;
}

std::string format_txtar(const Txtar& archive) {
  std::string out = archive.comment;
  for (const auto& section : archive.sections) {
    out += "-- " + section.name + " --\n" + section.text;
  }
  return out;
}

std::string read_file(const std::filesystem::path& path) {
  std::ifstream in(path, std::ios::binary);
  if (!in) throw std::runtime_error("cannot read " + path.string());
  return {std::istreambuf_iterator<char>(in), {}};
}

void write_file(const std::filesystem::path& path, std::string_view text) {
  std::ofstream out(path, std::ios::binary);
  out.write(text.data(), static_cast<std::streamsize>(text.size()));
  if (!out.flush()) throw std::runtime_error("cannot write " + path.string());
}

std::vector<std::filesystem::path> golden_files(std::string_view folder) {
  std::vector<std::filesystem::path> out;
  const auto root = std::filesystem::path(PROXX_TESTS_DIR) / "golden" / folder;
  for (const auto& entry : std::filesystem::directory_iterator(root)) {
    if (entry.path().extension() == ".txtar") out.push_back(entry.path());
  }
  std::sort(out.begin(), out.end());
  return out;
}

bool update_golden() {
  const char* value = std::getenv("PROXX_UPDATE_GOLDEN");
  return value != nullptr && std::string_view(value) == "1";
}

}  // namespace proxx::test
