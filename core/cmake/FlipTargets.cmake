# Settings shared by all targets of this project.

find_program(FLIP_CCACHE ccache)
if(FLIP_CCACHE)
    # ccache supports precompiled headers only with this sloppiness. With paths relative to the checkout,
    # other build folders and other checkouts can reuse its results.
    set(CMAKE_CXX_COMPILER_LAUNCHER ${CMAKE_COMMAND} -E env
        CCACHE_SLOPPINESS=pch_defines,time_macros CCACHE_BASEDIR=${PROJECT_SOURCE_DIR}
        CCACHE_NOHASHDIR=true ${FLIP_CCACHE})
    if(CMAKE_CXX_COMPILER_ID STREQUAL "GNU")
        add_compile_options(-fpch-preprocess)
    endif()
endif()
find_program(FLIP_MOLD mold)

# Default locations of LibTorch and Arrow: those that installer/run.sh installed.
set(FLIP_PARTS "$ENV{FLIP_PARTS}")
if(NOT FLIP_PARTS)
    set(FLIP_PARTS "$ENV{XDG_DATA_HOME}")
    if(NOT FLIP_PARTS)
        set(FLIP_PARTS "$ENV{HOME}/.local/share")
    endif()
    set(FLIP_PARTS "${FLIP_PARTS}/flip-workbench")
endif()
set(FLIP_TORCH_HINTS "${FLIP_PARTS}/python")
file(GLOB FLIP_ARROW_HINT "${FLIP_PARTS}/python/lib/python3*/site-packages/pyarrow")

# The sources have no warnings with GCC 12; other compilers have other warnings, which must not break
# the build.
set(known OFF)
if(CMAKE_CXX_COMPILER_ID STREQUAL "GNU" AND CMAKE_CXX_COMPILER_VERSION MATCHES "^12[.]")
    set(known ON)
endif()
option(FLIP_WERROR "Treat warnings about the project's sources as errors" ${known})

# flip_target(NAME): sets the project's warnings, include folder and sanitizers.
function(flip_target name)
    target_include_directories(${name} PUBLIC ${PROJECT_SOURCE_DIR})
    target_compile_options(${name} PRIVATE -Wall -Wextra -Wshadow -Wno-missing-field-initializers)
    if(FLIP_WERROR)
        # Warnings of the optimiser and about deprecation depend on the headers of LibTorch.
        target_compile_options(${name} PRIVATE -Werror -Wno-error=deprecated-declarations)
        if(CMAKE_CXX_COMPILER_ID STREQUAL "GNU")
            target_compile_options(${name} PRIVATE
                -Wno-error=array-bounds -Wno-error=dangling-pointer -Wno-error=free-nonheap-object
                -Wno-error=maybe-uninitialized -Wno-error=restrict -Wno-error=stringop-overflow
                -Wno-error=stringop-overread)
        endif()
    endif()
    if(FLIP_SANITIZE)
        target_compile_options(${name} PUBLIC -fsanitize=${FLIP_SANITIZE} -fno-omit-frame-pointer
                                              -fno-sanitize-recover=all)
        # GCC documents false positives of this warning with sanitizers; other builds have it on.
        if(CMAKE_CXX_COMPILER_ID STREQUAL "GNU")
            target_compile_options(${name} PRIVATE -Wno-maybe-uninitialized)
        endif()
        target_link_options(${name} PUBLIC -fsanitize=${FLIP_SANITIZE})
    endif()
    if(FLIP_MOLD)
        target_link_options(${name} PUBLIC -fuse-ld=mold)
    endif()
endfunction()

# flip_embed(TARGET ROOT FILES...): embeds files into the program; embeddedFile() reads them.
function(flip_embed target root)
    set(generated ${CMAKE_CURRENT_BINARY_DIR}/embedded_files.cpp)
    set(inputs)
    foreach(file ${ARGN})
        list(APPEND inputs ${root}/${file})
    endforeach()
    string(REPLACE ";" "," names "${ARGN}")
    add_custom_command(
        OUTPUT ${generated}
        COMMAND ${CMAKE_COMMAND} -DROOT=${root} -DFILES=${names} -DOUTPUT=${generated}
                -P ${PROJECT_SOURCE_DIR}/core/cmake/EmbedFiles.cmake
        DEPENDS ${inputs} ${PROJECT_SOURCE_DIR}/core/cmake/EmbedFiles.cmake
        COMMENT "Embedding resources")
    target_sources(${target} PRIVATE ${generated})
endfunction()
