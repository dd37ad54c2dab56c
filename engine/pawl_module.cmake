# The two ways a folder becomes a target. A folder lists its headers, its sources and what it may
# call; compile options come from one interface target.

find_package(Threads REQUIRED)

add_library(pawl_options INTERFACE)
target_compile_features(pawl_options INTERFACE cxx_std_20)
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
