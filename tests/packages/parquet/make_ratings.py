"""Writes ratings.parquet, with a column for each common compression of Parquet. Needs pyarrow."""

import pathlib

import pyarrow
import pyarrow.parquet

GENRES = ["Drama", "War", "Comedy", "Crime"]
rows = range(40)
table = pyarrow.table({
    "user": pyarrow.array([f"u{row % 5}" for row in rows]).dictionary_encode(),
    "film": pyarrow.array([100000.0 + row % 8 for row in rows]),
    "genres": pyarrow.array([GENRES[row % 4:row % 4 + 2] for row in rows]),
    "when": pyarrow.array([1503694502000 + 250 * row for row in rows], pyarrow.timestamp("ms")),
    "liked": pyarrow.array([row % 3 == 0 for row in rows]),
})
packed = {"user": "snappy", "film": "zstd", "genres.list.element": "gzip", "when": "lz4", "liked": "brotli"}
pyarrow.parquet.write_table(table, pathlib.Path(__file__).with_name("ratings.parquet"), compression=packed,
                            store_schema=True)
