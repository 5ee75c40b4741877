#!/usr/bin/env python3
"""Splits MovieLens-100K by whole films: a tenth of them in test, a tenth in valid, the rest in train.

Usage: held_out_films.py FOLDER [DRAW] > split.tsv   (FOLDER holds u.data; DRAW is 1, 2, 3, ...)

Rows are counted like in `flip import --preset movielens-100k`: 3-star ratings are left out.
"""
import random
import sys

SHARE = 0.1

draw = int(sys.argv[2]) if len(sys.argv) > 2 else 1
with open(sys.argv[1] + "/u.data", encoding="latin-1") as lines:
    ratings = [line.split("\t") for line in lines]
kept = [(film, stars) for _, film, stars, _ in ratings if stars != "3"]
films = sorted({film for film, _ in kept}, key=int)
random.Random(6 + draw).shuffle(films)
count = round(SHARE * len(films))
split = {film: "test" for film in films[:count]}
split |= {film: "valid" for film in films[count : 2 * count]}
print("row_index\tsplit")
for row, (film, _) in enumerate(kept):
    print(row, split.get(film, "train"), sep="\t")
