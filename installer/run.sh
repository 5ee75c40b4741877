#!/usr/bin/env bash
# Sets up and runs the program on a fresh Debian or Ubuntu. See --help.
set -euo pipefail
# shellcheck source=installer/parts.sh
source "$(dirname "${BASH_SOURCE[0]}")/parts.sh"

usage() {
    cat <<TEXT
Usage: installer/run.sh [--build-only] [--torch PLACE] [--cpu | --cuda] [--plm DIR] [--workspace DIR]

Installs what is missing, builds FLIP Workbench and runs its demo. If there is a display, the window
opens afterwards. A second run does only what is left to do.

  --build-only     stop after the build
$SHARED_OPTIONS
  --workspace DIR  folder for the demo's data and runs (default: as for flip itself)
  --help           print this text

What it changes:
  system packages   with apt-get, as root or through sudo, and only if some are missing
  \$FLIP_PARTS       LibTorch, the language model and Arrow, installed by pip in a private environment;
                    currently $PARTS
  build/            in this folder: the program and a log, setup.log

\$FLIP_TORCH has the same effect as --torch.
TEXT
}

build_only=false
while (($# > 0)); do
    shared_option "$@"
    if ((TAKEN == 0)); then
        TAKEN=1
        case $1 in
        --build-only) build_only=true ;;
        --workspace)
            (($# > 1)) || usage_error "--workspace needs a folder"
            export FLIP_WORKSPACE=$2
            TAKEN=2
            ;;
        --help | -h) usage && exit 0 ;;
        *) usage_error "unknown option $1" ;;
        esac
    fi
    shift "$TAKEN"
done

prepare
install_packages
install_parts

step "Build"
configure release
build release flip flip-workbench flip-share ||
    die "the build failed; the compiler's messages are above"
say "Built: $ROOT/build/release/bin/flip and flip-workbench"
"$ROOT/build/release/bin/flip" machine || die "the program does not start; its message is above"
release_lock BUILD_LOCK
if $build_only; then
    exit 0
fi

step "Demo"
"$ROOT/build/release/bin/flip" demo || die "the demo failed; its message is above"
if [[ -n ${DISPLAY:-}${WAYLAND_DISPLAY:-} ]]; then
    step "Window"
    say "Opening FLIP Workbench. To start it later: $ROOT/build/release/bin/flip-workbench"
    "$ROOT/build/release/bin/flip-workbench" ||
        die "the window ended with an error; is the display ${DISPLAY:-$WAYLAND_DISPLAY} available?"
else
    say
    say "There is no display here. With a display: $ROOT/build/release/bin/flip-workbench"
fi
