-- Notifications that could not be taken, for a person and for `guichet inspect`. One row for each
-- content, however often it came; how many there are of one account is bounded.
CREATE TABLE messages (
    seq      INTEGER PRIMARY KEY AUTOINCREMENT,
    account  TEXT NOT NULL,
    -- 1: the platform signed it, and it can't be read. 0: nobody is known to have signed it.
    genuine  INTEGER NOT NULL,
    why      TEXT NOT NULL,
    -- The signed pairs of a genuine one, all that arrived of another.
    content  BLOB NOT NULL,
    times    INTEGER NOT NULL DEFAULT 1,
    first_at INTEGER NOT NULL,
    last_at  INTEGER NOT NULL,
    UNIQUE (account, genuine, content)
) STRICT;

CREATE INDEX messages_by_time ON messages (account, genuine, last_at);
