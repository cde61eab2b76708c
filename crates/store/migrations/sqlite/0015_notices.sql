-- What shops' servers are told by themselves. A notice is written in the transaction of the event that
-- calls for it, where the shop has an endpoint.

-- Where a shop takes notices, as the configuration says.
CREATE TABLE endpoints (
    shop             TEXT PRIMARY KEY,
    url              TEXT NOT NULL,
    -- Unix second of the first failure since which nothing was delivered, and how many there were.
    failing_since    INTEGER,
    failures         INTEGER NOT NULL DEFAULT 0,
    -- Nothing is sent to it from then on, and why.
    disabled_at      INTEGER,
    disabled_because TEXT
) STRICT;

CREATE TABLE notices (
    seq          INTEGER PRIMARY KEY,
    id           TEXT NOT NULL UNIQUE,
    session_id   TEXT NOT NULL REFERENCES sessions (id),
    shop         TEXT NOT NULL,
    -- Its place among those of its session: 1, 2, 3…
    place        INTEGER NOT NULL,
    kind         TEXT NOT NULL,
    -- What tells it from the others of its session and kind.
    subject      TEXT NOT NULL,
    content      TEXT NOT NULL,
    created_at   INTEGER NOT NULL,
    -- Unix second from which it may be sent; none once it was delivered or given up.
    next_try_at  INTEGER,
    -- Somebody sends it, until then.
    taken        INTEGER NOT NULL DEFAULT 0,
    tries        INTEGER NOT NULL DEFAULT 0,
    first_try_at INTEGER,
    last_answer  TEXT,
    delivered_at INTEGER,
    UNIQUE (session_id, kind, subject)
) STRICT;

CREATE INDEX notices_by_time ON notices (shop, next_try_at) WHERE next_try_at IS NOT NULL;
CREATE INDEX notices_taken ON notices (shop) WHERE taken = 1;
CREATE INDEX notices_undelivered ON notices (seq) WHERE delivered_at IS NULL;

-- Whether it is still to be recorded that a session's time has passed. Of those that have expired by
-- now nobody is told any more.
ALTER TABLE sessions ADD COLUMN expiry_due INTEGER NOT NULL DEFAULT 1;
UPDATE sessions SET expiry_due = 0 WHERE expires_at <= unixepoch();
CREATE INDEX sessions_by_expiry ON sessions (expires_at)
    WHERE expiry_due = 1 AND settled_by IS NULL;
