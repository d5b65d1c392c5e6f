# tidings_library(NAME LINK floor-below... [PRIVATE third-party...])
#   One folder of host/ = one static library tidings_NAME with every .cpp in the folder.
#   Tests beside the code become one executable per suffix, labelled so for ctest:
#     *_test.cpp    label unit, needs nothing      -> tidings_NAME_test
#     *_pgtest.cpp  label pg, needs a database     -> tidings_NAME_pgtest, which links
#                   pg/scratch.h and is one test of ctest: its cases share one server
#     *_nettest.cpp label net, needs a socket      -> tidings_NAME_nettest
function(tidings_library name)
  cmake_parse_arguments(ARG "" "" "LINK;PRIVATE;TEST_LINK" ${ARGN})
  file(GLOB sources CONFIGURE_DEPENDS *.cpp)
  list(FILTER sources EXCLUDE REGEX "_(test|pgtest|nettest|fuzz)\\.cpp$")
  if(NOT sources)
    file(WRITE ${CMAKE_CURRENT_BINARY_DIR}/empty.cpp "")
    set(sources ${CMAKE_CURRENT_BINARY_DIR}/empty.cpp)
  endif()
  add_library(tidings_${name} STATIC ${sources})
  target_include_directories(tidings_${name} PUBLIC ${CMAKE_SOURCE_DIR}/host)
  list(TRANSFORM ARG_LINK PREPEND tidings_)
  target_link_libraries(tidings_${name} PUBLIC ${ARG_LINK} PRIVATE tidings_warnings ${ARG_PRIVATE})
  if(name STREQUAL "base")
    target_precompile_headers(tidings_base PRIVATE ${CMAKE_SOURCE_DIR}/host/base/precompiled.h)
    target_link_libraries(tidings_base PUBLIC fmt::fmt tl::expected nlohmann_json::nlohmann_json
                                              Threads::Threads)
    tidings_test_precompiled()
  else()
    target_precompile_headers(tidings_${name} REUSE_FROM tidings_base)
  endif()
  foreach(suffix test pgtest nettest)
    tidings_test(${name} ${suffix} LINK tidings_${name} ${ARG_TEST_LINK})
  endforeach()
  tidings_fuzz(${name} LINK tidings_${name})
endfunction()

# The precompiled header of the tests: the host's and GoogleTest's.
function(tidings_test_precompiled)
  file(WRITE ${CMAKE_BINARY_DIR}/test_precompiled.cpp "")
  add_library(tidings_test_precompiled STATIC ${CMAKE_BINARY_DIR}/test_precompiled.cpp)
  target_link_libraries(tidings_test_precompiled PUBLIC tidings_base GTest::gmock
                        PRIVATE tidings_warnings)
  target_precompile_headers(tidings_test_precompiled PRIVATE
    ${CMAKE_SOURCE_DIR}/host/base/precompiled.h <gmock/gmock.h> <gtest/gtest.h>)
endfunction()

# tidings_test(NAME SUFFIX LINK targets...): the folder's *_SUFFIX.cpp as one test executable.
function(tidings_test name suffix)
  cmake_parse_arguments(ARG "" "" "LINK" ${ARGN})
  file(GLOB sources CONFIGURE_DEPENDS *_${suffix}.cpp)
  if(NOT sources)
    return()
  endif()
  set(target tidings_${name}_${suffix})
  set(label_test unit)
  set(label_pgtest pg)
  set(label_nettest net)
  add_executable(${target} ${sources})
  target_link_libraries(${target} PRIVATE ${ARG_LINK} tidings_warnings GTest::gmock GTest::gtest_main)
  target_compile_definitions(${target} PRIVATE TIDINGS_SOURCE_DIR="${CMAKE_SOURCE_DIR}"
                                               TIDINGS_BINARY_DIR="${CMAKE_BINARY_DIR}")
  target_precompile_headers(${target} REUSE_FROM tidings_test_precompiled)
  if(suffix STREQUAL "pgtest")
    target_link_libraries(${target} PRIVATE tidings_pg_scratch)
    add_test(NAME ${name}/pg COMMAND ${target} --gtest_brief=1)
    set_tests_properties(${name}/pg PROPERTIES LABELS pg TIMEOUT 600)
  else()
    gtest_discover_tests(${target} TEST_PREFIX "${name}/" DISCOVERY_TIMEOUT 60
                         PROPERTIES LABELS ${label_${suffix}} TIMEOUT 180)
  endif()
endfunction()

# tidings_fuzz(NAME LINK targets...): each X_fuzz.cpp defines LLVMFuzzerTestOneInput.
#   Always built with a driver that replays the corpus in X_corpus/ as a test; with clang and
#   -DTIDINGS_FUZZ=ON it is a libFuzzer binary instead.
function(tidings_fuzz name)
  cmake_parse_arguments(ARG "" "" "LINK" ${ARGN})
  file(GLOB sources CONFIGURE_DEPENDS *_fuzz.cpp)
  foreach(source ${sources})
    get_filename_component(stem ${source} NAME_WE)
    string(REPLACE "_fuzz" "" stem ${stem})
    set(target tidings_${name}_${stem}_fuzz)
    add_executable(${target} ${source})
    target_link_libraries(${target} PRIVATE ${ARG_LINK} tidings_warnings)
    if(TIDINGS_FUZZ)
      target_link_options(${target} PRIVATE -fsanitize=fuzzer)
    else()
      target_sources(${target} PRIVATE ${CMAKE_SOURCE_DIR}/tests/fuzz_replay.cpp)
    endif()
    add_test(NAME fuzz/${name}/${stem}
             COMMAND ${target} ${CMAKE_CURRENT_SOURCE_DIR}/${stem}_corpus)
    set_tests_properties(fuzz/${name}/${stem} PROPERTIES LABELS unit)
  endforeach()
endfunction()

# tidings_plugin([LINK targets...]): the folder's sources as build/plugins/FOLDER.so.
#   A plugin uses the SDK only: no header of the host is on its include path. Its *_test.cpp become
#   FOLDER_test, and each X_fuzz.cpp with its X_corpus/ a fuzz target as in tidings_fuzz().
function(tidings_plugin)
  cmake_parse_arguments(ARG "" "" "LINK" ${ARGN})
  get_filename_component(name ${CMAKE_CURRENT_SOURCE_DIR} NAME)
  file(GLOB sources CONFIGURE_DEPENDS *.cpp *.c)
  list(FILTER sources EXCLUDE REGEX "_(test|fuzz)\\.(cpp|c)$")
  add_library(${name} MODULE ${sources})
  set_target_properties(${name} PROPERTIES PREFIX "" C_VISIBILITY_PRESET hidden
    CXX_VISIBILITY_PRESET hidden VISIBILITY_INLINES_HIDDEN ON
    LIBRARY_OUTPUT_DIRECTORY ${CMAKE_BINARY_DIR}/plugins)
  target_compile_options(${name} PRIVATE $<$<CXX_COMPILER_ID:GNU>:-fno-gnu-unique>)
  target_link_libraries(${name} PRIVATE tidings_sdk tidings_warnings ${ARG_LINK})
  if(NOT name STREQUAL "template")
    install(TARGETS ${name} LIBRARY DESTINATION lib/tidings/plugins)
  endif()
  file(GLOB tests CONFIGURE_DEPENDS *_test.cpp)
  if(tests)
    add_executable(${name}_test ${tests} ${sources})
    target_link_libraries(${name}_test PRIVATE tidings_sdk tidings_warnings ${ARG_LINK}
                          GTest::gmock GTest::gtest_main)
    target_compile_definitions(${name}_test PRIVATE TIDINGS_SOURCE_DIR="${CMAKE_SOURCE_DIR}")
    gtest_discover_tests(${name}_test TEST_PREFIX "${name}/" PROPERTIES LABELS unit TIMEOUT 60)
  endif()
  file(GLOB fuzz CONFIGURE_DEPENDS *_fuzz.cpp)
  if(fuzz)
    add_library(${name}_fuzzed OBJECT ${sources})
    target_link_libraries(${name}_fuzzed PUBLIC tidings_sdk ${ARG_LINK} PRIVATE tidings_warnings)
    tidings_fuzz(${name} LINK ${name}_fuzzed)
  endif()
endfunction()
include(GoogleTest)
