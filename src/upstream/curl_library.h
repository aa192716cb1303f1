#pragma once

namespace proxx {

/// Starts libcurl, once in a program; later calls do nothing. Its lack of memory goes to the
/// new_handler. Without `needs_tls` OpenSSL's configuration file is not read, which is a twentieth
/// of the work of a short run.
void start_libcurl(bool needs_tls);

}  // namespace proxx
