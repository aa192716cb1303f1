#pragma once
#include <string>
#include <string_view>

// Tells credentials from ordinary text by their look, for messages that repeat what a user or a
// peer wrote. A guess, made in one place: it prefers hiding a harmless value to showing a key.

namespace proxx {

/// True if `text` holds a word that begins like a known kind of key (`sk-ant`, `ghp_`, `eyJ`,
/// `Bearer ...`), a URL with a password, or a long random word. Only the first two are looked for
/// in paths and URLs, whose parts are often hashes.
[[nodiscard]] bool looks_like_secret(std::string_view text);
/// As looks_like_secret, without the guess about random words: ids are random, too.
[[nodiscard]] bool begins_like_key(std::string_view text);

/// The login in a URL, without its `@`: `user:password` of `https://user:password@host/`. A view of
/// `url`; empty if there is none.
[[nodiscard]] std::string_view login_in(std::string_view url);

/// True for the name of a header, cookie or variable that usually holds a credential: one with
/// `auth`, `key`, `token`, `secret`, `cookie`, `session`, `password`, `jwt` or the like in it, or
/// the word `pat`, `pass`, `sid` or the like. False for
/// names known to be harmless (`anthropic-ratelimit-tokens-limit`, `www-authenticate`).
[[nodiscard]] bool names_secret(std::string_view name);

inline constexpr std::string_view kRedacted = "[redacted]";
/// `text` for an error message: at most `max_bytes`, control characters as `?`; kRedacted and the
/// reason if it looks like a secret. Without quotes.
[[nodiscard]] std::string shown(std::string_view text, size_t max_bytes = 40);
/// The same for a file's path or a word of the command line: neither cut nor changed.
[[nodiscard]] std::string shown_whole(std::string_view text);

/// `text`, a message of another library's, with each word redacted that looks like a secret.
[[nodiscard]] std::string without_secrets(std::string_view text);
/// The same for words that begin like a key: in texts that may hold ids. Of what follows `Bearer`
/// or `Basic`, short words without a digit stay: `invalid bearer token`.
[[nodiscard]] std::string without_keys(std::string_view text);

}  // namespace proxx
