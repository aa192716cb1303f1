# Run after a doctest program is built: writes FILE, which has a ctest test for each case of PROGRAM.
# doctest's own script takes a case with a `;` in its name for two, which then select nothing.
execute_process(COMMAND ${EMULATOR} ${PROGRAM} --list-test-cases --no-intro --no-colors
  OUTPUT_VARIABLE listing COMMAND_ERROR_IS_FATAL ANY)
# What a CMake list would take apart or put together.
string(REPLACE ";" "<semicolon>" listing "${listing}")
string(REPLACE "[" "<open>" listing "${listing}")
string(REPLACE "]" "<close>" listing "${listing}")
string(REGEX REPLACE "\n$" "" listing "${listing}")
string(REPLACE "\n" ";" lines "${listing}")
set(tests "")
foreach(line IN LISTS lines)
  if(line MATCHES "^(=+$|<open>doctest<close>)")
    continue()
  endif()
  string(REPLACE "<semicolon>" ";" case "${line}")
  string(REPLACE "<open>" "[" case "${case}")
  string(REPLACE "<close>" "]" case "${case}")
  # A filter is a list that commas divide.
  string(REPLACE "\\" "\\\\" filter "${case}")
  string(REPLACE "," "\\," filter "${filter}")
  string(APPEND tests "add_test([==[${PREFIX}${case}]==] [==[${PROGRAM}]==] [==[--test-case=${filter}]==])\n"
    "set_tests_properties([==[${PREFIX}${case}]==] PROPERTIES TIMEOUT ${TIMEOUT} "
    "FAIL_REGULAR_EXPRESSION [==[test cases: +0 ]==])\n")
endforeach()
if(tests STREQUAL "")
  message(FATAL_ERROR "${PROGRAM} lists no test cases")
endif()
file(WRITE ${FILE} "${tests}")
