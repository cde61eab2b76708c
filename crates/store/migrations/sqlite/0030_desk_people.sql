-- The people of the desk, their logins, and what was done there or about them.
CREATE TABLE desk_people (
    name TEXT PRIMARY KEY,
    -- argon2id, as a PHC string.
    password TEXT NOT NULL,
    created_at INTEGER NOT NULL,
    disabled_at INTEGER
) STRICT;

CREATE TABLE desk_logins (
    -- SHA-256 of the token in the browser's cookie.
    digest BLOB PRIMARY KEY,
    person TEXT NOT NULL REFERENCES desk_people (name),
    began_at INTEGER NOT NULL,
    seen_at INTEGER NOT NULL
) STRICT;
CREATE INDEX desk_logins_by_person ON desk_logins (person);

CREATE TABLE desk_acts (
    seq INTEGER PRIMARY KEY AUTOINCREMENT,
    happened_at INTEGER NOT NULL,
    -- The name that was given: there may be nobody of that name.
    person TEXT NOT NULL,
    act TEXT NOT NULL,
    -- The address it came from; empty if unknown, or if it was a command on the machine.
    origin TEXT NOT NULL
) STRICT;
CREATE TRIGGER desk_acts_stay BEFORE UPDATE ON desk_acts
BEGIN SELECT RAISE(ABORT, 'acts are only ever added'); END;
CREATE TRIGGER desk_acts_remain BEFORE DELETE ON desk_acts
BEGIN SELECT RAISE(ABORT, 'acts are only ever added'); END;
