proxx_unit_test(core_json SOURCES ascii_test.cc json_test.cc secret_text_test.cc utf8_test.cc visible_test.cc USES proxx_core nlohmann_json::nlohmann_json)
