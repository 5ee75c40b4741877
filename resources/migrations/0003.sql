-- A checksum over the other columns; none in rows of earlier versions.
ALTER TABLE trash ADD COLUMN digest INTEGER;
