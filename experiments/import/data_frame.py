#!/usr/bin/env python3
"""The alternative to an import: reads a CSV file and converts every column to ids in memory.

data_frame.py pandas|pyarrow|polars FILE; prints seconds and memory as JSON. A value gets an id if it
occurs at least twice in the first 80 % of the rows; nothing is written to the disk.
"""
import json
import resource
import sys
import time


def with_pandas(path, engine):
    import numpy as np
    import pandas as pd

    begin = time.perf_counter()
    frame = pd.read_csv(path, dtype=str, keep_default_na=False, engine=engine)
    training = int(0.8 * len(frame))
    ids = np.empty((len(frame), frame.shape[1] - 1), np.int32)
    first = 0
    for column, name in enumerate(frame.columns[1:]):
        codes, values = pd.factorize(frame[name])
        known = np.bincount(codes[:training], minlength=len(values)) >= 2
        table = np.full(len(values), first, np.int32)
        table[known] = first + 1 + np.arange(known.sum())
        ids[:, column] = table[codes]
        first += 1 + int(known.sum())
    return len(frame), first, time.perf_counter() - begin


def with_polars(path):
    import numpy as np
    import polars as pl

    begin = time.perf_counter()
    frame = pl.read_csv(path, infer_schema_length=0)
    training = int(0.8 * frame.height)
    ids = np.empty((frame.height, frame.width - 1), np.int32)
    first = 0
    for column, name in enumerate(frame.columns[1:]):
        values = frame[name]
        known = (
            values[:training].to_frame().group_by(name, maintain_order=True).len()
            .filter(pl.col("len") >= 2).with_row_index("id").select(name, "id")
        )
        found = values.to_frame().join(known, on=name, how="left", maintain_order="left")["id"]
        ids[:, column] = first + found.cast(pl.Int64).fill_null(-1).to_numpy() + 1
        first += 1 + known.height
    return frame.height, first, time.perf_counter() - begin


if __name__ == "__main__":
    tool, path = sys.argv[1:]
    if tool == "polars":
        rows, ids, seconds = with_polars(path)
    else:
        rows, ids, seconds = with_pandas(path, "c" if tool == "pandas" else "pyarrow")
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss * 1024
    print(json.dumps({"tool": tool, "rows": rows, "ids": ids, "seconds": round(seconds, 2),
                      "peak_rss_bytes": peak}))
