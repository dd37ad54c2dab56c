# The two ways a folder becomes a target. A folder lists its headers, its sources and what it may
# call; compile options come from one interface target.

find_package(Threads REQUIRED)

add_library(pawl_options INTERFACE)
target_compile_features(pawl_options INTERFACE cxx_std_20)
# Our libraries are position-independent, for the Python modules. Without this g++ would inline none
# of their functions that others can see, since a program may put its own in their place: ours do not.
target_compile_options(pawl_options
                       INTERFACE $<$<CXX_COMPILER_ID:GNU>:-fno-semantic-interposition>)
target_compile_options(
  pawl_options
  INTERFACE -Wall
            -Wextra
            -Wpedantic
            -Wshadow
            -Wconversion
            -Wnon-virtual-dtor
            -Wold-style-cast
            -Werror
            $<$<CXX_COMPILER_ID:Clang>:-Wthread-safety>
            -fstack-protector-strong)
target_include_directories(pawl_options INTERFACE "${PROJECT_SOURCE_DIR}")
target_link_libraries(pawl_options INTERFACE Threads::Threads)
if(PAWL_SANITIZE)
  target_compile_options(pawl_options INTERFACE -fsanitize=${PAWL_SANITIZE}
                                                -fno-sanitize-recover=all -fno-omit-frame-pointer)
  target_link_options(pawl_options INTERFACE -fsanitize=${PAWL_SANITIZE})
endif()

# pawl_precompiled_headers(name [PIC] HEADERS <h>… [DEPS targets…])
# Headers of other projects that many sources of ours include and that take seconds to read, compiled
# once for all targets that say pawl_use_headers(target name). Ours are not among them: a source still
# includes what it uses, and builds without them (CMAKE_DISABLE_PRECOMPILE_HEADERS=ON). PIC: for
# libraries, and for nothing else. ccache needs the option below, and g++ alone has it.
set(pawl_pch_options $<$<CXX_COMPILER_ID:GNU>:-fpch-preprocess>)
function(pawl_precompiled_headers name)
  cmake_parse_arguments(arg "PIC" "" "HEADERS;DEPS" ${ARGN})
  set(source "${CMAKE_CURRENT_BINARY_DIR}/${name}.cc")
  file(GENERATE OUTPUT "${source}" CONTENT "")
  add_library(${name} OBJECT "${source}")
  target_link_libraries(${name} PRIVATE pawl_options ${arg_DEPS})
  target_compile_options(${name} PRIVATE ${pawl_pch_options})
  target_precompile_headers(${name} PRIVATE ${arg_HEADERS})
  set_target_properties(${name} PROPERTIES POSITION_INDEPENDENT_CODE ${arg_PIC})
endfunction()

# `target` is compiled with the same options as `name`.
function(pawl_use_headers target name)
  target_compile_options(${target} PRIVATE ${pawl_pch_options})
  target_precompile_headers(${target} REUSE_FROM ${name})
endfunction()

# pawl_module(name HEADERS h… [SOURCES cc…] [DEPS targets…] [PRIVATE_DEPS targets…])
# One folder of the project as a static library. HEADERS are what it publishes.
function(pawl_module name)
  cmake_parse_arguments(arg "" "" "HEADERS;SOURCES;DEPS;PRIVATE_DEPS" ${ARGN})
  if(arg_SOURCES)
    add_library(${name} STATIC ${arg_SOURCES})
    set(scope PUBLIC)
    target_link_libraries(${name} PRIVATE ${arg_PRIVATE_DEPS})
    set_target_properties(${name} PROPERTIES POSITION_INDEPENDENT_CODE ON)
  else()
    add_library(${name} INTERFACE)
    set(scope INTERFACE)
  endif()
  target_sources(${name} ${scope} FILE_SET HEADERS BASE_DIRS "${PROJECT_SOURCE_DIR}" FILES
                                  ${arg_HEADERS})
  target_link_libraries(${name} ${scope} pawl_options ${arg_DEPS})
endfunction()
