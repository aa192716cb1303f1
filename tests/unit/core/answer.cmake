proxx_unit_test(core_answer
  SOURCES
    answer_delta_scan_test.cc
    answer_faults_test.cc
    answer_fold.cc
    answer_pause_test.cc
    answer_property_test.cc
    answer_response_golden_test.cc
    answer_stream_golden_test.cc
    answer_support.cc
    answer_text_test.cc
    error_map_golden_test.cc
    error_map_test.cc
    sse_test.cc
    stream_golden.cc
  USES proxx_chat nlohmann_json::nlohmann_json)
