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
    COMMAND ${CMAKE_COMMAND} -D PROGRAM=$<TARGET_FILE:test_${name}> -D EMULATOR=${CMAKE_CROSSCOMPILING_EMULATOR} -D PREFIX=unit.${name}. -D TIMEOUT=300
      -D FILE=${cases} -P ${PROJECT_SOURCE_DIR}/tests/Discover.cmake)
  # Without the program, as before a build, ctest has a test that fails.
  file(WRITE ${cases}.in "if(EXISTS [==[${cases}]==])\n  include([==[${cases}]==])\nelse()\n"
    "  add_test(unit.${name}_not_built test_${name}_not_built)\nendif()\n")
  set_property(DIRECTORY APPEND PROPERTY TEST_INCLUDE_FILES ${cases}.in)
endfunction()

find_program(BATS bats)
# proxx_bats_suites(PREFIX): each .bats of this folder is a ctest test, PREFIX.NAME. The longest start
# first, so that nobody waits for them at the end; ctest itself knows them from its second run on.
function(proxx_bats_suites prefix)
  if(NOT BATS)
    message(FATAL_ERROR "the tests need bats")
  endif()
  file(GLOB suites CONFIGURE_DEPENDS ${CMAKE_CURRENT_SOURCE_DIR}/*.bats)
  foreach(suite ${suites})
    get_filename_component(name ${suite} NAME_WE)
    file(SIZE ${suite} bytes)
    add_test(NAME ${prefix}.${name} COMMAND ${BATS} ${suite})
    set_tests_properties(${prefix}.${name} PROPERTIES COST ${bytes} TIMEOUT 900
      ENVIRONMENT "PROXX=$<TARGET_FILE:proxx>;PROXX_SOURCE=${PROJECT_SOURCE_DIR};PROXX_TORTURE=${PROJECT_BINARY_DIR}/tests/torture")
  endforeach()
endfunction()
