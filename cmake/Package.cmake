# Run by CPack on the tree that it packs: compresses what Debian's policy wants compressed, and gives
# all of it the time of SOURCE_DATE_EPOCH, if that is set.
find_program(GZIP gzip REQUIRED)
file(GLOB_RECURSE files
  ${CPACK_TEMPORARY_DIRECTORY}/*.[15] ${CPACK_TEMPORARY_DIRECTORY}/changelog*)
foreach(file ${files})
  execute_process(COMMAND ${GZIP} -9n ${file} COMMAND_ERROR_IS_FATAL ANY)
endforeach()
if(DEFINED ENV{SOURCE_DATE_EPOCH})
  execute_process(COMMAND find ${CPACK_TEMPORARY_DIRECTORY} -exec touch -h -d @$ENV{SOURCE_DATE_EPOCH} {} +
    COMMAND_ERROR_IS_FATAL ANY)
endif()
