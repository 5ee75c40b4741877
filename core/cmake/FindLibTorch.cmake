# LibTorch::LibTorch: the C++ library inside a PyTorch wheel or zip, as a CPU build or with CUDA.
# PyTorch's own CMake package needs a CUDA toolkit for a CUDA build; compiling and linking C++ does not,
# so headers and libraries are used directly.
#
# The CUDA part (libtorch_cuda) is not linked: the program loads it when a run uses a GPU
# (core/device/devices.h). So one program runs with both builds, also if the large libraries for the
# device are not installed, and starts as quickly as without them.
#
# Searched in LibTorch_ROOT or $FLIP_TORCH (a Python that has the package torch, or a folder), Torch_DIR,
# CMAKE_PREFIX_PATH and what installer/run.sh installed, in this order. The first PyTorch found is used or
# refused; if LibTorch_ROOT is set, nothing else is tried.
#
# Sets LibTorch_FOUND, LibTorch_FOLDER, LibTorch_VERSION, LibTorch_CUDA (13.0, or empty).

include(${CMAKE_CURRENT_LIST_DIR}/LibTorchFolder.cmake)

set(LibTorch_ROOT "$ENV{FLIP_TORCH}" CACHE PATH "A Python that has PyTorch, or the folder of one")
set(LibTorch_FOLDER "")
set(LibTorch_PROBLEM "")
if(LibTorch_ROOT)
    flip_torch_folder("${LibTorch_ROOT}" LibTorch_FOLDER)
    if(NOT LibTorch_FOLDER)
        set(LibTorch_PROBLEM "LibTorch_ROOT is ${LibTorch_ROOT}, where there is no PyTorch")
    endif()
else()
    string(REPLACE ":" ";" prefixes "$ENV{CMAKE_PREFIX_PATH}")
    foreach(place "${Torch_DIR}" "$ENV{Torch_DIR}" ${CMAKE_PREFIX_PATH} ${prefixes}
                  ${FLIP_TORCH_HINTS})
        if(place AND NOT LibTorch_FOLDER)
            flip_torch_folder("${place}" LibTorch_FOLDER)
        endif()
    endforeach()
    if(NOT LibTorch_FOLDER)
        set(LibTorch_PROBLEM "there is no PyTorch here; run installer/run.sh, or set LibTorch_ROOT to a \
Python that has it")
    endif()
endif()
if(LibTorch_FOLDER)
    flip_inspect_libtorch("${LibTorch_FOLDER}" LibTorch)
endif()

if(LibTorch_PROBLEM)
    set(LibTorch_FOUND FALSE)
    if(LibTorch_FIND_REQUIRED)
        message(FATAL_ERROR "LibTorch: ${LibTorch_PROBLEM}")
    endif()
    return()
endif()
set(LibTorch_FOUND TRUE)
if(LibTorch_CUDA)
    message(STATUS "LibTorch ${LibTorch_VERSION} with CUDA ${LibTorch_CUDA}: ${LibTorch_FOLDER}")
else()
    message(STATUS "LibTorch ${LibTorch_VERSION}: ${LibTorch_FOLDER}")
endif()

if(NOT TARGET LibTorch::LibTorch)
    add_library(LibTorch::C10 SHARED IMPORTED)
    set_target_properties(LibTorch::C10 PROPERTIES
        IMPORTED_LOCATION "${LibTorch_FOLDER}/lib/libc10.so"
        INTERFACE_INCLUDE_DIRECTORIES
            "${LibTorch_FOLDER}/include;${LibTorch_FOLDER}/include/torch/csrc/api/include")
    add_library(LibTorch::LibTorch SHARED IMPORTED)
    set_target_properties(LibTorch::LibTorch PROPERTIES
        IMPORTED_LOCATION "${LibTorch_FOLDER}/lib/libtorch_cpu.so"
        INTERFACE_LINK_LIBRARIES LibTorch::C10)
endif()
