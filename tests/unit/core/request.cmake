proxx_unit_test(core_request
  SOURCES
    request_golden_test.cc
    ${PROJECT_SOURCE_DIR}/tests/support/txtar.cc
  USES proxx_core)
