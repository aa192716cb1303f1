#pragma once
#include <string>
#include <string_view>
#include <vector>

#include "upstream/upstream.h"

// Keeps the credentials of a request out of what proxx shows and records: header lines are redacted
// by the field's name, everything else is searched for the values themselves.

namespace proxx {

/// A header line fit for a trace: the value of a field that holds a credential, by its name or its
/// look, becomes `[redacted]`, as do such words of a request line; what `secrets` has in another is
/// masked.
[[nodiscard]] std::string shown_header(std::string_view line, const Secrets& secrets);

/// Of each field that shown_header hides: the value without its scheme, the words, cookie values
/// and parameters in it, and the name and password of Basic. Values too short or too ordinary to be
/// told from other text are left out: under 8 bytes, or under 6 with a capital, or with letters
/// and digits.
[[nodiscard]] Secrets secrets_in(const HeaderList& headers);
/// Of `user:password`, and of the one in a proxy's URL.
[[nodiscard]] Secrets secrets_in_login(std::string_view login);
[[nodiscard]] Secrets secrets_in_url(std::string_view url);

/// Adds those of `values` that are long enough to be told from other text.
void add_secrets(const std::vector<std::string>& values, Secrets& secrets);

inline constexpr size_t kMinSecretBytes = 8;
inline constexpr size_t kMinMixedSecretBytes = 6;

/// Puts an asterisk over every byte of a secret in `text`, whatever its spelling: as it is; with
/// JSON, percent or HTML escapes, also nested; in base64 (either alphabet, at any offset) or
/// hexadecimal; divided among an event stream's deltas. The beginning of a secret at the text's
/// end, which may have been cut off there, is masked too.
void mask(const Secrets& secrets, std::string& text);
/// mask() for a text that nothing was cut off from: the beginning of a secret at its end stays.
void mask_whole(const Secrets& secrets, std::string& text);
/// mask_whole() for an answer's fields. Those that say how the body is to be read (content-type,
/// content-length, ...) and whether to try again stay as they are.
void mask_values(const Secrets& secrets, HeaderList& headers);

/// mask() for a text that comes in pieces: an end that may be the beginning of a secret is withheld
/// until more comes.
class StreamMask {
 public:
  /// The next piece of what can be shown; may be empty.
  [[nodiscard]] std::string take(const Secrets& secrets, std::string_view bytes);
  /// What was withheld.
  [[nodiscard]] std::string finish(const Secrets& secrets);

 private:
  std::string withheld_;
};

}  // namespace proxx
