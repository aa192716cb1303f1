#include "base/secret_text.h"

#include <algorithm>
#include <array>
#include <bitset>

#include "base/ascii.h"

namespace proxx {
namespace {

constexpr const char* kHidden = "[redacted: it looks like a key]";

bool is_alnum(char c) {
  return is_letter(c) || is_digit(c);
}

bool contains(std::string_view text, std::string_view part) {
  return text.find(part) != std::string_view::npos;
}

// ---- known kinds of keys

struct Beginning {
  std::string_view text;
  size_t more;  ///< characters of a key that have to follow
};
constexpr Beginning kBeginnings[] = {
    {"sk-ant", 0},
    {"sk-", 8},
    {"sk_", 8},
    {"pk_", 16},
    {"rk_", 16},
    {"ghp_", 8},
    {"gho_", 8},
    {"ghu_", 8},
    {"ghs_", 8},
    {"ghr_", 8},
    {"github_pat_", 0},
    {"glpat-", 0},
    {"hf_", 16},
    {"gsk_", 16},
    {"xai-", 16},
    {"xoxb-", 0},
    {"xoxp-", 0},
    {"xoxa-", 0},
    {"bedrock-api-key-", 0},
    {"AKIA", 12},
    {"ASIA", 12},
    {"ABSK", 16},
    {"AIza", 16},
    {"ya29.", 8},
    {"eyJ", 10},
    {"-----BEGIN", 0},
};

bool is_key_char(char c) {
  return is_alnum(c) || c == '-' || c == '_' || c == '.' || c == '+' || c == '/' || c == '=';
}

bool begins_key(std::string_view word) {
  return std::any_of(std::begin(kBeginnings), std::end(kBeginnings), [word](const Beginning& one) {
    if (word.front() != one.text.front() || !word.starts_with(one.text)) return false;
    const std::string_view rest = word.substr(one.text.size());
    const auto end = std::find_if_not(rest.begin(), rest.end(), is_key_char);
    return static_cast<size_t>(end - rest.begin()) >= one.more;
  });
}

/// `Bearer KEY`, `Basic KEY`
bool has_scheme(std::string_view text) {
  for (const std::string_view scheme : {"bearer ", "basic "}) {
    if (text.size() > scheme.size() && same_word(text.substr(0, scheme.size()), scheme))
      return true;
  }
  return false;
}

/// `https://user:password@host`, `user:password@host`
bool has_password(std::string_view text) {
  return contains(login_in(text), ":");
}

// ---- random words

/// What joins the parts of a name, and is found in base64.
bool is_joint(char c) {
  return c == '-' || c == '_' || c == '+' || c == '=' || c == '~' || c == '/';
}

/// Names are words and numbers; a random text changes between letters and digits, and between
/// capital and small letters, at every second character.
struct Changes {
  size_t characters = 0;
  size_t all = 0;
  size_t digits = 0;  ///< from or to a digit
  bool has_digit = false;

  explicit Changes(std::string_view run) {
    char before = '\0';
    size_t capitals = 0;  ///< of those that end here
    for (const char c : run) {
      const char kind = is_digit(c) ? '0' : !is_letter(c) ? '\0' : c == lower(c) ? 'a' : 'A';
      characters += kind != '\0';
      has_digit = has_digit || kind == '0';
      // One capital belongs to the small letters behind it.
      const bool capitalised = before == 'A' && kind == 'a' && capitals == 1;
      if (before != '\0' && kind != '\0' && before != kind && !capitalised) {
        ++all;
        digits += before == '0' || kind == '0';
      }
      capitals = kind == 'A' ? capitals + 1 : 0;
      before = kind;
    }
  }
};

size_t distinct(std::string_view text) {
  std::bitset<256> seen;
  for (const char c : text) seen.set(static_cast<unsigned char>(c));
  return seen.count();
}

/// A long word of letters that no language has: few vowels, many of the rarest letters.
bool is_unspeakable(std::string_view word) {
  constexpr size_t kMinLetters = 20;
  if (word.size() < kMinLetters || distinct(word) < 8) return false;
  const auto count = [word](std::string_view set) {
    return std::count_if(word.begin(), word.end(), [set](char c) {
      return contains(set, {&c, 1});
    });
  };
  const auto speakable = count("aeiouyAEIOUY") - count("jkqvwxzJKQVWXZ");
  return speakable * 100 < static_cast<std::ptrdiff_t>(word.size()) * 15;
}

bool is_random(std::string_view run) {
  constexpr size_t kMinCharacters = 16;
  constexpr size_t kMinDigits = 24;
  const Changes changes(run);
  if (changes.characters < kMinCharacters) return false;
  const size_t percent = changes.all * 100 / changes.characters;
  if (changes.digits >= 3 && changes.digits * 100 / changes.characters >= 22) return true;
  if (changes.all >= 4 && percent >= (changes.has_digit ? 22 : 28)) return true;
  while (!run.empty()) {
    const auto is_in = is_digit(run.front()) ? +[](char c) { return is_digit(c); }
                                             : +[](char c) { return is_letter(c); };
    const auto end = std::find_if_not(run.begin(), run.end(), is_in);
    const std::string_view word = run.substr(0, static_cast<size_t>(end - run.begin()));
    if (!word.empty() && is_digit(word.front())) {
      if (word.size() >= kMinDigits && distinct(word) >= 5) return true;
    } else if (is_unspeakable(word)) {
      return true;
    }
    run.remove_prefix(std::max<size_t>(word.size(), 1));
  }
  return false;
}

bool is_place(std::string_view text) {
  return contains(text, "://") || text.starts_with("/") || text.starts_with("./") ||
         text.starts_with("../") || text.starts_with("~/");
}

// ---- names

bool begins_with_word(std::string_view text, std::string_view word) {
  return lower(text.front()) == word.front() && same_word(text.substr(0, word.size()), word);
}

/// The first letters of a table's words: every header of every request is looked at.
template <class Table, class Text>
constexpr std::array<bool, 128> first_letters(const Table& table, Text text) {
  std::array<bool, 128> out{};
  for (const auto& one : table) out[static_cast<unsigned char>(text(one).front())] = true;
  return out;
}
bool is_one_of(const std::array<bool, 128>& letters, char c) {
  return c > 0 && letters[static_cast<unsigned char>(c)];
}

/// The parts of names of credentials, and words of such names that are parts of others.
struct NamePart {
  std::string_view text;
  bool is_word = false;
};
constexpr NamePart kSecretParts[] = {
    {"auth"},      {"key"},        {"token"},      {"secret"},    {"cookie"},     {"session"},
    {"passw"},     {"passphrase"}, {"credential"}, {"signature"}, {"pwd"},        {"jwt"},
    {"bearer"},    {"saml"},       {"assertion"},  {"pat", true}, {"pass", true}, {"otp", true},
    {"sid", true}, {"sso", true},  {"jws", true},  {"jwe", true}, {"creds", true}};
constexpr std::string_view kHarmlessNames[] = {"www-authenticate", "proxy-authenticate",
                                               "x-claude-code-session-id"};

/// Whether the part is at `at` in the name; a word there has no letter beside it.
bool has_part(std::string_view name, size_t at, const NamePart& part) {
  if (!begins_with_word(name.substr(at), part.text)) return false;
  const size_t end = at + part.text.size();
  return !part.is_word ||
         ((at == 0 || !is_letter(name[at - 1])) && (end == name.size() || !is_letter(name[end])));
}

bool is_short_word(std::string_view word) {
  constexpr size_t kLongWord = 16;
  return word.size() <= kLongWord && std::none_of(word.begin(), word.end(), is_digit);
}

/// What stands behind the name of an authentication scheme.
enum class BehindScheme { hidden, words_shown };

/// `text` with the words redacted that `is_secret` picks.
std::string redacted(std::string_view text, bool (*is_secret)(std::string_view),
                     BehindScheme behind) {
  constexpr std::string_view kAround = " \t\r\n'\"`()[]{}<>,;";
  std::string out;
  bool named = false;  // the word before was an authentication scheme
  while (!text.empty()) {
    const size_t begin = std::min(text.find_first_not_of(kAround), text.size());
    out.append(text.substr(0, begin));
    text.remove_prefix(begin);
    const std::string_view whole = text.substr(0, text.find_first_of(kAround));
    text.remove_prefix(whole.size());
    const size_t size = whole.find_last_not_of(':') + 1;  // npos + 1 is 0
    const std::string_view word = whole.substr(0, size);
    const bool named_here = named && !(behind == BehindScheme::words_shown && is_short_word(word));
    const bool hidden = !word.empty() && (named_here || is_secret(word));
    out.append(hidden ? kRedacted : word).append(whole.substr(size));
    named = same_word(word, "bearer") || same_word(word, "basic");
  }
  return out;
}

}  // namespace

std::string_view login_in(std::string_view url) {
  const size_t scheme = url.find("://");
  if (scheme != std::string_view::npos) url.remove_prefix(scheme + 3);
  const size_t at = url.substr(0, url.find('/')).rfind('@');
  return url.substr(0, at == std::string_view::npos ? 0 : at);
}

bool begins_like_key(std::string_view text) {
  if (has_scheme(text) || has_password(text)) return true;
  static constexpr auto kFirst =
      first_letters(kBeginnings, [](const Beginning& one) { return one.text; });
  for (size_t i = 0; i < text.size(); ++i) {
    if (!is_one_of(kFirst, text[i]) || (i > 0 && is_alnum(text[i - 1]))) continue;
    if (begins_key(text.substr(i))) return true;
  }
  return false;
}

bool looks_like_secret(std::string_view text) {
  if (begins_like_key(text)) return true;
  if (is_place(text)) return false;
  for (size_t i = 0; i < text.size();) {
    size_t end = i;
    while (end < text.size() && (is_alnum(text[end]) || is_joint(text[end]))) ++end;
    if (is_random(text.substr(i, end - i))) return true;
    i = end + 1;
  }
  return false;
}

bool names_secret(std::string_view name) {
  static constexpr auto kFirst =
      first_letters(kSecretParts, [](const NamePart& part) { return part.text; });
  bool found = false;
  for (size_t i = 0; i < name.size() && !found; ++i) {
    if (!is_one_of(kFirst, lower(name[i]))) continue;
    // Tokens are what models count.
    if (begins_with_word(name.substr(i), "tokens")) {
      i += 5;
    } else {
      found = std::any_of(std::begin(kSecretParts), std::end(kSecretParts),
                          [&](const NamePart& part) { return has_part(name, i, part); });
    }
  }
  return found && name.find("ratelimit") == std::string_view::npos &&
         std::none_of(std::begin(kHarmlessNames), std::end(kHarmlessNames),
                      [name](std::string_view one) { return same_word(name, one); });
}

std::string shown(std::string_view text, size_t max_bytes) {
  if (looks_like_secret(text)) return kHidden;
  std::string out(text.substr(0, max_bytes));
  std::replace_if(out.begin(), out.end(), is_control, '?');
  return text.size() > max_bytes ? out + "..." : out;
}

std::string shown_whole(std::string_view text) {
  return looks_like_secret(text) ? kHidden : std::string(text);
}

std::string without_secrets(std::string_view text) {
  return redacted(text, looks_like_secret, BehindScheme::hidden);
}

std::string without_keys(std::string_view text) {
  return redacted(text, begins_like_key, BehindScheme::words_shown);
}

}  // namespace proxx
