-- The backends that serve these books, each by the name that its connections have, and since when
-- each is heard of without a pause: by the server's clock.
CREATE TABLE backends (
    name    words PRIMARY KEY,
    since   TIMESTAMPTZ NOT NULL,
    seen_at TIMESTAMPTZ NOT NULL
);

-- By which of them something is taken, or was last.
ALTER TABLE questions ADD COLUMN taken_by words;
ALTER TABLE conversations ADD COLUMN taken_by words;
ALTER TABLE operations ADD COLUMN taken_by words;
ALTER TABLE notices ADD COLUMN taken_by words;
