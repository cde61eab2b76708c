-- The ledger: each row is an entry, so much debited to one account and credited to another. Only
-- added to, in the transaction of the event that it follows from.
CREATE TABLE ledger (
    shop        TEXT NOT NULL,
    currency    TEXT NOT NULL,
    -- From 1, without a gap, for each shop and currency.
    number      INTEGER NOT NULL,
    payment_id  TEXT NOT NULL REFERENCES payments (id),
    -- What it is written for, as JSON.
    cause       TEXT NOT NULL,
    -- 'customers', or where money waits for the bank: our account there, a slash, the means.
    debit       TEXT NOT NULL,
    credit      TEXT NOT NULL,
    amount      INTEGER NOT NULL CHECK (amount > 0),
    -- Unix second at which it was known to have happened; at which it was written, never before an
    -- earlier number.
    happened_at INTEGER NOT NULL,
    posted_at   INTEGER NOT NULL,
    PRIMARY KEY (shop, currency, number),
    CHECK (debit <> credit)
) STRICT, WITHOUT ROWID;

CREATE INDEX ledger_by_payment ON ledger (payment_id);

-- Payments of before the ledger, whose entries are written when these books are opened first.
CREATE TABLE ledger_due (
    payment_id TEXT PRIMARY KEY,
    due_at     INTEGER NOT NULL
) STRICT;

INSERT INTO ledger_due
SELECT p.id, unixepoch() FROM payments p
WHERE EXISTS (SELECT 1 FROM events e WHERE e.payment_id = p.id) ORDER BY p.created_at, p.rowid;
