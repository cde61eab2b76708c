-- What people did at the desk with payments, written before it is done.
CREATE TABLE desk_deeds (
    seq INTEGER PRIMARY KEY AUTOINCREMENT,
    -- Made with the form: the same form does nothing twice.
    key TEXT NOT NULL UNIQUE,
    happened_at INTEGER NOT NULL,
    person TEXT NOT NULL REFERENCES desk_people (name),
    origin TEXT NOT NULL,
    act TEXT NOT NULL,
    -- The payment, or the message to a shop's server.
    subject TEXT NOT NULL,
    -- In minor units; none of what moves no money.
    amount INTEGER,
    currency TEXT,
    reason TEXT NOT NULL,
    CHECK ((amount IS NULL) = (currency IS NULL))
) STRICT;
CREATE INDEX desk_deeds_of_person ON desk_deeds (person, act, happened_at);
CREATE TRIGGER desk_deeds_stay BEFORE UPDATE ON desk_deeds
BEGIN SELECT RAISE(ABORT, 'acts are only ever added'); END;
CREATE TRIGGER desk_deeds_remain BEFORE DELETE ON desk_deeds
BEGIN SELECT RAISE(ABORT, 'acts are only ever added'); END;

-- Those of which nothing was done, and why.
CREATE TABLE desk_undone (
    key TEXT PRIMARY KEY REFERENCES desk_deeds (key),
    why TEXT NOT NULL
) STRICT;
CREATE TRIGGER desk_undone_stay BEFORE UPDATE ON desk_undone
BEGIN SELECT RAISE(ABORT, 'acts are only ever added'); END;
CREATE TRIGGER desk_undone_remain BEFORE DELETE ON desk_undone
BEGIN SELECT RAISE(ABORT, 'acts are only ever added'); END;
