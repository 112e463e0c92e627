# cmake -C cross/tsan.cmake -S . -B build/tsan
set(CMAKE_BUILD_TYPE Debug CACHE STRING "")
set(CMAKE_CXX_FLAGS_DEBUG "-O1 -g1" CACHE STRING "")
set(TRIBUTARY_SANITIZE thread CACHE STRING "")
