# Run at every build: writes FILE, which names the commit that is built, if that has changed.
# COMMIT, if set, is believed; else git is asked about SOURCE. A release, which is a commit with the
# tag vVERSION, and a tree without git have no suffix.
if(NOT COMMIT AND EXISTS ${SOURCE}/.git)
  find_program(GIT git)
  if(GIT)
    execute_process(COMMAND ${GIT} -C ${SOURCE} tag --points-at HEAD OUTPUT_VARIABLE tags ERROR_QUIET)
    execute_process(COMMAND ${GIT} -C ${SOURCE} rev-parse --short=7 HEAD
      OUTPUT_VARIABLE COMMIT ERROR_QUIET OUTPUT_STRIP_TRAILING_WHITESPACE)
    if("\n${tags}" MATCHES "\nv${VERSION}\n")
      set(COMMIT "")
    endif()
  endif()
endif()
if(COMMIT)
  set(VERSION "${VERSION}+g${COMMIT}")
endif()
set(text "#include \"cli/version.h\"\n\nconst char* const proxx::cli::kVersion = \"${VERSION}\";\n")
if(EXISTS ${FILE})
  file(READ ${FILE} old)
endif()
if(NOT "${old}" STREQUAL "${text}")
  file(WRITE ${FILE} "${text}")
endif()
