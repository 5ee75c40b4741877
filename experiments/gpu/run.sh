#!/usr/bin/env bash
# Checks the program on a GPU in at most 8 minutes, without a network: README.md.
# Usage: experiments/gpu/run.sh PACKAGE PYTORCH [OUT]
#   PACKAGE  the unpacked slim package, with parity_test in lib/flip-workbench (installer/package.sh
#            --device-check)
#   PYTORCH  a Python that has the PyTorch it was built for, or the folder of that PyTorch
#   OUT      folder for the reports (default: gpu-check)
# FLIP_CHECK_DEVICE=cpu (default cuda:0) tests the script itself, with fewer steps.
set -uo pipefail
if (($# < 2)); then
    sed -n '3,8s/^# \{0,1\}//p' "$0" >&2
    exit 2
fi
here=$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd -P)
package=$(cd "$1" && pwd -P)
mkdir -p "${3:-gpu-check}"
out=$(cd "${3:-gpu-check}" && pwd -P)
device=${FLIP_CHECK_DEVICE:-cuda:0}
export FLIP_TORCH=$2 FLIP_WORKSPACE=$out/workspace FLIP_MODELS=$out/inputs/models
flip=$package/bin/flip
# flip finds the libraries of the PyTorch, and prints what is wrong if it cannot.
found=$("$flip" machine --json) || exit 2
libraries=$(python3 -c "import json, sys; print(json.load(sys.stdin)['libtorch_folder'])" <<<"$found")
python=$2
if [[ -d $2 ]]; then
    python=python3
    export PYTHONPATH=${libraries%/torch/lib}${PYTHONPATH:+:$PYTHONPATH}
fi
failed=0
rows=400000
pretrain_steps=60
pretrain_batch=128
id_steps=200
if [[ $device == cpu ]]; then
    rows=20000
    pretrain_steps=4
    pretrain_batch=8
    id_steps=20
fi

# part NAME SECONDS COMMAND...: runs the command with a time limit; its output goes to OUT/NAME.log.
part() {
    local name=$1 limit=$2 begun=$SECONDS
    shift 2
    ((limit < 480 - SECONDS)) || limit=$((480 - SECONDS))
    ((limit > 0)) || limit=1
    if timeout "$limit" "$@" >"$out/$name.log" 2>&1; then
        echo "$name: done in $((SECONDS - begun)) s"
    else
        echo "$name: FAILED ($?) after $((SECONDS - begun)) s: $(tail -n 1 "$out/$name.log")"
        failed=$((failed + 1))
    fi
}

part machine 60 "$flip" machine
cat "$out/machine.log"

part parity 90 env "LD_LIBRARY_PATH=$libraries:$package/lib/flip-workbench" "FLIP_TEST_DEVICE=$device" \
    "FLIP_FIXTURES=$package/share/flip-workbench/fixtures" "$package/lib/flip-workbench/parity_test"
grep -c ' ok$' "$out/parity.log" | sed 's/$/ parity cases ok/'
grep ' FAILED$' "$out/parity.log"

part inputs 60 python3 "$here/make_inputs.py" "$out/inputs" \
    "$package/share/flip-workbench/fixtures/tokenizer_wordpiece" "$rows"
part import 60 "$flip" import "$out/inputs" --schema "$out/inputs/schema.toml" --preset csv \
    --name gpu-check --replace

# The device's peak, measured as the fastest of a few square matrix products.
timeout 30 "$python" - "$device" >"$out/peak.json" 2>"$out/peak.log" <<'PYTHON'
import json, sys, time, torch
device = sys.argv[1]
def peak(dtype):
    n, best = (8192 if device != "cpu" else 1024), 0.0
    a = torch.randn(n, n, device=device, dtype=dtype)
    for _ in range(5):
        a @ a
    for _ in range(5):
        wait = torch.cuda.synchronize if device != "cpu" else (lambda: None)
        wait(); begun = time.perf_counter()
        for _ in range(5):
            a @ a
        wait(); best = max(best, 5 * 2 * n**3 / (time.perf_counter() - begun) / 1e12)
    return best
print(json.dumps({"f32": peak(torch.float32), "bf16": peak(torch.bfloat16)}))
PYTHON
if [[ -s $out/peak.json ]]; then
    echo "peak in TFLOP/s: $(cat "$out/peak.json")"
else
    echo "peak: not measured: $(tail -n 1 "$out/peak.log")"
fi
peak=$(python3 -c "import json; print(json.load(open('$out/peak.json'))['f32'])" 2>/dev/null || echo 0)

trained() { # trained NAME SECONDS FILE ASSIGNMENT...
    local name=$1 limit=$2 file=$3 words=()
    shift 3
    for assignment in "device=$device" "$@"; do
        words+=(--set "$assignment")
    done
    part "$name" "$limit" "$flip" run "$here/$file" --events --json "${words[@]}"
    grep '^{' "$out/$name.log" >"$out/$name.jsonl"
}
trained pretrain 120 pretrain.toml "pretrain.max_steps=$pretrain_steps" \
    "pretrain.batch_size=$pretrain_batch"
tokens=$(timeout 20 "$flip" tokenize --plm "$FLIP_MODELS/bert-base-untrained" --input <(
    awk -F, 'NR > 1 && NR < 2000 {print $1 " of group " $4 " reads " $2 ": " $3 ". " $5 ", " $6 ", " $7 ", " $8 ", " $9 "."}' \
        "$out/inputs/rows.csv") | python3 -c "
import json, sys
counts = [len(json.loads(line)['ids']) for line in sys.stdin]
print(sum(counts) / len(counts))")
python3 "$here/report.py" pretraining "$out/pretrain.jsonl" $((pretrain_steps / 3)) \
    --model "$FLIP_MODELS/bert-base-untrained" --tokens "${tokens:-0}" --peak "$peak"
for batch in 4096 16384; do
    trained "ids-$batch" 60 ids.toml "finetune.max_steps=$id_steps" "finetune.batch_size=$batch"
    python3 "$here/report.py" "ids, batch $batch" "$out/ids-$batch.jsonl" $((id_steps / 4))
done

if [[ -d $package/share/flip-workbench/models/all-MiniLM-L6-v2 ]]; then
    part demo 120 "$flip" demo
    tail -n 5 "$out/demo.log"
fi
((failed == 0)) && echo "all parts done" || echo "$failed parts failed"
exit "$((failed > 0))"
