# cmake -C tests/fuzz/settings.cmake -S . -B build/fuzz -G Ninja && ninja -C build/fuzz fuzz
set(CMAKE_CXX_COMPILER clang++-19 CACHE STRING "")
set(CMAKE_BUILD_TYPE Debug CACHE STRING "")
set(CMAKE_CXX_FLAGS_DEBUG "-O1 -g1" CACHE STRING "")
set(TRIBUTARY_SANITIZE fuzzer-no-link,address,undefined CACHE STRING "")
set(TRIBUTARY_FUZZ ON CACHE BOOL "")
