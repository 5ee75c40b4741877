# Arrow and its Parquet reader out of a pyarrow wheel, as the target flip_arrow. FLIP_ARROW_DIR is the
# wheel's folder; without it python3 is asked.

set(FLIP_ARROW_DIR "" CACHE PATH "The folder of the pyarrow package, for FLIP_PARQUET")
if(NOT FLIP_ARROW_DIR)
    execute_process(COMMAND python3 -c "import pyarrow; print(pyarrow.__path__[0])"
                    OUTPUT_VARIABLE FLIP_FOUND_ARROW OUTPUT_STRIP_TRAILING_WHITESPACE ERROR_QUIET)
    set(FLIP_ARROW_DIR "${FLIP_FOUND_ARROW}" CACHE PATH "" FORCE)
endif()

# The wheel has the libraries under their versioned names only.
set(libraries)
foreach(name arrow parquet)
    file(GLOB found "${FLIP_ARROW_DIR}/lib${name}.so.*")
    if(NOT found)
        message(FATAL_ERROR "FLIP_PARQUET needs the pyarrow package: pip install pyarrow, or set "
                            "FLIP_ARROW_DIR to its folder")
    endif()
    list(GET found 0 library)
    add_library(flip_arrow_${name} SHARED IMPORTED)
    set_target_properties(flip_arrow_${name} PROPERTIES
        IMPORTED_LOCATION "${library}"
        INTERFACE_INCLUDE_DIRECTORIES "${FLIP_ARROW_DIR}/include")
    list(APPEND libraries flip_arrow_${name})
endforeach()
add_library(flip_arrow INTERFACE IMPORTED)
target_link_libraries(flip_arrow INTERFACE ${libraries})
