#include "upstream/curl/trust.h"

#include <algorithm>
#include <cstdlib>
#include <filesystem>
#include <string_view>

namespace proxx {
namespace {

std::string environment(const char* name) {
  const char* value = std::getenv(name);
  return value != nullptr ? value : "";
}

// As `openssl rehash` names them: 1f2e3d4c.0
bool is_hashed_link(std::string_view name) {
  return name.size() == 10 && name.substr(8) == ".0" &&
         std::all_of(name.begin(), name.begin() + 8,
                     [](char c) { return (c >= '0' && c <= '9') || (c >= 'a' && c <= 'f'); });
}

bool has_hashed_links(const char* directory) {
  std::error_code error;
  for (std::filesystem::directory_iterator entry(directory, error), end; !error && entry != end;
       entry.increment(error))
    if (is_hashed_link(entry->path().filename().native())) return true;
  return false;
}

}  // namespace

Trust choose_trust(const std::string& ca_file) {
  if (!ca_file.empty()) return {false, ca_file, ""};
  if (std::string bundle = environment("CURL_CA_BUNDLE"); !bundle.empty())
    return {false, std::move(bundle), ""};
  std::string file = environment("SSL_CERT_FILE");
  std::string directory = environment("SSL_CERT_DIR");
  if (!file.empty() || !directory.empty()) return {false, std::move(file), std::move(directory)};
  const char* system = curl_version_info(CURLVERSION_NOW)->capath;
  if (system != nullptr && has_hashed_links(system)) return {false, "", system};
  return {};
}

void apply_trust(CURL* easy, const Trust& trust) {
  if (trust.builtin) return;
  const char* file = trust.file.empty() ? nullptr : trust.file.c_str();
  const char* directory = trust.directory.empty() ? nullptr : trust.directory.c_str();
  curl_easy_setopt(easy, CURLOPT_CAINFO, file);
  curl_easy_setopt(easy, CURLOPT_CAPATH, directory);
  curl_easy_setopt(easy, CURLOPT_PROXY_CAINFO, file);
  curl_easy_setopt(easy, CURLOPT_PROXY_CAPATH, directory);
}

}  // namespace proxx
