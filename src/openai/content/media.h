#pragma once
#include <optional>
#include <string>
#include <string_view>

// Data URLs and base64, as in image_url and file parts.

namespace proxx::openai {

/// The parts of `data:MEDIA_TYPE;...;base64,DATA`; `data` is a view into the URL.
struct DataUrl {
  std::string media_type;  ///< lower case, without parameters; "" if the URL names none
  std::string_view data;
  bool is_base64 = false;
};
/// Nothing if `url` does not begin with `data:` or has no comma.
[[nodiscard]] std::optional<DataUrl> split_data_url(std::string_view url);

/// Base64 of the standard alphabet as the upstream takes it: without white space, which many
/// encoders put in after 76 characters, and with its padding. A view of `text` where it is so, else
/// of `buffer`. Nothing if `text` holds foreign characters, 4n+1 characters, padding that is wrong
/// or not at the end, or nothing at all.
[[nodiscard]] std::optional<std::string_view> clean_base64(std::string_view text,
                                                           std::string& buffer);

/// True for `http://host...` or `https://host...`, whatever the case of the scheme.
[[nodiscard]] bool is_http_url(std::string_view url);

/// The media type that the upstream takes for an image (`image/jpg` is jpeg); "" for one that
/// Claude cannot see.
[[nodiscard]] std::string_view image_type(std::string_view media_type);

/// sniff_media_type() of what clean base64 stands for.
[[nodiscard]] std::string_view sniff_base64(std::string_view base64);

/// Guesses the type of a file from the ending of its name, else from its first bytes in base64; ""
/// if neither tells.
[[nodiscard]] std::string guess_media_type(std::string_view filename, std::string_view base64);

}  // namespace proxx::openai
