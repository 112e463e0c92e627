# How everything is compiled: language level, warnings, hardening, and the three functions that make a library of a
# folder, a plugin of a folder and a test of a folder.
set(CMAKE_CXX_STANDARD 20)
set(CMAKE_CXX_STANDARD_REQUIRED ON)
set(CMAKE_CXX_EXTENSIONS OFF)
set(CMAKE_CXX_VISIBILITY_PRESET hidden)
set(CMAKE_VISIBILITY_INLINES_HIDDEN ON)
set(CMAKE_POSITION_INDEPENDENT_CODE ON)
set(CMAKE_RUNTIME_OUTPUT_DIRECTORY ${CMAKE_BINARY_DIR}/bin)
if(NOT CMAKE_BUILD_TYPE)
  set(CMAKE_BUILD_TYPE RelWithDebInfo CACHE STRING "" FORCE)
endif()
find_program(CCACHE_PROGRAM ccache)
if(CCACHE_PROGRAM AND NOT CMAKE_CXX_COMPILER_LAUNCHER)
  set(CMAKE_CXX_COMPILER_LAUNCHER ${CCACHE_PROGRAM})
endif()
include(GNUInstallDirs)
set(CMAKE_INSTALL_DEFAULT_COMPONENT_NAME tributary)

add_library(tributary_flags INTERFACE)
target_include_directories(tributary_flags INTERFACE ${CMAKE_SOURCE_DIR})
target_compile_definitions(tributary_flags INTERFACE _FILE_OFFSET_BITS=64 TRIBUTARY_VERSION="${PROJECT_VERSION}")
if(CMAKE_SIZEOF_VOID_P EQUAL 4)
  target_compile_definitions(tributary_flags INTERFACE _TIME_BITS=64)  # time goes on after 2038
endif()
target_compile_options(tributary_flags INTERFACE
  -Wall -Wextra -Wpedantic -Werror
  -Wconversion -Wsign-conversion  # a size that turns negative is a leak or a loss here
  -Wshadow                        # the wrong variable of two
  -Wold-style-cast -Wnon-virtual-dtor -Woverloaded-virtual
  -Wimplicit-fallthrough -Wnull-dereference
  -fstack-protector-strong)
if(CMAKE_CXX_COMPILER_ID STREQUAL "GNU")
  # g++ 12 sees null dereferences and overflows in libstdc++ itself when it optimises.
  target_compile_options(tributary_flags INTERFACE -Wno-null-dereference -Wno-restrict -Wsuggest-override)
endif()
if(TRIBUTARY_SANITIZE AND CMAKE_CXX_COMPILER_ID STREQUAL "GNU")
  # With sanitizers g++ 12 takes every shrinking resize() for one that may wrap around.
  target_compile_options(tributary_flags INTERFACE -Wno-stringop-overflow)
endif()
if(TRIBUTARY_SANITIZE)
  target_compile_options(tributary_flags INTERFACE -fsanitize=${TRIBUTARY_SANITIZE} -fno-omit-frame-pointer -fno-sanitize-recover=all)
  target_link_options(tributary_flags INTERFACE -fsanitize=${TRIBUTARY_SANITIZE})
else()
  target_compile_options(tributary_flags INTERFACE $<$<NOT:$<CONFIG:Debug>>:-U_FORTIFY_SOURCE> $<$<NOT:$<CONFIG:Debug>>:-D_FORTIFY_SOURCE=2>)
  target_link_options(tributary_flags INTERFACE -Wl,-z,relro,-z,now)
endif()

if(TRIBUTARY_PACKAGES)
  # The same bytes from any folder: no path of this machine gets into what is shipped.
  target_compile_options(tributary_flags INTERFACE -ffile-prefix-map=${CMAKE_SOURCE_DIR}=. -ffile-prefix-map=${CMAKE_BINARY_DIR}=.)
endif()
# A library that is not used is not loaded, and no package has to depend on it.
target_link_options(tributary_flags INTERFACE -Wl,--as-needed)

# tributary_library(NAME [libraries...]): tributary_NAME from every source in this folder.
function(tributary_library name)
  file(GLOB sources CONFIGURE_DEPENDS ${CMAKE_CURRENT_SOURCE_DIR}/*.cpp)
  if(sources)
    add_library(tributary_${name} STATIC ${sources})
    target_link_libraries(tributary_${name} PUBLIC tributary_flags ${ARGN})
  else()
    add_library(tributary_${name} INTERFACE)
    target_link_libraries(tributary_${name} INTERFACE tributary_flags ${ARGN})
  endif()
endfunction()

# tributary_plugin(NAME [libraries...]): NAME.so from every source in this folder, and plugin_NAME, the same objects
# as a static library with the entry tributary_plugin_NAME, for tests and fuzzers. Only plugin.cpp, which has the entry, is
# compiled for each.
function(tributary_plugin name)
  file(GLOB sources CONFIGURE_DEPENDS ${CMAKE_CURRENT_SOURCE_DIR}/*.cpp)
  if(NOT sources)
    return()
  endif()
  set(entry ${CMAKE_CURRENT_SOURCE_DIR}/plugin.cpp)
  list(REMOVE_ITEM sources ${entry})
  set(parts)
  if(sources)
    add_library(plugin_${name}_parts OBJECT ${sources})
    target_link_libraries(plugin_${name}_parts PUBLIC tributary_flags ${ARGN})
    set(parts $<TARGET_OBJECTS:plugin_${name}_parts>)
  endif()
  add_library(plugin_${name}_so MODULE ${entry} ${parts})
  set_target_properties(plugin_${name}_so PROPERTIES PREFIX "" OUTPUT_NAME ${name} LIBRARY_OUTPUT_DIRECTORY ${CMAKE_BINARY_DIR}/plugins)
  target_link_libraries(plugin_${name}_so PRIVATE tributary_flags ${ARGN})
  if(NOT TRIBUTARY_SANITIZE)
    target_link_options(plugin_${name}_so PRIVATE -Wl,-z,defs)
  endif()
  set_property(GLOBAL APPEND PROPERTY tributary_plugins plugin_${name}_so)
  install(TARGETS plugin_${name}_so LIBRARY DESTINATION ${CMAKE_INSTALL_LIBDIR}/tributary/plugins)
  if(TRIBUTARY_TESTS)
    add_library(plugin_${name} STATIC ${entry} ${parts})
    target_compile_definitions(plugin_${name} PRIVATE TRIBUTARY_STATIC_PLUGIN=${name})
    target_link_libraries(plugin_${name} PUBLIC tributary_flags ${ARGN})
  endif()
endfunction()
