#!/usr/bin/env bash
# Installs what is missing, builds, runs every test. See --help.
set -euo pipefail
# shellcheck source=installer/parts.sh
source "$(dirname "${BASH_SOURCE[0]}")/parts.sh"

usage() {
    cat <<TEXT
Usage: installer/test.sh [--no-sanitizers] [--long] [--torch PLACE] [--cpu | --cuda] [--plm DIR]

Installs what is missing, builds, and runs every test. Then builds the tests with the label unit with
the address and undefined-behaviour sanitizers, and those with the label threads with the thread
sanitizer, and runs them again. It also checks the sources (installer/check_style.sh), which counts as
two more tests. Needs no display. The last line is "N passed, N failed"; the exit status is 0 only if
all passed.

  --no-sanitizers  skip the tests with sanitizers
  --long           also build the packages and start them in a minimal system; needs root
$SHARED_OPTIONS
  --help           print this text

FLIP_FIXTURES names a folder of parity cases to use instead of tests/fixtures.
TEXT
}

sanitizers=true
long=false
while (($# > 0)); do
    shared_option "$@"
    if ((TAKEN == 0)); then
        TAKEN=1
        case $1 in
        --no-sanitizers) sanitizers=false ;;
        --long) long=true ;;
        --help | -h) usage && exit 0 ;;
        *) usage_error "unknown option $1" ;;
        esac
    fi
    shift "$TAKEN"
done

passed=0
failed=0
sound=true
around=() # a command that runs the tests, with its arguments

# check_style PART: adds the result to the counts; a part that could not be checked is not counted.
check_style() {
    local rc=0
    "$ROOT/installer/check_style.sh" "$1" || rc=$?
    case $rc in
    0) passed=$((passed + 1)) ;;
    77) ;;
    *) failed=$((failed + 1)) ;;
    esac
}

# run_tests PRESET [CTEST_ARGUMENTS...]: runs the tests and adds to the counts. A test that ctest could
# not start counts as failed; a skipped test is not counted.
run_tests() {
    local folder=$ROOT/build/$1 results=$ROOT/build/$1/tests.log total bad skipped
    shift
    env -u CLICOLOR_FORCE TMPDIR="${scratch:-${TMPDIR:-/tmp}}" \
        "${around[@]}" ctest --test-dir "$folder" --output-on-failure --no-tests=error -j4 "$@" 2>&1 |
        tee "$results" || sound=false
    total=$(sed -n 's/^.* tests failed out of \([0-9]*\)$/\1/p' "$results" | tail -n 1)
    bad=$(sed -n 's/^.* tests passed, \([0-9]*\) tests failed out of .*$/\1/p' "$results" | tail -n 1)
    skipped=$(grep -Ec '^ *[0-9]+/[0-9]+ Test +#[0-9]+: .*\*\*\*Skipped' "$results" || true)
    ((skipped == 0)) || say "$skipped skipped"
    failed=$((failed + ${bad:-0}))
    passed=$((passed + ${total:-0} - ${bad:-0} - skipped))
}

# run_sanitized PRESET LABEL: builds and runs only the tests with this label.
run_sanitized() {
    local tests
    configure "$1"
    # Each test has the name of its target. Rebuild build.ninja first, so that the list is current.
    quietly cmake --build "$ROOT/build/$1" --target build.ninja || die "configuring failed"
    mapfile -t tests < <(ctest --test-dir "$ROOT/build/$1" -N -L "^$2\$" |
        sed -n 's/^ *Test *#[0-9]*: //p')
    build "$1" "${tests[@]}" || die "the build failed; the compiler's messages are above"
    run_tests "$1" -L "^$2\$"
}

# Tests write many small files and sync each to the disk, which takes no time in memory. If /dev/shm
# does not exist or is too small, they use the usual folder for temporary files.
scratch=
remove_scratch() { [[ -z $scratch ]] || rm -rf -- "$scratch"; }
for left in /dev/shm/flip-tests.*; do # left by runs that were killed
    owner=${left#/dev/shm/flip-tests.}
    owner=${owner%%.*}
    [[ ! $owner =~ ^[0-9]+$ ]] || kill -0 "$owner" 2>/dev/null || rm -rf -- "$left"
done
if [[ -d /dev/shm && -w /dev/shm && $(df --output=avail -m /dev/shm | tail -n 1) -gt 2000 ]]; then
    scratch=$(mktemp -d "/dev/shm/flip-tests.$$.XXXXXX")
    trap remove_scratch EXIT
    chmod 755 "$scratch" # tests of permissions read it as another user
fi

SYSTEM_PACKAGES+=("${STYLE_PACKAGES[@]}")
OPTIONAL_PACKAGES+=("${STYLE_PACKAGES[@]}")
prepare
install_packages
install_parts

export QT_QPA_PLATFORM=offscreen
# Waiting threads must not take CPU time from other tests.
export OMP_WAIT_POLICY=passive

step "Layout of the sources"
check_style format

step "Build"
configure release
build release || die "the build failed; the compiler's messages are above"

step "Tests"
run_tests release

step "Checks of the sources that changed"
check_style tidy

if $sanitizers; then
    step "Unit tests with sanitizers"
    # Shorter stack traces per allocation: a third less time in the kernel.
    export ASAN_OPTIONS=malloc_context_size=6:quarantine_size_mb=16
    export UBSAN_OPTIONS=print_stacktrace=1:halt_on_error=1
    run_sanitized asan unit

    step "Tests of threads with the thread sanitizer"
    # It needs fixed address ranges, which newer kernels may use for randomised mappings.
    ! setarch "$(uname -m)" --addr-no-randomize true 2>/dev/null ||
        around=(setarch "$(uname -m)" --addr-no-randomize)
    run_sanitized tsan threads
    around=()
fi

if $long; then
    release_lock BUILD_LOCK
    "$ROOT/installer/package.sh" ${TORCH_GIVEN:+--torch "$TORCH_GIVEN"} ||
        die "the packages could not be built; the lines above show why"
    step "Packages in a minimal system"
    started=$ROOT/build/packages/started.log
    "$ROOT/tests/packages/start_packages.sh" "$ROOT/build/packages" "$TORCH_FOLDER" 2>&1 |
        tee "$started" || sound=false
    passed=$((passed + $(grep -c '^ok  ' "$started" || true)))
    failed=$((failed + $(grep -c '^FAILED  ' "$started" || true)))
fi

say
"$ROOT/build/release/bin/flip" machine
say
say "$passed passed, $failed failed"
$sound && ((failed == 0))
