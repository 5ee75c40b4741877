"""Reads the JSON lines of `flip run --events --json` and prints the time per step.

    python3 report.py NAME EVENTS WARMUP [--model FOLDER --tokens N --peak TFLOPS]

With --model it also prints the useful work of the encoder's linear layers per second, as a share of
--peak: forward and backward of two passes (clean and masked), 6 operations per weight and token.
"""

import argparse
import json
import os
import statistics

parser = argparse.ArgumentParser()
parser.add_argument("name")
parser.add_argument("events")
parser.add_argument("warmup", type=int)
parser.add_argument("--model")
parser.add_argument("--tokens", type=float, help="average number of tokens per sentence")
parser.add_argument("--peak", type=float, help="TFLOP/s of large matrix products in this number format")
options = parser.parse_args()

steps, result = [], {}
with open(options.events) as file:
    for line in file:
        fact = json.loads(line)
        if fact.get("event") == "step":
            steps.append(fact)
        elif "status" in fact:
            result = fact
counted = steps[options.warmup:]
if not counted or result.get("status") != "finished":
    raise SystemExit(f"{options.name}: no result: {result.get('problem') or result}")
seconds = statistics.median(step["seconds"] for step in counted)
rows = statistics.median(step["rows"] for step in counted)
line = f"{options.name}: {seconds * 1000:.1f} ms a step, {rows / seconds:,.0f} rows/s"
line += f" (median of {len(counted)} steps of {rows:.0f} rows)"
if options.model:
    with open(os.path.join(options.model, "config.json")) as file:
        config = json.load(file)
    width, inner = config["hidden_size"], config["intermediate_size"]
    weights = config["num_hidden_layers"] * (4 * width * width + 2 * width * inner)
    work = 2 * 6 * weights * rows * options.tokens / seconds / 1e12
    line += f", {work:.2f} TFLOP/s useful"
    if options.peak:
        line += f", {100 * work / options.peak:.1f} % of {options.peak:.1f}"
print(line)
