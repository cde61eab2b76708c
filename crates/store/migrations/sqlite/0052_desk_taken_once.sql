-- What is good once at the desk and was taken, such as a provider's answer to a sign-on, by its
-- SHA-256; as long as it could be good again.
CREATE TABLE desk_taken_once (
    digest   BLOB PRIMARY KEY,
    taken_at INTEGER NOT NULL
) STRICT;
CREATE INDEX desk_taken_once_by_time ON desk_taken_once (taken_at);
