# find_package(tidings-sdk) gives
#   tidings::sdk                      the headers: tidings/plugin.h, plugin.hpp, testing.hpp
#   tidings_plugin([LINK targets...]) the sources of the current folder as FOLDER.so, in
#                                     <build>/plugins; its *_test.cpp as a GoogleTest, where that is
#                                     found. The same line works inside the tree of Tidings.
if(NOT TARGET tidings::sdk)
  add_library(tidings::sdk INTERFACE IMPORTED)
  get_filename_component(_tidings_prefix "${CMAKE_CURRENT_LIST_DIR}/../../.." ABSOLUTE)
  set_target_properties(tidings::sdk PROPERTIES
    INTERFACE_INCLUDE_DIRECTORIES "${_tidings_prefix}/include"
    INTERFACE_COMPILE_FEATURES cxx_std_17)
  unset(_tidings_prefix)
endif()

function(tidings_plugin)
  cmake_parse_arguments(ARG "" "" "LINK" ${ARGN})
  get_filename_component(name ${CMAKE_CURRENT_SOURCE_DIR} NAME)
  file(GLOB sources CONFIGURE_DEPENDS *.cpp *.c)
  list(FILTER sources EXCLUDE REGEX "_(test|fuzz)\\.(cpp|c)$")
  add_library(${name} MODULE ${sources})
  set_target_properties(${name} PROPERTIES PREFIX "" C_VISIBILITY_PRESET hidden
    CXX_VISIBILITY_PRESET hidden VISIBILITY_INLINES_HIDDEN ON
    LIBRARY_OUTPUT_DIRECTORY ${CMAKE_BINARY_DIR}/plugins)
  # A unique symbol would bind one plugin to statics of another, and of its own older version.
  target_compile_options(${name} PRIVATE
    $<$<COMPILE_LANG_AND_ID:CXX,GNU>:-fno-gnu-unique>)
  target_link_libraries(${name} PRIVATE tidings::sdk ${ARG_LINK})
  file(GLOB tests CONFIGURE_DEPENDS *_test.cpp)
  find_package(GTest QUIET)
  if(tests AND GTest_FOUND)
    add_executable(${name}_test ${tests} ${sources})
    target_link_libraries(${name}_test PRIVATE tidings::sdk ${ARG_LINK} GTest::gtest_main)
    add_test(NAME ${name} COMMAND ${name}_test)
  endif()
endfunction()
