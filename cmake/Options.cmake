# Compiler and linker options that every target of the project gets, by linking proxx_options.
# Line numbers and names for backtraces; full debug information doubles the time to build.
set(CMAKE_CXX_FLAGS_DEBUG "-g1")
add_library(proxx_options INTERFACE)
target_compile_options(proxx_options INTERFACE
  -Wall -Wextra -Wpedantic -Wshadow -Wnon-virtual-dtor -Woverloaded-virtual -Wimplicit-fallthrough
  -Wcast-qual -Wformat=2 -Wundef)
if(CMAKE_CXX_COMPILER_ID STREQUAL GNU)
  # False alarms of GCC 12's optimizer over std::string (its bug 105651) and std::optional.
  target_compile_options(proxx_options INTERFACE
    $<$<NOT:$<CONFIG:Debug>>:-Wno-restrict> $<$<NOT:$<CONFIG:Debug>>:-Wno-maybe-uninitialized>)
endif()
if(CMAKE_UNITY_BUILD AND CMAKE_CXX_COMPILER_ID STREQUAL GNU)
  # A source that another file includes looks like a header to this warning.
  target_compile_options(proxx_options INTERFACE -Wno-subobject-linkage)
endif()
if(PROXX_PORTABLE)
  target_compile_definitions(proxx_options INTERFACE PROXX_PORTABLE)
endif()
if(PROXX_WERROR)
  target_compile_options(proxx_options INTERFACE -Werror)
endif()
target_compile_definitions(proxx_options INTERFACE
  PROXX_VERSION="${PROJECT_VERSION}" BOOST_ASIO_HAS_STD_INVOKE_RESULT)

# A release is optimised as a whole: two thirds of the text, which each start has to touch.
if(CMAKE_BUILD_TYPE STREQUAL Release)
  include(CheckIPOSupported)
  check_ipo_supported(RESULT has_ipo OUTPUT ignored LANGUAGES CXX)
  set(CMAKE_INTERPROCEDURAL_OPTIMIZATION ${has_ipo})
endif()

# A release has the C++ library inside, where the compiler has the static one: a run is short, and looking
# up the shared one's symbols is a noticeable part of it.
set(PROXX_STATIC_LIBSTDCXX OFF)
if(CMAKE_BUILD_TYPE STREQUAL Release AND CMAKE_CXX_COMPILER_ID STREQUAL GNU)
  include(CheckLinkerFlag)
  check_linker_flag(CXX -static-libstdc++ PROXX_HAS_STATIC_LIBSTDCXX)
  set(PROXX_STATIC_LIBSTDCXX ${PROXX_HAS_STATIC_LIBSTDCXX})
endif()

# A release does not depend on where it was built.
target_compile_options(proxx_options INTERFACE
  $<$<CONFIG:Release>:-ffile-prefix-map=${PROJECT_BINARY_DIR}=build>
  $<$<CONFIG:Release>:-ffile-prefix-map=${PROJECT_SOURCE_DIR}=.>)

if(PROXX_SANITIZE)
  target_compile_options(proxx_options INTERFACE
    -fsanitize=${PROXX_SANITIZE} -fno-omit-frame-pointer -fno-sanitize-recover=all -g)
  target_link_options(proxx_options INTERFACE -fsanitize=${PROXX_SANITIZE})
  if(PROXX_FUZZ)
    # Coverage for libFuzzer, and indices checked, which the sanitizer does not inside a capacity.
    target_compile_options(proxx_options INTERFACE -fsanitize=fuzzer-no-link)
    target_compile_definitions(proxx_options INTERFACE _GLIBCXX_ASSERTIONS)
  endif()
else()
  # The hardening that Debian builds with; measured together at under 2 % of the cpu of a stream.
  set(CMAKE_POSITION_INDEPENDENT_CODE ON)
  target_compile_options(proxx_options INTERFACE
    -fstack-protector-strong $<$<CONFIG:Release>:-U_FORTIFY_SOURCE> $<$<CONFIG:Release>:-D_FORTIFY_SOURCE=2>)
  target_compile_definitions(proxx_options INTERFACE $<$<CONFIG:Release>:_GLIBCXX_ASSERTIONS>)
  target_link_options(proxx_options INTERFACE -Wl,-z,relro -Wl,-z,now -Wl,--as-needed)
endif()
