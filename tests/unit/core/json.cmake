proxx_unit_test(core_json
  SOURCES
    ascii_test.cc
    base64_test.cc
    clean_test.cc
    json_test.cc
    media_type_test.cc
    secret_text_test.cc
    text_encoding_test.cc
    utf8_test.cc
    visible_test.cc
  USES proxx_json nlohmann_json::nlohmann_json)

# The path of systems without SSE2 and little-endian words; with PROXX_PORTABLE all programs take it.
proxx_unit_test(core_portable
  SOURCES
    json_test.cc
    utf8_test.cc
    ${PROJECT_SOURCE_DIR}/src/base/ascii.cc
    ${PROJECT_SOURCE_DIR}/src/json/find_member.cc
    ${PROJECT_SOURCE_DIR}/src/json/reader.cc
    ${PROJECT_SOURCE_DIR}/src/json/string.cc
    ${PROJECT_SOURCE_DIR}/src/json/text.cc
    ${PROJECT_SOURCE_DIR}/src/json/writer.cc
    ${PROJECT_SOURCE_DIR}/src/base/result.cc
    ${PROJECT_SOURCE_DIR}/src/base/utf8.cc
  USES tl::expected nlohmann_json::nlohmann_json)
target_include_directories(test_core_portable PRIVATE ${PROJECT_SOURCE_DIR}/src)
target_compile_definitions(test_core_portable PRIVATE PROXX_PORTABLE)
