-- The books. Times are Unix seconds, amounts minor units, JSON is text.

CREATE TABLE sessions (
    id          TEXT PRIMARY KEY,
    shop        TEXT NOT NULL,
    secret_hash BLOB NOT NULL UNIQUE,
    secret_salt BLOB NOT NULL,
    body        TEXT NOT NULL,
    -- The payment that settled the session. Written once, with the event that settled it.
    settled_by  TEXT,
    expires_at  INTEGER NOT NULL,
    created_at  INTEGER NOT NULL
) STRICT;

CREATE TABLE payments (
    id          TEXT PRIMARY KEY,
    session_id  TEXT NOT NULL REFERENCES sessions (id),
    position    INTEGER NOT NULL,
    provider    TEXT NOT NULL,
    account     TEXT NOT NULL,
    method      TEXT NOT NULL,
    kind        TEXT NOT NULL,
    reference   TEXT NOT NULL,
    created_at  INTEGER NOT NULL,
    deadline_at INTEGER NOT NULL,
    -- What the fold of the events gave last: for lists, never read to decide.
    money       TEXT NOT NULL DEFAULT 'pending',
    attention   TEXT NOT NULL DEFAULT '[]',
    deadline_passed INTEGER NOT NULL DEFAULT 0,
    UNIQUE (session_id, position),
    UNIQUE (account, reference)
) STRICT;

CREATE INDEX payments_by_deadline ON payments (deadline_at) WHERE deadline_passed = 0;
CREATE INDEX payments_by_attention ON payments (created_at) WHERE attention <> '[]';

-- Only added to. A genuine message of an unknown reference has no payment and stays here for a person.
CREATE TABLE events (
    seq         INTEGER PRIMARY KEY AUTOINCREMENT,
    payment_id  TEXT REFERENCES payments (id),
    account     TEXT NOT NULL,
    reference   TEXT NOT NULL,
    identity    TEXT NOT NULL,
    content     TEXT NOT NULL,
    source      TEXT NOT NULL,
    raw         BLOB,
    received_at INTEGER NOT NULL,
    UNIQUE (account, identity, content)
) STRICT;

CREATE INDEX events_by_payment ON events (payment_id);
CREATE INDEX events_unmatched ON events (received_at) WHERE payment_id IS NULL;

-- Parts that a signed message claims and that our own account has not confirmed yet.
CREATE TABLE queries (
    event_seq   INTEGER PRIMARY KEY REFERENCES events (seq),
    payment_id  TEXT NOT NULL REFERENCES payments (id),
    next_try_at INTEGER NOT NULL,
    tries       INTEGER NOT NULL DEFAULT 0,
    last_answer TEXT
) STRICT;

CREATE INDEX queries_by_time ON queries (next_try_at);

CREATE TABLE counters (
    scope TEXT NOT NULL,
    day   TEXT NOT NULL,
    value INTEGER NOT NULL,
    PRIMARY KEY (scope, day)
) STRICT;

CREATE TABLE idempotency (
    scope       TEXT NOT NULL,
    key         TEXT NOT NULL,
    fingerprint BLOB NOT NULL,
    body        TEXT NOT NULL,
    created_at  INTEGER NOT NULL,
    PRIMARY KEY (scope, key)
) STRICT;
