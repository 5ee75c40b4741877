#!/usr/bin/env bash
# Checks the sources with clang-format and clang-tidy. See --help.
set -euo pipefail
ROOT=$(cd "$(dirname "${BASH_SOURCE[0]}")/.." && pwd -P)
TIDY_SECONDS=${FLIP_TIDY_SECONDS:-120}
LAYOUT_VERSION=14 # of clang-format; other versions format some lines differently

usage() {
    cat <<TEXT
Usage: installer/check_style.sh [format | tidy]...

  format  the layout of every source, by .clang-format and clang-format $LAYOUT_VERSION
  tidy    the checks of .clang-tidy on the changed sources; needs a build in build/release

Without an argument it runs both. Sources count as changed if they differ from the commit where this
branch left the main branch, else from the previous commit, including uncommitted files;
FLIP_CHECK_SINCE names another commit. The newest files are checked first, for at most $TIDY_SECONDS seconds
(FLIP_TIDY_SECONDS). A file that was clean is checked again only if it or a project header that it
includes has changed. Sources that include LibTorch take minutes each and are skipped. The output names
what was not checked.

The exit status is 0 if no problem was found, 1 if there are problems, 77 if nothing could be checked.
Problems found by another version of a tool than $LAYOUT_VERSION are printed but are not a failure.
TEXT
}

say() { printf '%s\n' "$*"; }

# version_of TOOL: its major version, or empty.
version_of() { "$1" --version 2>/dev/null | sed -n 's/^.*version \([0-9]*\).*$/\1/p' | head -n 1; }

# ended TOOL VERSION STATUS: returns the status, but 0 for another version than LAYOUT_VERSION.
ended() {
    if (($3 != 0 && $2 != LAYOUT_VERSION)); then
        say "The sources are checked with $1 $LAYOUT_VERSION and this is $1 $2, so this is not a failure."
        return 0
    fi
    return "$3"
}

# Prints the sources, null-terminated, relative to the root.
sources() {
    if git -C "$ROOT" rev-parse --git-dir >/dev/null 2>&1 && [[ -e $ROOT/.git ]]; then
        git -C "$ROOT" ls-files -z --cached --others --exclude-standard -- '*.cpp' '*.h'
    else
        (cd "$ROOT" && find app core resources tests ui \( -name '*.cpp' -o -name '*.h' \) -print0)
    fi
}

check_format() {
    local version files=() file rc=0
    version=$(version_of clang-format)
    if [[ -z $version ]]; then
        say "clang-format is not installed, so the layout of the sources was not checked."
        return 77
    fi
    while IFS= read -r -d '' file; do
        [[ ! -f $ROOT/$file ]] || files+=("$file") # removed and not yet committed
    done < <(sources)
    (cd "$ROOT" && printf '%s\0' "${files[@]}" |
        xargs -0 -n 50 -P "$(nproc)" clang-format --dry-run -Werror) || rc=1
    if ((rc == 0)); then
        say "clang-format $version: ${#files[@]} files are formatted as .clang-format says."
    else
        say "clang-format $version: format the files above with clang-format -i FILE"
    fi
    ended clang-format "$version" "$rc"
}

# The commit to compare with; empty if there is none.
changed_since() {
    local main base
    if [[ -n ${FLIP_CHECK_SINCE:-} ]]; then
        git rev-parse --verify --quiet "$FLIP_CHECK_SINCE^{commit}" || true
        return
    fi
    for main in origin/HEAD origin/main main origin/master master; do
        if base=$(git merge-base HEAD "$main" 2>/dev/null); then
            if [[ $base == "$(git rev-parse HEAD)" ]]; then # this is the main branch
                base=$(git rev-parse --verify --quiet 'HEAD^' || true)
            fi
            printf '%s\n' "$base"
            return
        fi
    done
}

# Prints the changed sources, and the sources with the same name as a changed header.
changed_sources() {
    local base=$1 file
    {
        git diff --name-only --diff-filter=d "$base" -- '*.cpp' '*.h'
        git ls-files --others --exclude-standard -- '*.cpp' '*.h'
    } | while IFS= read -r file; do
        [[ ! -f ${file%.h}.cpp ]] || file=${file%.h}.cpp
        printf '%s\n' "$file"
    done | sort -u
}

check_tidy() {
    local version base rc=0 commands=$ROOT/build/release/compile_commands.json
    version=$(version_of clang-tidy)
    if [[ -z $version ]]; then
        say "clang-tidy is not installed, so its checks were not run."
        return 77
    elif [[ ! -f $commands ]]; then
        say "There is no build in build/release, which clang-tidy needs to read the sources."
        return 77
    elif ! command -v git >/dev/null || [[ ! -e $ROOT/.git ]]; then
        say "Without git the changed files are unknown, so the checks of clang-tidy were not run."
        return 77
    fi
    cd "$ROOT"
    base=$(changed_since)
    if [[ -z $base && -n ${FLIP_CHECK_SINCE:-} ]]; then
        say "FLIP_CHECK_SINCE: git has no commit $FLIP_CHECK_SINCE; name another one"
        return 1
    elif [[ -z $base ]]; then
        say "There is no commit to compare with, so the checks of clang-tidy were not run."
        return 77
    fi
    changed_sources "$base" >build/release/changed_sources
    say "clang-tidy $version, on the changes since $(git log -1 --format='%h, %s' "$base"):"
    python3 -I - "$ROOT" "$version" "$TIDY_SECONDS" <<'PYTHON' || rc=1
import concurrent.futures, hashlib, json, os, re, shlex, subprocess, sys, time

root, version, seconds = sys.argv[1], sys.argv[2], float(sys.argv[3])
build = os.path.join(root, "build/release")
until = time.monotonic() + seconds


def as_clang_reads_it(command):
    """The compiler's arguments without its launcher and GCC's precompiled headers."""
    words, kept = shlex.split(command), []
    while not re.search(r"(\+\+|clang)(-\d+)?$", words[0]) or "ccache" in words[0]:
        words.pop(0)
    position = 0
    while position < len(words):
        if words[position] == "-include" and "cmake_pch" in words[position + 1]:
            position += 2
            continue
        # Only .clang-tidy selects the checks, and Clang does not know all warnings of GCC.
        if words[position] != "-fpch-preprocess" and not words[position].startswith("-W"):
            kept.append(words[position])
        position += 1
    return kept


# The first command of a file is enough: others differ in what they are linked to.
commands, built = {}, set()
for entry in json.load(open(os.path.join(build, "compile_commands.json"))):
    name = os.path.relpath(entry["file"], root)
    entry["arguments"] = as_clang_reads_it(entry.pop("command"))
    commands.setdefault(name, entry)
    if os.path.exists(os.path.join(entry["directory"], entry["arguments"][entry["arguments"].index("-o") + 1])):
        built.add(name)  # and so are the files that moc and others generate from it

texts = {}


def reached_from(name):
    """The file and the project files that it includes; also "torch" if it includes LibTorch."""
    reached, waiting = set(), [name]
    while waiting:
        path = waiting.pop()
        if path in reached:
            continue
        if path not in texts:
            full = os.path.join(root, path)
            texts[path] = open(full, encoding="utf-8", errors="replace").read() if os.path.isfile(full) else ""
        reached.add(path)
        for header in re.findall(r'^\s*#\s*include\s*[<"]([^>"]+)', texts[path], re.M):
            if re.match("(app|core|tests|ui)/", header):
                waiting.append(header)
            elif re.match("(torch|ATen|c10)/", header):
                reached.add("torch")
    return reached


changed = open(os.path.join(build, "changed_sources")).read().split()
known = [name for name in changed if name in built]
reached = {name: reached_from(name) for name in known}
torch = [name for name in known if "torch" in reached[name]]
wanted = [name for name in known if "torch" not in reached[name]]
unbuilt = [name for name in changed if name not in built]

folder = os.path.join(build, "tidy")
os.makedirs(folder, exist_ok=True)
json.dump([commands[name] for name in wanted], open(os.path.join(folder, "compile_commands.json"), "w"))
rules = open(os.path.join(root, ".clang-tidy")).read()


def stamp(name):
    """A file whose existence means that this text of the source and its includes was clean."""
    digest = hashlib.sha256("\0".join([version, rules, *commands[name]["arguments"]]).encode())
    for path in sorted(reached[name]):
        digest.update(f"{path}\0{texts[path]}\0".encode())
    return os.path.join(folder, digest.hexdigest()[:32])


left = []


def look(name):
    """The output of clang-tidy for the file; None if there was no time left."""
    remaining = until - time.monotonic()
    if remaining <= 0:
        left.append(name)
        return None
    try:
        done = subprocess.run(
            ["clang-tidy", "-p", folder, "--quiet", f"--header-filter=^{re.escape(root)}/(app|core|tests|ui)/",
             os.path.join(root, name)], stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True, timeout=remaining)
    except subprocess.TimeoutExpired:
        left.append(name)
        return None
    if done.returncode == 0:
        open(stamps[name], "w").close()
        return ""
    return done.stdout or done.stderr


stamps = {name: stamp(name) for name in wanted}
clean_before = [name for name in wanted if os.path.exists(stamps[name])]
now = [name for name in wanted if name not in set(clean_before)]
now.sort(key=lambda name: -os.stat(os.path.join(root, name)).st_mtime)
bad = 0
with concurrent.futures.ThreadPoolExecutor(os.cpu_count()) as pool:
    for said in pool.map(look, now):
        if said:
            bad += 1
            print(said.replace(root + os.sep, "").rstrip(), flush=True)
for path in os.scandir(folder):  # stamps of old texts
    if len(path.name) == 32 and path.path not in stamps.values():
        os.remove(path.path)
looked = len(now) - len(left)
print(f"{looked} checked, {len(clean_before)} unchanged since they were clean, {bad} with problems.")
if torch:
    print(f"{len(torch)} that include LibTorch were not checked.")
if left:
    print(f"{len(left)} were not checked within {seconds:.0f} seconds; the next call continues with them:")
    print("    " + " ".join(left[:8]) + (" ..." if len(left) > 8 else ""))
if unbuilt:
    print(f"{len(unbuilt)} are not built here, or are headers without a source of the same name.")
sys.exit(1 if bad else 0)
PYTHON
    ended clang-tidy "$version" "$rc"
}

parts=()
for word in "$@"; do
    case $word in
    format | tidy) parts+=("$word") ;;
    --help | -h) usage && exit 0 ;;
    *) printf 'check_style.sh: unknown argument %s; see --help\n' "$word" >&2 && exit 2 ;;
    esac
done
((${#parts[@]} > 0)) || parts=(format tidy)
looked=false
for part in "${parts[@]}"; do
    rc=0
    "check_$part" || rc=$?
    case $rc in
    0) looked=true ;;
    77) ;;
    *) exit 1 ;;
    esac
done
$looked || exit 77
