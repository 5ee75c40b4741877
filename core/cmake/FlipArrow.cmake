# flip_arrow: Arrow and its Parquet reader, from a pyarrow wheel. Only the wheel's headers and libraries
# are used; no Python code is run. Wheels for manylinux_2_28 and later have the C++ ABI of this project;
# from pyarrow 22 on they need C++20, like this project.
#
# FLIP_ARROW_DIR is the wheel's folder. By default it is the pyarrow that installer/run.sh installed,
# else that of the python3 in PATH.

if(NOT FLIP_ARROW_DIR AND FLIP_ARROW_HINT)
    set(FLIP_ARROW_DIR "${FLIP_ARROW_HINT}" CACHE PATH "" FORCE)
elseif(NOT FLIP_ARROW_DIR)
    execute_process(
        COMMAND python3 -c "import importlib.util as u; print(u.find_spec('pyarrow').submodule_search_locations[0])"
        OUTPUT_VARIABLE FLIP_FOUND_ARROW OUTPUT_STRIP_TRAILING_WHITESPACE ERROR_QUIET)
    set(FLIP_ARROW_DIR "${FLIP_FOUND_ARROW}" CACHE PATH "" FORCE)
endif()

# The library files exist only under their versioned names.
set(version "")
if(EXISTS "${FLIP_ARROW_DIR}/include/arrow/util/config.h")
    file(STRINGS "${FLIP_ARROW_DIR}/include/arrow/util/config.h" lines
         REGEX "^#define ARROW_(SO_VERSION|VERSION_STRING) ")
    set_property(DIRECTORY APPEND PROPERTY CMAKE_CONFIGURE_DEPENDS
                 "${FLIP_ARROW_DIR}/include/arrow/util/config.h") # another wheel in the same place
    string(REGEX REPLACE ".*ARROW_SO_VERSION \"([0-9]+)\".*" "\\1" version "${lines}")
    string(REGEX REPLACE ".*ARROW_VERSION_STRING \"([^\"]+)\".*" "\\1" FLIP_ARROW_VERSION "${lines}")
endif()
foreach(name arrow parquet)
    set(library "${FLIP_ARROW_DIR}/lib${name}.so.${version}")
    if(NOT version OR NOT EXISTS "${library}")
        message(FATAL_ERROR "FLIP_PARQUET needs the package pyarrow, and there is none in "
                            "\"${FLIP_ARROW_DIR}\": run installer/run.sh, which fetches it, set "
                            "FLIP_ARROW_DIR to the folder of one, or leave Parquet out by "
                            "-DFLIP_PARQUET=OFF")
    endif()
    add_library(flip_arrow_${name} SHARED IMPORTED)
    set_target_properties(flip_arrow_${name} PROPERTIES
        IMPORTED_LOCATION "${library}"
        INTERFACE_INCLUDE_DIRECTORIES "${FLIP_ARROW_DIR}/include")
endforeach()
add_library(flip_arrow INTERFACE IMPORTED)
target_link_libraries(flip_arrow INTERFACE flip_arrow_parquet flip_arrow_arrow)
message(STATUS "Arrow ${FLIP_ARROW_VERSION}: ${FLIP_ARROW_DIR}")
