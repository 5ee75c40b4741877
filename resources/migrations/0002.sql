-- One row a run that was deleted and may be taken back. Once `purging` is 1 its files are being
-- removed, and it cannot be.
CREATE TABLE trash (
    run INTEGER PRIMARY KEY REFERENCES runs (id) ON DELETE CASCADE,
    deleted TEXT NOT NULL,
    purging INTEGER NOT NULL
) STRICT;
