# Settings of what goes into packages: cross/package.sh uses them.
include(${CMAKE_CURRENT_LIST_DIR}/release.cmake)
set(TRIBUTARY_PACKAGES ON CACHE BOOL "")
set(CMAKE_INSTALL_PREFIX /usr CACHE PATH "")
# Plugins lie in /usr/lib/tributary/plugins on every processor.
set(CMAKE_INSTALL_LIBDIR lib CACHE STRING "")
