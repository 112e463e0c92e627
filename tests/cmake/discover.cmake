# discover_tests(TARGET): one ctest entry per CppUTest group, asked of the program after it is linked.
function(discover_tests target)
  set(list "${CMAKE_CURRENT_BINARY_DIR}/${target}_tests.cmake")
  add_custom_command(TARGET ${target} POST_BUILD BYPRODUCTS "${list}"
    COMMAND ${CMAKE_COMMAND} -DPROGRAM=$<TARGET_FILE:${target}> "-DEMULATOR=${CMAKE_CROSSCOMPILING_EMULATOR}" -DOUTPUT=${list} -DNAME=${target}
            -P ${CMAKE_SOURCE_DIR}/tests/cmake/ask.cmake VERBATIM)
  set(guard "${CMAKE_CURRENT_BINARY_DIR}/${target}_include.cmake")
  file(WRITE "${guard}" "if(EXISTS \"${list}\")\n  include(\"${list}\")\nelse()\n  add_test(${target}_is_not_built ${target}_is_not_built)\nendif()\n")
  set_property(DIRECTORY APPEND PROPERTY TEST_INCLUDE_FILES "${guard}")
endfunction()
