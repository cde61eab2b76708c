-- Who looks after what needs a person, and what they have looked after. It stays here as it stands;
-- what was done and when is in desk_deeds.
CREATE TABLE desk_matters (
    -- A payment's id, the number of a message that fits none, or that of one that can't be read.
    subject TEXT NOT NULL,
    -- Why it needs a person.
    cause TEXT NOT NULL,
    taken_by TEXT REFERENCES desk_people (name),
    taken_at INTEGER,
    done_by TEXT REFERENCES desk_people (name),
    done_at INTEGER,
    remark TEXT NOT NULL DEFAULT '',
    -- How much had been told of the cause when it was done: once there is more, it is not done.
    told INTEGER NOT NULL DEFAULT 0,
    PRIMARY KEY (subject, cause),
    CHECK ((taken_by IS NULL) = (taken_at IS NULL)),
    CHECK ((done_by IS NULL) = (done_at IS NULL))
) STRICT;

-- What of a payment's attention was looked after: a part of it, in the same order.
ALTER TABLE payments ADD COLUMN handled TEXT NOT NULL DEFAULT '[]';
DROP INDEX payments_by_attention;
CREATE INDEX payments_by_attention ON payments (created_at) WHERE attention <> handled;
