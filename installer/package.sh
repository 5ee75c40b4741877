#!/usr/bin/env bash
# Makes packages that run where nothing can be compiled. See --help.
set -euo pipefail
# shellcheck source=installer/parts.sh
source "$(dirname "${BASH_SOURCE[0]}")/parts.sh"

usage() {
    cat <<TEXT
Usage: installer/package.sh [--full] [--slim] [--device-check] [--without-model | --with-model]
                            [--torch PLACE] [--cpu | --cuda] [--plm DIR]

Installs what is missing, builds, and makes packages in build/packages, each as .tar.gz and .deb:

  flip-workbench       with everything in it, LibTorch for the processor and the language model too
  flip-workbench-slim  without LibTorch: uses the PyTorch of an environment, of the minor version
                       that it was built with, on a graphics processor if that PyTorch can

They run on systems as new as the one that builds or newer; Debian 12 makes packages for Debian 12
and 13 and Ubuntu 24.04.

  --full, --slim   only this one
  --device-check   only what experiments/gpu takes to a machine with a graphics processor
  --without-model, --with-model
                   whether the language model is part of it (default: with, and without in the check)
$SHARED_OPTIONS
  --help           this text
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

# The packages hold LibTorch for the processor; what a device needs would be fetched for nothing.
[[ $DEVICE != auto ]] || DEVICE=cpu
SYSTEM_PACKAGES+=(qt6-wayland xkb-data libqt6svg6 file)
umask 022 # what is packed is for everybody
prepare
install_packages
install_parts

folder=$ROOT/build/packages
mkdir -p "$folder"

# built PRESET WITH_MODEL TARGET...: builds what is packed. The check reads no raw files.
built() {
    local preset=$1 model=
    ! $2 || model=$(readlink -f "$PARTS/models/$MODEL_NAME")
    shift 2
    CONFIGURE_OPTIONS=("-DFLIP_PACKAGE_MODEL=$model" -UFLIP_MODELS_DIR)
    [[ $preset != device-check ]] || CONFIGURE_OPTIONS+=(-DFLIP_PARQUET=OFF)
    configure "$preset"
    build "$preset" "$@" || die "the build failed; the compiler's message stands above"
}

pack() {
    local kind=$1 generator
    step "Package: $kind"
    built package "${with_model:-true}"
    for generator in TGZ DEB; do
        quietly env "FLIP_PACKAGE_KIND=$kind" cpack -G "$generator" -B "$folder" \
            --config "$ROOT/build/package/CPackConfig.cmake" ||
            die "packing failed; the lines above say why (the disk has $(free_space))"
    done
    rm -rf "$folder/_CPack_Packages"
}

pack_device_check() {
    step "Check for a graphics processor"
    built device-check "${with_model:-false}" flip flip-engine parity_test flip-share
    local version name
    version=$(sed -n 's/^CMAKE_PROJECT_VERSION:STATIC=//p' "$ROOT/build/device-check/CMakeCache.txt")
    name=flip-device-check-$version-pytorch${TORCH_BUILD_VERSION%.*}
    rm -rf "${folder:?}/flip-device-check"
    quietly env FLIP_PACKAGE_KIND=device-check cmake --install "$ROOT/build/device-check" --strip \
        --prefix "$folder/flip-device-check" || die "packing failed; the lines above say why"
    tar -C "$folder" -czf "$folder/$name.tar.gz" flip-device-check
    rm -rf "${folder:?}/flip-device-check"
}

for kind in "${kinds[@]}"; do
    if [[ $kind == device-check ]]; then pack_device_check; else pack "$kind"; fi
done
release_lock BUILD_LOCK
say
(cd "$folder" && du -h --apparent-size -- *.tar.gz *.deb 2>/dev/null || true)
