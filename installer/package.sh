#!/usr/bin/env bash
# Makes packages that run where nothing can be compiled. See --help.
set -euo pipefail
# shellcheck source=installer/parts.sh
source "$(dirname "${BASH_SOURCE[0]}")/parts.sh"

usage() {
    cat <<TEXT
Usage: installer/package.sh [--full] [--slim] [--without-model] [--torch PLACE] [--cpu | --cuda] [--plm DIR]

Installs what is missing, builds, and makes packages in build/packages, each as .tar.gz and .deb:

  flip-workbench       with everything in it, LibTorch for the processor and the language model too
  flip-workbench-slim  without LibTorch: uses the PyTorch of an environment, of the minor version
                       that it was built with, on a graphics processor if that PyTorch can

They run on systems as new as the one that builds or newer; Debian 12 makes packages for Debian 12
and 13 and Ubuntu 24.04.

  --full, --slim   only this one
  --without-model  leave the language model out
$SHARED_OPTIONS
  --help           this text
TEXT
}

kinds=()
with_model=true
while (($# > 0)); do
    shared_option "$@"
    if ((TAKEN == 0)); then
        TAKEN=1
        case $1 in
        --full | --slim) kinds+=("${1#--}") ;;
        --without-model) with_model=false ;;
        --help | -h) usage && exit 0 ;;
        *) usage_error "unknown option $1" ;;
        esac
    fi
    shift "$TAKEN"
done
((${#kinds[@]} > 0)) || kinds=(full slim)

SYSTEM_PACKAGES+=(qt6-wayland xkb-data libqt6svg6 file)
prepare
install_packages
install_parts

step "Build"
model=
! $with_model || model=$(readlink -f "$PARTS/models/$MODEL_NAME")
CONFIGURE_OPTIONS=("-DFLIP_PACKAGE_MODEL=$model" -UFLIP_MODELS_DIR)
configure package
build package || die "the build failed; the compiler's message stands above"
release_lock BUILD_LOCK

step "Packages"
folder=$ROOT/build/packages
mkdir -p "$folder"
for kind in "${kinds[@]}"; do
    for generator in TGZ DEB; do
        say "Packing $kind as $generator"
        quietly env "FLIP_PACKAGE_KIND=$kind" cpack -G "$generator" -B "$folder" \
            --config "$ROOT/build/package/CPackConfig.cmake" ||
            die "packing failed; the lines above say why (the disk has $(free_space))"
    done
done
rm -rf "$folder/_CPack_Packages"
(cd "$folder" && du -h --apparent-size ./*.tar.gz ./*.deb)
