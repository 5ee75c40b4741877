"""Reads the JSON lines of `flip run --events --json` and prints what a step takes.

    python3 report.py NAME EVENTS WARMUP [--model FOLDER --tokens N --peak TFLOPS]

With a model: the share of a peak that the linear layers of its encoder reach, counted as useful work
alone: two passes (clean and masked) of a forward and a backward, 6 operations a weight and token.
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
parser.add_argument("--tokens", type=float, help="tokens of a sentence, on average")
parser.add_argument("--peak", type=float, help="TFLOP/s of large products in the format used")
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
