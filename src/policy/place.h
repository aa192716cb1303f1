#pragma once
#include <string>
#include <string_view>

#include "base/result.h"
#include "json/reader.h"

namespace proxx::policy {

/// Where in the client's request something was asked for: the path in notices and errors. Mostly a
/// value of the request, whose path is computed only when it is needed; else the path itself, a
/// text that must outlive the place.
class Place {
 public:
  Place() = default;
  Place(json::Reader at) : at_(at) {}            // NOLINT(google-explicit-constructor)
  Place(std::string_view path) : path_(path) {}  // NOLINT(google-explicit-constructor)
  Place(const char* path) : path_(path) {}       // NOLINT(google-explicit-constructor)

  /// False for a default-constructed place and for an absent value.
  explicit operator bool() const { return at_ || !path_.empty(); }
  /// The value; absent if the place is a text.
  [[nodiscard]] json::Reader at() const { return at_; }
  [[nodiscard]] std::string path() const { return at_ ? at_.path() : std::string(path_); }

 private:
  json::Reader at_;
  std::string_view path_;
};

/// Something the client asked for, and where.
template <class T>
struct Wish {
  T value;
  Place place;
};

/// An `invalid_request` at a place. `code` is a machine-readable word for the client.
[[nodiscard, gnu::cold]] tl::unexpected<Error> err(const Place& place, std::string message,
                                                   std::string code = "unsupported_value");

}  // namespace proxx::policy
