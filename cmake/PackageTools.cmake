# Run by CPack before each kind of package. Without dpkg-shlibdeps CPack would make a .deb that depends
# on nothing, and say so in a line among many.
if(CPACK_GENERATOR STREQUAL DEB)
  foreach(tool dpkg-shlibdeps file)
    find_program(found_${tool} ${tool})
    if(NOT found_${tool})
      message(FATAL_ERROR "a .deb needs ${tool}: scripts/install-deps.sh package; without one: cpack -G TGZ")
    endif()
  endforeach()
endif()
