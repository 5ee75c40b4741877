# Inspects a folder of LibTorch and checks whether it can be used. No CUDA toolkit is needed, since this
# project compiles no device code. Used by FindLibTorch.cmake when configuring and by
# inspect_libtorch.cmake as a script.

# The versions this project is built and tested with; the interface changes between minor versions.
set(FLIP_TORCH_OLDEST 2.11)
set(FLIP_TORCH_BEYOND 2.15)

# flip_torch_folder(GIVEN RESULT): the folder with include/ and lib/ for GIVEN, or "". GIVEN is that
# folder, a folder that contains it (site-packages, a virtual environment, an unpacked zip), its lib or
# share/cmake/Torch, or a Python that has the package torch.
function(flip_torch_folder given result)
    set(candidates "${given}" "${given}/torch" "${given}/libtorch")
    if("${given}" MATCHES "^(.*)/(lib|share/cmake|share/cmake/Torch)/?$")
        list(APPEND candidates "${CMAKE_MATCH_1}")
    endif()
    file(GLOB environments "${given}/lib/python3*/site-packages/torch"
         "${given}/lib64/python3*/site-packages/torch")
    list(APPEND candidates ${environments})
    if(NOT IS_DIRECTORY "${given}")
        # torch is located but not imported: an import takes seconds and needs further Python packages.
        execute_process(
            COMMAND "${given}" -c
                    "import importlib.util as u; print(u.find_spec('torch').submodule_search_locations[0])"
            OUTPUT_VARIABLE package OUTPUT_STRIP_TRAILING_WHITESPACE ERROR_QUIET)
        set(candidates "${package}")
    endif()
    foreach(folder ${candidates})
        if(EXISTS "${folder}/lib/libtorch_cpu.so" OR EXISTS "${folder}/include/torch/headeronly")
            get_filename_component(folder "${folder}" REALPATH)
            set(${result} "${folder}" PARENT_SCOPE)
            return()
        endif()
    endforeach()
    set(${result} "" PARENT_SCOPE)
endfunction()

# flip_libraries_missing(LIBRARY RESULT): the libraries that LIBRARY links and the loader does not find
# without LD_LIBRARY_PATH; LIBRARY itself if it is damaged.
function(flip_libraries_missing library result)
    execute_process(COMMAND ${CMAKE_COMMAND} -E env --unset=LD_LIBRARY_PATH --unset=LD_PRELOAD
                            ldd "${library}"
                    OUTPUT_VARIABLE links RESULT_VARIABLE status ERROR_QUIET)
    string(REGEX MATCHALL "[^ \t\n]+ => not found" missing "${links}")
    list(TRANSFORM missing REPLACE " => not found" "")
    list(REMOVE_DUPLICATES missing)
    if(NOT status EQUAL 0 AND NOT missing)
        set(missing "${library}")
    endif()
    set(${result} "${missing}" PARENT_SCOPE)
endfunction()

# flip_inspect_libtorch(FOLDER PREFIX): sets PREFIX_VERSION (2.13.0), PREFIX_CUDA (13.0, or empty for a
# CPU build), PREFIX_CUDA_MISSING (libraries that its CUDA part needs and that are missing) and
# PREFIX_PROBLEM (a sentence why the folder cannot be used, or empty).
function(flip_inspect_libtorch folder prefix)
    foreach(name VERSION CUDA CUDA_MISSING PROBLEM)
        set(${prefix}_${name} "" PARENT_SCOPE)
    endforeach()
    foreach(file lib/libc10.so lib/libtorch_cpu.so include/ATen/core/Tensor.h
                 include/torch/headeronly/version.h include/torch/csrc/api/include/torch/torch.h)
        if(NOT EXISTS "${folder}/${file}")
            set(${prefix}_PROBLEM "${folder}: ${file} is missing; install PyTorch again" PARENT_SCOPE)
            return()
        endif()
    endforeach()

    file(STRINGS "${folder}/include/torch/headeronly/version.h" lines REGEX "TORCH_VERSION_[A-Z]+ [0-9]")
    string(REGEX REPLACE ".*MAJOR ([0-9]+).*MINOR ([0-9]+).*PATCH ([0-9]+).*" "\\1.\\2.\\3" version
                         "${lines}")
    set(${prefix}_VERSION "${version}" PARENT_SCOPE)
    if(version VERSION_LESS FLIP_TORCH_OLDEST OR NOT version VERSION_LESS FLIP_TORCH_BEYOND)
        set(${prefix}_PROBLEM "${folder}: this is PyTorch ${version}; one from ${FLIP_TORCH_OLDEST} to \
below ${FLIP_TORCH_BEYOND} is needed" PARENT_SCOPE)
        return()
    endif()

    # The machine field of the ELF header must be that of this computer's programs.
    file(READ "${folder}/lib/libc10.so" machine OFFSET 18 LIMIT 2 HEX)
    file(READ "/proc/self/exe" own OFFSET 18 LIMIT 2 HEX)
    if(NOT machine STREQUAL own)
        set(${prefix}_PROBLEM "${folder}: this PyTorch is for another kind of processor; install the \
one for this computer" PARENT_SCOPE)
        return()
    endif()
    # Symbols with std::string have this tag since the C++ library's ABI changed.
    file(STRINGS "${folder}/lib/libc10.so" marked REGEX "_ZN3c106DeviceC.*cxx11" LIMIT_COUNT 1)
    if(NOT marked)
        set(${prefix}_PROBLEM "${folder}: this PyTorch is built with the C++ ABI of before 2015; \
install one from pip" PARENT_SCOPE)
        return()
    endif()
    flip_libraries_missing("${folder}/lib/libtorch_cpu.so" missing)
    if(missing STREQUAL "${folder}/lib/libtorch_cpu.so")
        set(${prefix}_PROBLEM "${folder}: lib/libtorch_cpu.so is damaged; install PyTorch again" PARENT_SCOPE)
        return()
    endif()
    if(missing)
        string(REPLACE ";" ", " missing "${missing}")
        set(${prefix}_PROBLEM "${folder}: its libtorch_cpu.so links ${missing}, which is not here; \
install PyTorch with the packages that it depends on" PARENT_SCOPE)
        return()
    endif()

    if(EXISTS "${folder}/lib/libtorch_cuda.so")
        set(cuda "unknown")
        foreach(file version.py build-version) # of a wheel, of a zip
            if(EXISTS "${folder}/${file}")
                file(STRINGS "${folder}/${file}" lines REGEX "^cuda[ :=]|\\+cu[0-9]+$")
                if("${lines}" MATCHES "'([0-9]+\\.[0-9]+)'")
                    set(cuda "${CMAKE_MATCH_1}")
                elseif("${lines}" MATCHES "\\+cu([0-9]+)([0-9])$")
                    set(cuda "${CMAKE_MATCH_1}.${CMAKE_MATCH_2}")
                endif()
            endif()
        endforeach()
        set(${prefix}_CUDA "${cuda}" PARENT_SCOPE)
        flip_libraries_missing("${folder}/lib/libtorch_cuda.so" missing)
        set(${prefix}_CUDA_MISSING "${missing}" PARENT_SCOPE)
    endif()
endfunction()
