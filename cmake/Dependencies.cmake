# Everything comes from the system's packages (scripts/install-deps.sh); nothing is downloaded here.
find_package(Threads REQUIRED)
find_package(CURL 7.88 REQUIRED)
# Its headers alone: the library is loaded when it is needed (upstream/curl_library.h).
add_library(proxx_curl INTERFACE)
target_include_directories(proxx_curl SYSTEM INTERFACE
  $<TARGET_PROPERTY:CURL::libcurl,INTERFACE_INCLUDE_DIRECTORIES>)
target_link_libraries(proxx_curl INTERFACE ${CMAKE_DL_LIBS})
find_package(Boost 1.81 REQUIRED)
find_package(nlohmann_json 3.11 REQUIRED)
find_package(CLI11 2.1 REQUIRED)
find_package(tl-expected REQUIRED)

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
