#include "base/media_type.h"

#include <doctest/doctest.h>

#include <string>

using namespace proxx;

TEST_CASE("the first bytes tell the types that the upstream reads") {
  CHECK(sniff_media_type("\x89PNG\r\n\x1a\n...") == "image/png");
  CHECK(sniff_media_type("\xff\xd8\xff\xe0") == "image/jpeg");
  CHECK(sniff_media_type("GIF87a") == "image/gif");
  CHECK(sniff_media_type("GIF89a;") == "image/gif");
  CHECK(sniff_media_type("RIFF....WEBPVP8 ") == "image/webp");
  CHECK(sniff_media_type("%PDF-1.7") == "application/pdf");
}

TEST_CASE("anything else tells nothing") {
  CHECK(sniff_media_type("").empty());
  CHECK(sniff_media_type("RIFF....WAVE").empty());
  CHECK(sniff_media_type("RIFFWEBP").empty());
  CHECK(sniff_media_type("\x89PNG").empty());
  CHECK(sniff_media_type(" %PDF-").empty());
}
