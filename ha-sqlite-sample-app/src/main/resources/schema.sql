-- created_at: milliseconds since 1970, UTC
CREATE TABLE IF NOT EXISTS task (
  id         TEXT    PRIMARY KEY NOT NULL,
  title      TEXT    NOT NULL,
  done       INTEGER NOT NULL DEFAULT 0 CHECK (done IN (0, 1)),
  created_at INTEGER NOT NULL
);
