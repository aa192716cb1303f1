#include "base/result.h"

#include <utility>

namespace proxx {

Error::Error() = default;
Error::Error(ErrorKind its_kind, std::string its_message, std::string its_param,
             std::string its_code, std::string its_type, int its_http_status)
    : kind(its_kind),
      message(std::move(its_message)),
      param(std::move(its_param)),
      code(std::move(its_code)),
      type(std::move(its_type)),
      http_status(its_http_status) {}
Error::Error(const Error&) = default;
Error::Error(Error&&) noexcept = default;
Error& Error::operator=(const Error&) = default;
Error& Error::operator=(Error&&) noexcept = default;
Error::~Error() = default;

tl::unexpected<Error> err(Error error) {
  return tl::unexpected<Error>(std::move(error));
}

tl::unexpected<Error> err(ErrorKind kind, std::string message, std::string param,
                          std::string code) {
  return err(Error(kind, std::move(message), std::move(param), std::move(code)));
}

}  // namespace proxx
