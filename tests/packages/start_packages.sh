#!/usr/bin/env bash
# Installs the packages of installer/package.sh into a system that holds the C and C++ libraries and
# nothing else, and starts their programs there. Needs root, as it changes the root folder.
#
#   tests/packages/start_packages.sh FOLDER_OF_PACKAGES PYTORCH_FOLDER [PICTURES]
#
# A line for each thing tried; the last one is "N passed, N failed".
set -euo pipefail

here=$(cd "$(dirname "$0")" && pwd -P)
packages=$(cd "$1" && pwd -P)
pytorch=$(cd "$2" && pwd -P)
pictures=${3:-}
PATH=$PATH:/usr/sbin:/sbin
chroot=$(command -v chroot)
work=$(mktemp -d "${TMPDIR:-/tmp}/flip-packages.XXXXXX")
passed=0
failed=0
root=

unmount() {
    [[ -z $root ]] || umount "$root/proc" "$root/pytorch-of-somebody" 2>/dev/null || true
}
trap 'unmount; rm -rf --one-file-system "$work"' EXIT

# A system of what dpkg itself needs: a shell, the usual commands, libc and libstdc++. No Qt, no
# compiler, no Python, no font, no keyboard table.
make_root() {
    root=$work/$1
    mkdir -p "$root"/{bin,usr/bin,lib64,etc,tmp,proc,dev,var/lib/dpkg/{info,updates,triggers}}
    local program library
    for program in sh cat ls env head mkdir rm; do
        program=$(readlink -f "$(command -v "$program")")
        cp "$program" "$root/bin/"
        ldd "$program" | grep -o '/[^ ]*' | while read -r library; do
            cp --parents -L "$library" "$root"
        done
    done
    [[ -e $root/bin/sh ]] || ln -s dash "$root/bin/sh"
    for library in libc.so.6 libm.so.6 libdl.so.2 librt.so.1 libpthread.so.0 libutil.so.1 \
        libresolv.so.2 libnss_files.so.2 libstdc++.so.6 libgcc_s.so.1; do
        library=$(ldconfig -p | sed -n "s|^\t$library (libc6,x86-64.*=> ||p" | head -n 1)
        [[ -z $library ]] || cp --parents -L "$library" "$root"
    done
    mknod -m 666 "$root/dev/null" c 1 3
    mknod -m 666 "$root/dev/urandom" c 1 9
    mount -t proc proc "$root/proc"
    dpkg-query -s libc6 libstdc++6 libgcc-s1 |
        sed '/^Depends:/d; /^Conffiles:/,/^[^ ]/{/^Conffiles:/d;/^ /d}' >"$root/var/lib/dpkg/status"
}

inside() {
    env -i PATH=/usr/bin:/bin HOME=/tmp LANG=C.UTF-8 FLIP_WORKSPACE=/tmp/workspace "${given[@]}" \
        "$chroot" "$root" "$@"
}

# try NAME COMMAND...: counts it.
try() {
    local name=$1 begun=$SECONDS
    shift
    if "$@" >"$work/out" 2>&1; then
        passed=$((passed + 1))
        printf 'ok      %s (%d s)\n' "$name" $((SECONDS - begun))
    else
        failed=$((failed + 1))
        printf 'FAILED  %s\n' "$name"
        sed 's/^/    /' "$work/out" | tail -n 20
    fi
}

says() { # says WORDS COMMAND...: the command's output holds the words
    local words=$1
    shift
    "$@" >"$work/said" 2>&1 || true
    cat "$work/said"
    grep -qF -- "$words" "$work/said"
}

# A package without Parquet, which is made where pip offers no Arrow, says where it comes from.
imports_parquet() {
    cp -r "$here/parquet" "$root/tmp/" &&
        if [[ -e $root/usr/lib/flip-workbench/libflip-parquet.so ]]; then
            inside flip import /tmp/parquet --preset csv --schema /tmp/parquet/ratings.toml \
                --name ratings
        else
            says "installer/run.sh" inside flip import /tmp/parquet --preset csv \
                --schema /tmp/parquet/ratings.toml --name ratings
        fi
}

draws() { # draws PICTURE COMMAND...: a picture of some size
    # Within a condition the shell goes on after a failure, hence the &&. A window without letters
    # makes a picture of a tenth of that size.
    inside flip-workbench --page data --screenshot /tmp/page.png --size 1280x800 &&
        [[ $(stat -c %s "$root/tmp/page.png") -gt 20000 ]] &&
        { [[ -z $pictures ]] || cp "$root/tmp/page.png" "$pictures/$1.png"; }
}

for package in "$packages"/*.tar.gz "$packages"/*.deb; do
    name=$(basename "$package")
    [[ $name == flip-workbench* ]] || continue
    make_root "$name"
    given=()
    if [[ $name == *.deb ]]; then
        try "$name: installs" dpkg --root="$root" --no-triggers -i "$package"
    else
        tar -xzf "$package" -C "$root/usr" --strip-components=1
    fi
    try "$name: flip says its version" says "flip " inside flip --version
    if [[ $name == *slim* ]]; then
        try "$name: says what is missing" says "name one of version" inside flip machine
        mkdir "$root/pytorch-of-somebody"
        mount --bind -o ro "$pytorch" "$root/pytorch-of-somebody"
        given=(FLIP_TORCH=/pytorch-of-somebody)
    fi
    try "$name: finds LibTorch" says "LibTorch   2." inside flip machine
    try "$name: imports a Parquet file" imports_parquet
    try "$name: the window draws itself" draws "${name%.*}"
    if inside ls /usr/share/flip-workbench/models/all-MiniLM-L6-v2/config.json >/dev/null 2>&1; then
        try "$name: the demo comes to its result" says "films never seen in training" inside flip demo
    fi
    unmount
    rm -rf --one-file-system "$root"
    root=
done
echo
echo "$passed passed, $failed failed"
((failed == 0 && passed > 0))
