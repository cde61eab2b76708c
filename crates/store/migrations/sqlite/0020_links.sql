-- Links that a shop sends, by which a browser gets a session without its secret in the address.
CREATE TABLE links (
    -- SHA-256 of the token in the address.
    digest     BLOB PRIMARY KEY,
    session_id TEXT NOT NULL REFERENCES sessions (id),
    -- Unix second from which it opens nothing.
    expires_at INTEGER NOT NULL,
    created_at INTEGER NOT NULL,
    -- Once it was used: SHA-256 of what the page of that press was told apart by.
    used_by    BLOB,
    used_at    INTEGER
) STRICT;
