# What several test programs share, compiled once.
add_library(proxx_test_support STATIC support/doctest_main.cc support/raw_client.cc support/txtar.cc)
target_include_directories(proxx_test_support PUBLIC ${CMAKE_CURRENT_SOURCE_DIR})
target_compile_definitions(proxx_test_support PUBLIC PROXX_TESTS_DIR="${CMAKE_CURRENT_SOURCE_DIR}")
target_link_libraries(proxx_test_support PUBLIC doctest::doctest proxx_options PRIVATE proxx_boost)

# proxx_unit_test(NAME SOURCES ... USES ...): one doctest program. Each case is a ctest test,
# unit.NAME.CASE, with a timeout of its own; one that its name does not select fails.
function(proxx_unit_test name)
  cmake_parse_arguments(ARG "" "" "SOURCES;USES" ${ARGN})
  add_executable(test_${name} ${ARG_SOURCES})
  target_link_libraries(test_${name} PRIVATE proxx_test_support ${ARG_USES})
  set(cases ${CMAKE_CURRENT_BINARY_DIR}/test_${name}.cases.cmake)
  add_custom_command(TARGET test_${name} POST_BUILD BYPRODUCTS ${cases}
    COMMAND ${CMAKE_COMMAND} -D PROGRAM=$<TARGET_FILE:test_${name}> -D PREFIX=unit.${name}. -D TIMEOUT=300
      -D FILE=${cases} -P ${PROJECT_SOURCE_DIR}/tests/Discover.cmake)
  # Without the program, as before a build, ctest has a test that fails.
  file(WRITE ${cases}.in "if(EXISTS [==[${cases}]==])\n  include([==[${cases}]==])\nelse()\n"
    "  add_test(unit.${name}_not_built test_${name}_not_built)\nendif()\n")
  set_property(DIRECTORY APPEND PROPERTY TEST_INCLUDE_FILES ${cases}.in)
endfunction()
