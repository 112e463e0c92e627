# cmake -C cross/asan.cmake -S . -B build/asan
set(CMAKE_BUILD_TYPE Debug CACHE STRING "")
set(CMAKE_CXX_FLAGS_DEBUG "-O1 -g1" CACHE STRING "")
set(TRIBUTARY_SANITIZE address,undefined CACHE STRING "")
