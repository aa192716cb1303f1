# Run by CPack on the tree that it packs: what Debian's policy wants compressed.
find_program(GZIP gzip REQUIRED)
file(GLOB_RECURSE files
  ${CPACK_TEMPORARY_DIRECTORY}/*.[15] ${CPACK_TEMPORARY_DIRECTORY}/changelog*)
foreach(file ${files})
  execute_process(COMMAND ${GZIP} -9n ${file} COMMAND_ERROR_IS_FATAL ANY)
endforeach()
