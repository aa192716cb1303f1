# Where things belong on a Linux system, and packages of them.
if(NOT TARGET proxx)
  return()
endif()
# Every destination, so that uninstall.cmake knows what was made for them.
set(folders ${CMAKE_INSTALL_BINDIR} ${CMAKE_INSTALL_MANDIR}/man1 ${CMAKE_INSTALL_MANDIR}/man5
  ${CMAKE_INSTALL_DATADIR}/bash-completion/completions ${CMAKE_INSTALL_DATADIR}/zsh/vendor-completions
  ${CMAKE_INSTALL_DATADIR}/fish/vendor_completions.d ${CMAKE_INSTALL_DOCDIR}/docs ${CMAKE_INSTALL_DOCDIR}/examples
  lib/systemd/system)
set(CMAKE_INSTALL_DEFAULT_COMPONENT_NAME proxx)
install(CODE "set(folders \"${folders}\")\nset(record \"${PROJECT_BINARY_DIR}/install_folders.txt\")")
install(SCRIPT ${CMAKE_CURRENT_LIST_DIR}/RecordFolders.cmake)
configure_file(${CMAKE_CURRENT_LIST_DIR}/Uninstall.cmake uninstall.cmake COPYONLY)
install(TARGETS proxx RUNTIME DESTINATION ${CMAKE_INSTALL_BINDIR})
file(GLOB pages1 CONFIGURE_DEPENDS ${PROJECT_SOURCE_DIR}/man/*.1)
file(GLOB pages5 CONFIGURE_DEPENDS ${PROJECT_SOURCE_DIR}/man/*.5)
install(FILES ${pages1} DESTINATION ${CMAKE_INSTALL_MANDIR}/man1)
install(FILES ${pages5} DESTINATION ${CMAKE_INSTALL_MANDIR}/man5)
install(FILES completions/proxx.bash RENAME proxx
        DESTINATION ${CMAKE_INSTALL_DATADIR}/bash-completion/completions)
install(FILES completions/_proxx DESTINATION ${CMAKE_INSTALL_DATADIR}/zsh/vendor-completions)
install(FILES completions/proxx.fish DESTINATION ${CMAKE_INSTALL_DATADIR}/fish/vendor_completions.d)
install(FILES CHANGELOG.md RENAME changelog DESTINATION ${CMAKE_INSTALL_DOCDIR})
install(FILES README.md DESTINATION ${CMAKE_INSTALL_DOCDIR})
install(FILES docs/clients.md docs/everyday.md DESTINATION ${CMAKE_INSTALL_DOCDIR}/docs)
install(FILES LICENSE RENAME copyright DESTINATION ${CMAKE_INSTALL_DOCDIR})
configure_file(packaging/changelog.Debian.in changelog.Debian @ONLY)
install(FILES ${CMAKE_CURRENT_BINARY_DIR}/changelog.Debian DESTINATION ${CMAKE_INSTALL_DOCDIR})
install(FILES config.yaml packaging/haproxy.cfg packaging/nginx.conf
        DESTINATION ${CMAKE_INSTALL_DOCDIR}/examples)
install(FILES packaging/proxx.service DESTINATION lib/systemd/system)

set(CPACK_PACKAGE_NAME proxx)
set(CPACK_PACKAGE_CONTACT "The proxx maintainers <maintainers@proxx.example>")
set(CPACK_PACKAGE_DESCRIPTION_SUMMARY "${PROJECT_DESCRIPTION}")
set(CPACK_GENERATOR DEB TGZ)
# A component, so that the manifest of `cmake --install` stays.
set(CPACK_INSTALL_CMAKE_PROJECTS "${PROJECT_BINARY_DIR};proxx;proxx;/")
set(CPACK_PACKAGE_DIRECTORY ${PROJECT_BINARY_DIR}/packages)
set(CPACK_PROJECT_CONFIG_FILE ${CMAKE_CURRENT_LIST_DIR}/PackageTools.cmake)
set(CPACK_PACKAGE_CHECKSUM SHA256)
set(CPACK_STRIP_FILES ON)
# Whatever the umask.
set(CPACK_INSTALL_DEFAULT_DIRECTORY_PERMISSIONS
  OWNER_READ OWNER_WRITE OWNER_EXECUTE GROUP_READ GROUP_EXECUTE WORLD_READ WORLD_EXECUTE)
set(CPACK_PACKAGING_INSTALL_PREFIX /usr)
set(CPACK_PRE_BUILD_SCRIPTS ${CMAKE_CURRENT_LIST_DIR}/Package.cmake)
set(CPACK_DEBIAN_FILE_NAME DEB-DEFAULT)
set(CPACK_DEBIAN_PACKAGE_RELEASE 1)
set(CPACK_DEBIAN_PACKAGE_SECTION net)
set(CPACK_DEBIAN_PACKAGE_SHLIBDEPS ON)
set(CPACK_DEBIAN_PACKAGE_RECOMMENDS ca-certificates)
set(CPACK_DEBIAN_PACKAGE_DESCRIPTION
  "proxx converts OpenAI chat-completions requests to Anthropic's Messages API
and the answers back: one request or a batch on the command line, over the
stdio of a parent process, or over HTTP. A mock upstream is built in.")
include(CPack)
