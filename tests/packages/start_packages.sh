#!/usr/bin/env bash
# Installs the packages of installer/package.sh into a system that contains only the C and C++
# libraries, and starts their programs there. Needs root, since it uses chroot.
#
#   tests/packages/start_packages.sh FOLDER_OF_PACKAGES PYTORCH_FOLDER [PICTURES]
#
# Prints a line for each check; the last line is "N passed, N failed".
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
    [[ -z $root ]] || umount "$root/proc" "$root/pytorch-of-user" 2>/dev/null || true
}
trap 'unmount; rm -rf --one-file-system "$work"' EXIT

# Creates a system with what dpkg needs: a shell, some commands, libc and libstdc++. No Qt, no compiler,
# no Python, no fonts, no keyboard tables.
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

# try NAME COMMAND...: runs the check and counts its result.
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

prints() { # prints TEXT COMMAND...: the command's output contains the text
    local text=$1
    shift
    "$@" >"$work/printed" 2>&1 || true
    cat "$work/printed"
    grep -qF -- "$text" "$work/printed"
}

# A package without Parquet, built where pip offers no Arrow, prints how to get it.
imports_parquet() {
    cp -r "$here/parquet" "$root/tmp/" &&
        if [[ -e $root/usr/lib/flip-workbench/libflip-parquet.so ]]; then
            inside flip import /tmp/parquet --preset csv --schema /tmp/parquet/ratings.toml \
                --name ratings
        else
            prints "installer/run.sh" inside flip import /tmp/parquet --preset csv \
                --schema /tmp/parquet/ratings.toml --name ratings
        fi
}

draws() { # draws PICTURE: saves a screenshot and checks its size
    # Within a condition the shell ignores failures, hence the &&. A window without any text gives a
    # picture of a tenth of that size.
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
    try "$name: flip prints its version" prints "flip " inside flip --version
    if [[ $name == *slim* ]]; then
        try "$name: prints what is missing" prints "name one of version" inside flip machine
        mkdir "$root/pytorch-of-user"
        mount --bind -o ro "$pytorch" "$root/pytorch-of-user"
        given=(FLIP_TORCH=/pytorch-of-user)
    fi
    try "$name: finds LibTorch" prints "LibTorch   2." inside flip machine
    try "$name: imports a Parquet file" imports_parquet
    try "$name: the window draws itself" draws "${name%.*}"
    if inside ls /usr/share/flip-workbench/models/all-MiniLM-L6-v2/config.json >/dev/null 2>&1; then
        try "$name: the demo runs to its result" prints "films never seen in training" inside flip demo
    fi
    unmount
    rm -rf --one-file-system "$root"
    root=
done
echo
echo "$passed passed, $failed failed"
((failed == 0 && passed > 0))
