-- What a shop has done with a payment's money. An instruction is what was asked for at once, an
-- operation what is done of it to one part. What became of an operation stands in the events; here is
-- how far it is being worked on.
CREATE TABLE instructions (
    id         TEXT PRIMARY KEY,
    payment_id TEXT NOT NULL REFERENCES payments (id),
    kind       TEXT NOT NULL,
    currency   TEXT NOT NULL,
    -- Who asked: the shop's server, or an operator.
    asked_by   TEXT NOT NULL,
    reason     TEXT,
    -- What of the payment was left out and why, as JSON; opaque.
    left_out   TEXT NOT NULL,
    created_at INTEGER NOT NULL
) STRICT;

CREATE INDEX instructions_by_payment ON instructions (payment_id, kind, created_at);

CREATE TABLE operations (
    id             TEXT PRIMARY KEY,
    instruction_id TEXT NOT NULL REFERENCES instructions (id),
    position       INTEGER NOT NULL,
    payment_id     TEXT NOT NULL REFERENCES payments (id),
    -- The platform's number of the part's transaction.
    part           TEXT NOT NULL,
    amount         INTEGER NOT NULL CHECK (amount > 0),
    stage          TEXT NOT NULL,
    -- Unix second at which a job takes it up; none once nobody does.
    next_try_at    INTEGER,
    tries          INTEGER NOT NULL DEFAULT 0,
    -- What came of the last try, for whoever looks into it.
    last_answer    TEXT,
    UNIQUE (instruction_id, position)
) STRICT;

-- One at a time on a part, whatever the rules above the tables say.
CREATE UNIQUE INDEX operations_open ON operations (payment_id, part) WHERE stage <> 'over';
CREATE INDEX operations_by_time ON operations (next_try_at) WHERE next_try_at IS NOT NULL;
CREATE INDEX operations_by_payment ON operations (payment_id);
