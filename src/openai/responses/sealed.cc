#include "openai/responses/sealed.h"

#include <utility>

#include "base/base64.h"
#include "base/hash.h"

namespace proxx::openai::responses {
namespace {

constexpr std::string_view kAnyVersion = "proxx";
constexpr std::string_view kPrefix = "proxx1.";
constexpr size_t kChecksumDigits = 8;

}  // namespace

std::string seal(std::string_view blocks_json) {
  std::string out(kPrefix);
  out.append(short_hash(blocks_json)).append(".").append(encode_base64url(blocks_json));
  return out;
}

Unsealed unseal(std::string_view encrypted_content) {
  if (!encrypted_content.starts_with(kAnyVersion)) return {};
  Unsealed unsealed{SealState::damaged, {}};
  if (!encrypted_content.starts_with(kPrefix)) return unsealed;
  const std::string_view sealed = encrypted_content.substr(kPrefix.size());
  if (sealed.size() / 4 * 3 > kMaxSealedBytes + kChecksumDigits) return unsealed;
  if (sealed.find('.') != kChecksumDigits) return unsealed;
  std::string blocks_json = decode_base64(sealed.substr(kChecksumDigits + 1));
  if (blocks_json.size() <= kMaxSealedBytes && seal(blocks_json) == encrypted_content) {
    unsealed = {SealState::good, std::move(blocks_json)};
  }
  return unsealed;
}

}  // namespace proxx::openai::responses
