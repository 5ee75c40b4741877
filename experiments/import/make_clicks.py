#!/usr/bin/env python3
"""Writes click data as a CSV: a label and categorical columns whose values follow Zipf's law.

make_clicks.py FILE [ROWS] [COLUMNS] needs NumPy. The same arguments give the same bytes.
"""
import sys

import numpy as np

SIZES = [1000, 400, 150000, 80000, 200, 20, 8000, 500, 3, 40000, 4000, 120000, 2500]  # of columns
BLOCK = 100_000  # rows at a time


def main(path, rows=2_000_000, columns=26):
    random = np.random.default_rng(1)
    shares = []
    for column in range(columns):
        weight = 1.0 / (np.arange(SIZES[column % len(SIZES)]) + 2.0)
        shares.append(np.cumsum(weight / weight.sum()))
    with open(path, "wb") as file:
        file.write(("label," + ",".join(f"C{i + 1}" for i in range(columns)) + "\n").encode())
        for begin in range(0, rows, BLOCK):
            count = min(BLOCK, rows - begin)
            line = [np.char.mod("%d", (random.random(count) < 0.25).astype(int))]
            for column, share in enumerate(shares):
                rank = np.searchsorted(share, random.random(count)).astype(np.uint64)
                spread = (rank * np.uint64(2654435761) + np.uint64(column)) & np.uint64(0xFFFFFFFF)
                line.append(np.char.mod("%08x", spread))
            file.write(("\n".join(",".join(row) for row in zip(*line)) + "\n").encode())


if __name__ == "__main__":
    main(sys.argv[1], *(int(word) for word in sys.argv[2:]))
