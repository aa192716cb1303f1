#include "upstream/secrets.h"

#include <algorithm>
#include <iterator>
#include <unordered_set>

#include "base/ascii.h"
#include "base/base64.h"
#include "base/secret_text.h"
#include "upstream/secret_search.h"

namespace proxx {
namespace {

constexpr std::string_view kBlank = " \t";

/// A capital, or letters and digits: no word of a protocol's.
bool is_mixed(std::string_view text) {
  const auto has = [text](auto kind) { return std::any_of(text.begin(), text.end(), kind); };
  return has([](char c) { return c != lower(c); }) || (has(is_digit) && has(is_letter));
}

/// A whole value is a key if it is long enough; a part of one may be a plain word.
bool is_whole(std::string_view text) {
  return text.size() >= kMinSecretBytes || (text.size() >= kMinMixedSecretBytes && is_mixed(text));
}
bool is_part(std::string_view text) {
  constexpr size_t kLongWord = 16;
  if (text.size() < kMinMixedSecretBytes) return false;
  const bool word =
      std::all_of(text.begin(), text.end(), [](char c) { return is_letter(c) && c == lower(c); });
  return is_mixed(text) || (!word && text.size() >= kMinSecretBytes) || text.size() >= kLongWord;
}

/// The secrets found so far, each once.
class Found {
 public:
  void add(std::string_view value) {
    if (seen_.emplace(value).second) secrets_.emplace_back(value);
  }
  Secrets take() { return std::move(secrets_); }

 private:
  Secrets secrets_;
  std::unordered_set<std::string> seen_;
};

/// `user:password`, and the password.
void add_login(Found& found, std::string_view login) {
  if (is_whole(login)) found.add(login);
  const size_t colon = login.find(':');
  if (colon == std::string_view::npos) return;
  if (const auto password = login.substr(colon + 1); is_whole(password)) found.add(password);
}

/// The value behind the first `=` of `name=value` or of `name="value"`.
std::string_view parameter_value(std::string_view text) {
  const size_t equals = text.find('=');
  return trimmed(equals == std::string_view::npos ? text : text.substr(equals + 1), " \t\"");
}

void add_parts(Found& found, std::string_view value) {
  while (!value.empty()) {
    const size_t end = std::min(value.find_first_of(";, \t"), value.size());
    const std::string_view part = trimmed(value.substr(0, end), " \t\"");
    value.remove_prefix(std::min(end + 1, value.size()));
    for (const std::string_view each : {part, parameter_value(part)}) {
      if (is_part(each)) found.add(each);
    }
  }
}

bool is_scheme(std::string_view word) {
  constexpr std::string_view kSchemes[] = {"bearer", "basic",     "digest",          "token",
                                           "apikey", "negotiate", "AWS4-HMAC-SHA256"};
  return std::any_of(std::begin(kSchemes), std::end(kSchemes),
                     [word](std::string_view scheme) { return same_word(word, scheme); });
}

void add_value(Found& found, std::string_view value) {
  const size_t space = std::min(value.find(' '), value.size());
  const std::string_view scheme = value.substr(0, space);
  if (is_scheme(scheme)) value = trimmed(value.substr(space), kBlank);
  if (is_whole(value)) found.add(value);
  if (same_word(scheme, "basic")) add_login(found, decode_base64(value));
  add_parts(found, value);
}

bool is_secret(std::string_view name, std::string_view value) {
  return names_secret(name) || begins_like_key(value);
}

/// Fields by which the answer is read and tried again: a mask would change what they say.
bool steers_exchange(std::string_view name) {
  constexpr std::string_view kFields[] = {"content-type",     "content-length", "transfer-encoding",
                                          "content-encoding", "connection",     "retry-after",
                                          "retry-after-ms",   "x-should-retry"};
  return std::any_of(std::begin(kFields), std::end(kFields),
                     [name](std::string_view field) { return same_word(name, field); });
}

/// Masks what `found` has in `text`.
void cover(const FoundSecrets& found, std::string& text) {
  for (const auto& [begin, end] : found.spans) {
    std::fill(text.begin() + static_cast<std::ptrdiff_t>(begin),
              text.begin() + static_cast<std::ptrdiff_t>(end), '*');
  }
}

}  // namespace

std::string shown_header(std::string_view line, const Secrets& secrets) {
  const size_t colon = std::min(line.find(':'), line.size());
  const std::string_view name = trimmed(line.substr(0, colon), kBlank);
  std::string shown;
  if (colon == line.size() || name.find(' ') != std::string_view::npos) {
    shown = without_keys(line);  // a request's or a status's line
  } else if (is_secret(name, trimmed(line.substr(colon + 1), kBlank))) {
    shown.append(line.substr(0, colon)).append(": ").append(kRedacted);
  } else {
    shown = line;
  }
  mask_whole(secrets, shown);
  return shown;
}

Secrets secrets_in(const HeaderList& headers) {
  Found found;
  for (const auto& [name, value] : headers) {
    if (value.size() < kMinMixedSecretBytes) continue;
    if (is_secret(name, value)) add_value(found, trimmed(value, kBlank));
  }
  return found.take();
}

Secrets secrets_in_login(std::string_view login) {
  Found found;
  add_login(found, login);
  return found.take();
}

Secrets secrets_in_url(std::string_view url) {
  return secrets_in_login(percent_decoded(login_in(url)));
}

void add_secrets(const std::vector<std::string>& values, Secrets& secrets) {
  std::copy_if(values.begin(), values.end(), std::back_inserter(secrets), is_whole);
}

void mask(const Secrets& secrets, std::string& text) {
  if (secrets.empty()) return;
  cover(find_secrets(secrets, text, TextEnd::cut), text);
}

void mask_whole(const Secrets& secrets, std::string& text) {
  if (secrets.empty()) return;
  cover(find_secrets(secrets, text, TextEnd::whole), text);
}

void mask_values(const Secrets& secrets, HeaderList& headers) {
  for (auto& [name, value] : headers) {
    if (!steers_exchange(name)) mask_whole(secrets, value);
  }
}

std::string StreamMask::take(const Secrets& secrets, std::string_view bytes) {
  std::string text = std::move(withheld_).append(bytes);
  const FoundSecrets found = find_secrets(secrets, text, TextEnd::open);
  withheld_ = text.substr(found.undecided);
  cover(found, text);
  text.resize(found.undecided);
  return text;
}

std::string StreamMask::finish(const Secrets& secrets) {
  std::string text = std::move(withheld_);
  withheld_.clear();
  mask(secrets, text);
  return text;
}

}  // namespace proxx
