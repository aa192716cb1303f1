# proxx_alone(FILE ...): sources that are compiled on their own in a unity build, because a file-local
# name of theirs is also one of their neighbours'.
function(proxx_alone)
  set_source_files_properties(${ARGN} PROPERTIES SKIP_UNITY_BUILD_INCLUSION ON)
endfunction()

# proxx_layer(NAME SOURCES ... [USES layer or library ...])
# One folder under src/ is one static library, with those of its subfolders that are no layer. Includes are written from src/: "base/result.h".
function(proxx_layer name)
  cmake_parse_arguments(ARG "" "" "SOURCES;USES" ${ARGN})
  add_library(proxx_${name} STATIC ${ARG_SOURCES})
  target_include_directories(proxx_${name} PUBLIC ${PROJECT_SOURCE_DIR}/src)
  target_link_libraries(proxx_${name} PUBLIC proxx_options ${ARG_USES})
  set(globs)
  foreach(source ${ARG_SOURCES})
    get_filename_component(folder ${CMAKE_CURRENT_SOURCE_DIR}/${source} DIRECTORY)
    list(APPEND globs ${folder}/*.h)
  endforeach()
  list(REMOVE_DUPLICATES globs)
  file(GLOB headers CONFIGURE_DEPENDS ${globs})
  # Headers compile alone: checked by the target all_verify_interface_header_sets.
  target_sources(proxx_${name} PUBLIC FILE_SET HEADERS BASE_DIRS ${PROJECT_SOURCE_DIR}/src FILES ${headers})
  set_target_properties(proxx_${name} PROPERTIES VERIFY_INTERFACE_HEADER_SETS ON)
endfunction()
