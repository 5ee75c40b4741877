#!/usr/bin/env python3
"""Writes MovieLens-100K's rows as sentences of the default template, one per line.

sentences.py FOLDER FILE; FOLDER holds u.data, u.user, u.item and u.genre. Rows with 3 stars are left
out, as by the preset movielens-100k.
"""
import sys
from pathlib import Path


def table(folder, name):
    text = (folder / name).read_text(encoding="latin-1")
    return [line.split("\t" if name == "u.data" else "|") for line in text.splitlines() if line]


def main(folder, target):
    genres = [name for name, number in table(folder, "u.genre")]
    users = {user: values for user, *values in table(folder, "u.user")}
    films = {}
    for film, title, _, _, _, *flags in table(folder, "u.item"):
        films[film] = title, ", ".join(genre for genre, flag in zip(genres, flags) if flag == "1")
    with open(target, "w", encoding="utf-8", newline="\n") as out:
        for user, film, stars, _ in table(folder, "u.data"):
            if stars == "3":
                continue
            age, gender, occupation, zip_code = users[user]
            title, genre = films[film]
            out.write(f"user_id is {user}. gender is {gender}. age is {age}. occupation is "
                      f"{occupation}. zip_code is {zip_code}. movie_id is {film}. title is "
                      f"{title}. genre is {genre}.\n")


if __name__ == "__main__":
    main(Path(sys.argv[1]), sys.argv[2])
