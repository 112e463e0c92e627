# Settings of what goes into packages: cross/package.sh uses them.
# Without debug information: packages carry none, and the build-id, which covers it, would tell folders and the settings
# of a compiler cache.
set(CMAKE_CXX_FLAGS_RELEASE "-O2 -DNDEBUG" CACHE STRING "")
include(${CMAKE_CURRENT_LIST_DIR}/release.cmake)
set(TRIBUTARY_PACKAGES ON CACHE BOOL "")
set(CMAKE_INSTALL_PREFIX /usr CACHE PATH "")
# Plugins lie in /usr/lib/tributary/plugins on every processor.
set(CMAKE_INSTALL_LIBDIR lib CACHE STRING "")
