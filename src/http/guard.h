#pragma once
#include <cstddef>
#include <optional>
#include <string_view>
#include <tl/expected.hpp>

#include "http/server.h"

// What is demanded of a request head beyond what Beast checks (docs/faults.md 0 (fact 8)). Pure
// functions over bytes: no I/O, no clock. Whatever is refused here is answered once and the
// connection closed, because nothing behind a doubtful head can be trusted.

namespace proxx::http {

/// The error that a connection ends with.
struct Refusal {
  int status = 400;
  std::string_view what;  ///< one clause, a literal
};

/// Watches a head, or a trailer section, grow and refuses it at the first bad byte: sizes, bare CR
/// or LF, control bytes, obs-fold, field names that are no tokens (so also a space before the
/// colon).
class HeadGuard {
 public:
  enum class Section { head, trailers };

  /// `limits` must outlive the guard.
  explicit HeadGuard(const Limits& limits, Section section = Section::head)
      : limits_(limits), lines_(section == Section::trailers ? 1 : 0) {}

  /// `bytes` begins where the section begins, and holds at least what it held last time.
  /// Returns the section's size, its empty line included, or 0 while that is still to come.
  [[nodiscard]] tl::expected<size_t, Refusal> scan(std::string_view bytes);

 private:
  void skip_plain(std::string_view bytes);
  [[nodiscard]] std::optional<Refusal> check_byte(std::string_view bytes) const;
  [[nodiscard]] std::optional<Refusal> check_line(std::string_view line);

  const Limits& limits_;
  size_t scanned_ = 0;
  size_t line_start_ = 0;
  size_t lines_;  ///< the request line included, which trailers lack
};

/// Judges a parsed head: method, Host, and everything that says where the body ends. The target is
/// resolve_target()'s (http/target.h).
[[nodiscard]] std::optional<Refusal> check_head(const Request& head, const Limits& limits);

/// `uri-host [":" port]` of RFC 3986; says nothing about which hosts are allowed.
[[nodiscard]] bool is_host(std::string_view value);

}  // namespace proxx::http
