# Everything comes from the system's packages (scripts/install-deps.sh); nothing is downloaded here.
find_package(Threads REQUIRED)
find_package(CURL 7.88 REQUIRED)
# Its libcrypto, which libcurl has loaded anyway: signatures for AWS.
find_package(OpenSSL 3 REQUIRED)
find_package(Boost 1.81 REQUIRED)
find_package(nlohmann_json 3.11 REQUIRED)
find_package(CLI11 2.1 REQUIRED)
find_package(tl-expected REQUIRED)

# What request bodies may be compressed with.
find_package(ZLIB 1.2.11 REQUIRED)
find_package(zstd 1.5 REQUIRED CONFIG)
add_library(proxx_codings INTERFACE)
target_link_libraries(proxx_codings INTERFACE ZLIB::ZLIB)
if(TARGET zstd::libzstd_shared)
  target_link_libraries(proxx_codings INTERFACE zstd::libzstd_shared)
else()
  target_link_libraries(proxx_codings INTERFACE zstd::libzstd_static)
endif()

# The static library starts faster; only Debian and its kin ship one, and no CMake package names it.
find_package(yaml-cpp 0.7 REQUIRED)
find_library(YAML_CPP_STATIC libyaml-cpp.a)
find_path(YAML_CPP_INCLUDE yaml-cpp/yaml.h REQUIRED)
add_library(proxx_yaml INTERFACE)
target_include_directories(proxx_yaml SYSTEM INTERFACE ${YAML_CPP_INCLUDE})
if(YAML_CPP_STATIC)
  target_link_libraries(proxx_yaml INTERFACE ${YAML_CPP_STATIC})
elseif(TARGET yaml-cpp::yaml-cpp) # since 0.8
  target_link_libraries(proxx_yaml INTERFACE yaml-cpp::yaml-cpp)
else()
  target_link_libraries(proxx_yaml INTERFACE yaml-cpp)
endif()

# The libraries that become part of the binary, for the bill of materials (scripts/sbom.py): name, version,
# headers or static, licence. Shared libraries are not listed: ldd names them.
set(materials
  "boost\t${Boost_VERSION_STRING}\theaders\tBSL-1.0"
  "nlohmann-json\t${nlohmann_json_VERSION}\theaders\tMIT"
  "cli11\t${CLI11_VERSION}\theaders\tBSD-3-Clause"
  "tl-expected\t${tl-expected_VERSION}\theaders\tCC0-1.0")
if(YAML_CPP_STATIC)
  list(APPEND materials "yaml-cpp\t${yaml-cpp_VERSION}\tstatic\tMIT")
endif()
if(PROXX_STATIC_LIBSTDCXX)
  list(APPEND materials "libstdc++\t${CMAKE_CXX_COMPILER_VERSION}\tstatic\tGPL-3.0-or-later WITH GCC-exception-3.1")
endif()
list(JOIN materials "\n" materials)
file(WRITE ${PROJECT_BINARY_DIR}/libraries.tsv "${materials}\n")
