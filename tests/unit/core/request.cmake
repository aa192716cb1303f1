proxx_unit_test(core_request
  SOURCES
    model_info_test.cc
    models_test.cc
    request_golden_test.cc
    request_matrix_test.cc
    request_property_test.cc
    request_test.cc
    schema_test.cc
  USES proxx_chat nlohmann_json::nlohmann_json)
# Every row of the mapping's tables has a golden.
add_test(NAME golden_rows COMMAND ${PROJECT_SOURCE_DIR}/tests/golden/rows.sh)
proxx_alone(request_test.cc)
