#pragma once
#include <cstdint>
#include <optional>
#include <string>

#include "http/server.h"

// Response bytes. Pure functions that append to `out`.

namespace proxx::http {

/// How the client learns where the body ends.
struct Framing {
  std::optional<size_t> content_length;
  bool chunked = false;
  std::string_view connection;  ///< `close`, `keep-alive`, or empty: not said
};

/// Status line, `headers`, framing and, if `headers` has none, the date. Of `headers`, those that
/// framing decides are left out, as are names that are no tokens; control characters in values
/// become spaces (RFC 9110 5.5), so that no value can end its line.
void write_head(int status, const HeaderList& headers, const Framing& framing, std::int64_t unix_s,
                std::string& out);

/// One chunk; nothing for no bytes, because an empty chunk would end the body.
void write_chunk(std::string_view bytes, std::string& out);
void write_last_chunk(std::string& out);

/// 1xx, 204 and 304 have neither a body nor a length.
[[nodiscard]] bool has_body(int status);

}  // namespace proxx::http
