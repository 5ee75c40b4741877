#!/usr/bin/env bash
# Builds packages that run without compilers and libraries. See --help.
set -euo pipefail
# shellcheck source=installer/parts.sh
source "$(dirname "${BASH_SOURCE[0]}")/parts.sh"

usage() {
    cat <<TEXT
Usage: installer/package.sh [--full] [--slim] [--device-check] [--without-model | --with-model]
                            [--torch PLACE] [--cpu | --cuda] [--plm DIR]

Installs what is missing, builds, and creates packages in build/packages, each as .tar.gz and .deb:

  flip-workbench       everything, including LibTorch for the CPU and the language model
  flip-workbench-slim  without LibTorch: uses the PyTorch of an environment, of the minor version
                       that it was built with, on a GPU if that PyTorch supports it

They run on systems at least as new as the one that builds them; packages built on Debian 12 run on
Debian 12 and 13 and Ubuntu 24.04.

  --full, --slim   only this package
  --device-check   only the archive for experiments/gpu on a machine with a GPU
  --without-model, --with-model
                   whether to include the language model (default: yes, but not in the device check)
$SHARED_OPTIONS
  --help           print this text
TEXT
}

kinds=()
with_model=
while (($# > 0)); do
    shared_option "$@"
    if ((TAKEN == 0)); then
        TAKEN=1
        case $1 in
        --full | --slim | --device-check) kinds+=("${1#--}") ;;
        --without-model) with_model=false ;;
        --with-model) with_model=true ;;
        --help | -h) usage && exit 0 ;;
        *) usage_error "unknown option $1" ;;
        esac
    fi
    shift "$TAKEN"
done
((${#kinds[@]} > 0)) || kinds=(full slim)

# The packages contain LibTorch for the CPU; libraries for a device are not needed.
[[ $DEVICE != auto ]] || DEVICE=cpu
SYSTEM_PACKAGES+=(qt6-wayland xkb-data libqt6svg6 file)
umask 022 # packaged files must be readable by all users
prepare
install_packages
install_parts

folder=$ROOT/build/packages
mkdir -p "$folder"

# built PRESET WITH_MODEL TARGET...: builds the targets to package. The device check needs no Parquet.
built() {
    local preset=$1 model=
    ! $2 || model=$(readlink -f "$PARTS/models/$MODEL_NAME")
    shift 2
    CONFIGURE_OPTIONS=("-DFLIP_PACKAGE_MODEL=$model" -UFLIP_MODELS_DIR)
    [[ $preset != device-check ]] || CONFIGURE_OPTIONS+=(-DFLIP_PARQUET=OFF)
    configure "$preset"
    build "$preset" "$@" || die "the build failed; the compiler's messages are above"
}

pack() {
    local kind=$1 generator
    step "Package: $kind"
    built package "${with_model:-true}"
    for generator in TGZ DEB; do
        quietly env "FLIP_PACKAGE_KIND=$kind" cpack -G "$generator" -B "$folder" \
            --config "$ROOT/build/package/CPackConfig.cmake" ||
            die "packaging failed; the lines above show why (the disk has $(free_space))"
    done
    rm -rf "$folder/_CPack_Packages"
}

pack_device_check() {
    step "Archive for the device check"
    built device-check "${with_model:-false}" flip flip-engine parity_test flip-share
    local version name
    version=$(sed -n 's/^CMAKE_PROJECT_VERSION:STATIC=//p' "$ROOT/build/device-check/CMakeCache.txt")
    name=flip-device-check-$version-pytorch${TORCH_BUILD_VERSION%.*}
    rm -rf "${folder:?}/flip-device-check"
    quietly env FLIP_PACKAGE_KIND=device-check cmake --install "$ROOT/build/device-check" --strip \
        --prefix "$folder/flip-device-check" || die "packaging failed; the lines above show why"
    tar -C "$folder" -czf "$folder/$name.tar.gz" flip-device-check
    rm -rf "${folder:?}/flip-device-check"
}

for kind in "${kinds[@]}"; do
    if [[ $kind == device-check ]]; then pack_device_check; else pack "$kind"; fi
done
release_lock BUILD_LOCK
say
(cd "$folder" && du -h --apparent-size -- *.tar.gz *.deb 2>/dev/null || true)
