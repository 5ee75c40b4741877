# What every target of this project shares, in one place.

find_program(FLIP_CCACHE ccache)
if(FLIP_CCACHE)
    # A precompiled header is found in the cache only with the first two relaxations. With paths taken
    # relative to the checkout, another folder of builds or another checkout finds what this one has
    # compiled.
    set(CMAKE_CXX_COMPILER_LAUNCHER ${CMAKE_COMMAND} -E env
        CCACHE_SLOPPINESS=pch_defines,time_macros CCACHE_BASEDIR=${PROJECT_SOURCE_DIR}
        CCACHE_NOHASHDIR=true ${FLIP_CCACHE})
    if(CMAKE_CXX_COMPILER_ID STREQUAL "GNU")
        add_compile_options(-fpch-preprocess)
    endif()
endif()
find_program(FLIP_MOLD mold)

# Where no LibTorch and no Arrow is named, those that installer/run.sh brought are taken.
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

# Our sources are kept free of warnings with GCC 12; another compiler warns of other things, which must
# keep nobody from building.
set(known OFF)
if(CMAKE_CXX_COMPILER_ID STREQUAL "GNU" AND CMAKE_CXX_COMPILER_VERSION MATCHES "^12[.]")
    set(known ON)
endif()
option(FLIP_WERROR "Take a warning about our own sources for an error" ${known})

# flip_target(NAME): our warnings, our include root, our sanitizers.
function(flip_target name)
    target_include_directories(${name} PUBLIC ${PROJECT_SOURCE_DIR})
    target_compile_options(${name} PRIVATE -Wall -Wextra -Wshadow -Wno-missing-field-initializers)
    if(FLIP_WERROR)
        # What the optimiser guesses, and what is deprecated, changes with the headers of LibTorch.
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
        # GCC says itself that checked code misleads this warning; the plain build has it on.
        if(CMAKE_CXX_COMPILER_ID STREQUAL "GNU")
            target_compile_options(${name} PRIVATE -Wno-maybe-uninitialized)
        endif()
        target_link_options(${name} PUBLIC -fsanitize=${FLIP_SANITIZE})
    endif()
    if(FLIP_MOLD)
        target_link_options(${name} PUBLIC -fuse-ld=mold)
    endif()
endfunction()

# flip_embed(TARGET ROOT FILES...): puts files into the program, to be read with embeddedFile().
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
