-- One row per deleted run. Once `purging` is 1 its files are being removed, and it can no longer be
-- restored.
CREATE TABLE trash (
    run INTEGER PRIMARY KEY REFERENCES runs (id) ON DELETE CASCADE,
    deleted TEXT NOT NULL,
    purging INTEGER NOT NULL
) STRICT;
