-- One row per run. `spec` is an experiment file, `ending` the fact RunEnded as JSON (empty while
-- the run is live), `facts` the number of the last fact ever stored, `digest` the row's checksum.
CREATE TABLE runs (
    id INTEGER PRIMARY KEY,
    name TEXT NOT NULL UNIQUE,
    status TEXT NOT NULL,
    kind TEXT NOT NULL,
    dataset TEXT NOT NULL,
    dataset_hash TEXT NOT NULL,
    seed INTEGER NOT NULL,
    created TEXT NOT NULL,
    ended TEXT NOT NULL,
    parent TEXT NOT NULL,
    spec TEXT NOT NULL,
    ending TEXT NOT NULL,
    last_stage TEXT NOT NULL,
    last_step INTEGER NOT NULL,
    facts INTEGER NOT NULL,
    digest INTEGER NOT NULL
) STRICT;

CREATE INDEX runs_by_status ON runs (status);

-- One row per fact, numbered from 1 within its run; a number is never used twice. `body` is the
-- fact as JSON, `digest` its checksum; the other columns repeat parts of it for queries.
CREATE TABLE events (
    run INTEGER NOT NULL REFERENCES runs (id) ON DELETE CASCADE,
    seq INTEGER NOT NULL,
    time REAL,
    kind TEXT NOT NULL,
    stage TEXT NOT NULL,
    step INTEGER NOT NULL,
    body TEXT NOT NULL,
    digest INTEGER NOT NULL,
    PRIMARY KEY (run, seq)
) STRICT, WITHOUT ROWID;
