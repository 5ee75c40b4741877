#!/usr/bin/env python3
"""Compares the sentences per second of `flip bench tokenize` and Hugging Face `tokenizers`.

compare.py FLIP MODEL DATASET SENTENCES; FLIP is the program, MODEL a folder with a tokenizer.json,
DATASET a dataset of the workspace, and SENTENCES the output of sentences.py. Runs three rounds with a
thread per core and prints the medians as JSON.
"""
import json
import os
import statistics
import subprocess
import sys
import time

os.environ["TOKENIZERS_PARALLELISM"] = "true"
os.environ["RAYON_NUM_THREADS"] = str(os.cpu_count())
from tokenizers import Tokenizer  # noqa: E402, it reads the environment

LEAST_SECONDS = 1.0


def library(encode, lines):
    """Lines a second, and the tokens of one pass."""
    rounds, begin = 0, time.perf_counter()
    while rounds == 0 or time.perf_counter() - begin < LEAST_SECONDS:
        encoded = encode(lines)
        rounds += 1
    seconds = time.perf_counter() - begin
    return rounds * len(lines) / seconds, sum(len(encoding) for encoding in encoded)


def main(flip, model, dataset, sentences):
    tokenizer = Tokenizer.from_file(f"{model}/tokenizer.json")
    tokenizer.no_truncation()
    tokenizer.no_padding()
    with open(sentences, encoding="utf-8", newline="\n") as file:
        lines = file.read().split("\n")[:-1]
    command = [flip, "bench", "tokenize", "--plm", model, "--dataset", dataset, "--json"]
    rates = {"library": [], "library_fast": [], "whole": [], "joined": []}
    for _ in range(3):
        rate, tokens = library(tokenizer.encode_batch, lines)
        rates["library"].append(rate)
        rates["library_fast"].append(library(tokenizer.encode_batch_fast, lines)[0])
        flips = json.loads(subprocess.run(command, check=True, capture_output=True).stdout)
        assert (flips["sentences"], flips["tokens"]) == (len(lines), tokens), (flips, tokens)
        rates["whole"].append(flips["whole_per_s"])
        rates["joined"].append(flips["joined_per_s"])
    median = {name: statistics.median(values) for name, values in rates.items()}
    print(json.dumps({
        "sentences": len(lines), "tokens": tokens, "threads": flips["threads"],
        "rounds": {name: [round(value) for value in values] for name, values in rates.items()},
        "per_s": {name: round(value) for name, value in median.items()},
        "whole_beside_library": round(median["whole"] / median["library"], 1),
        "joined_beside_library": round(median["joined"] / median["library"], 1),
    }, indent=1))


if __name__ == "__main__":
    main(*sys.argv[1:])
