-- Columns for what is searched and compared, and one way to say that something is over.

-- What of a session a person looks for. It is in `body` too, which is what is read; neither changes.
ALTER TABLE sessions ADD COLUMN amount INTEGER;
ALTER TABLE sessions ADD COLUMN currency TEXT;

UPDATE sessions SET amount = json_extract(body, '$.amount'),
    currency = json_extract(body, '$.currency')
WHERE json_valid(body);

-- Notifications that could not be read were events once, which they are not.
INSERT INTO messages (account, genuine, why, content, first_at, last_at)
SELECT account, 1, coalesce(json_extract(content, '$.why'), ''), coalesce(raw, x''), received_at,
    received_at
FROM events WHERE payment_id IS NULL AND json_extract(content, '$.type') = 'unreadable'
ORDER BY seq
ON CONFLICT (account, genuine, content) DO UPDATE SET times = times + 1,
    first_at = min(first_at, excluded.first_at), last_at = max(last_at, excluded.last_at);

DELETE FROM events WHERE payment_id IS NULL AND json_extract(content, '$.type') = 'unreadable';

-- Of an event that tells of a transaction; `trust` of one that claims or proves it.
ALTER TABLE events ADD COLUMN trust TEXT;
ALTER TABLE events ADD COLUMN call TEXT;
ALTER TABLE events ADD COLUMN transaction_number TEXT;

UPDATE events SET trust = json_extract(content, '$.trust'), call = json_extract(content, '$.call'),
    transaction_number = json_extract(content, '$.transaction')
WHERE json_valid(content);

-- A question that is over has no next try, as a conversation has none.
CREATE TABLE open_queries (
    event_seq   INTEGER PRIMARY KEY REFERENCES events (seq),
    payment_id  TEXT NOT NULL REFERENCES payments (id),
    -- Unix second from which it may be asked; none once it is over.
    next_try_at INTEGER,
    tries       INTEGER NOT NULL DEFAULT 0,
    last_answer TEXT
) STRICT;

INSERT INTO open_queries
SELECT event_seq, payment_id, nullif(next_try_at, 9223372036854775807), tries, last_answer
FROM queries;

DROP TABLE queries;
ALTER TABLE open_queries RENAME TO queries;

CREATE INDEX queries_by_time ON queries (next_try_at) WHERE next_try_at IS NOT NULL;
CREATE INDEX queries_by_payment ON queries (payment_id);

-- Answers to requests that went on with a payment had no time. They are no older than the payment;
-- where there is none, they are as old as this table's new columns.
UPDATE idempotency SET created_at = coalesce(
    (SELECT p.created_at FROM payments p
     WHERE scope LIKE 'payment/%/continue' AND p.id = substr(scope, 9, length(scope) - 17)),
    unixepoch()
)
WHERE created_at = 0;

-- When a card's first payment was kept, and when a payment with that card last left one.
CREATE TABLE kept_first_payments (
    account    TEXT NOT NULL,
    shop       TEXT NOT NULL,
    shopper    TEXT NOT NULL,
    -- The platform's name of the card among the shopper's.
    card       TEXT NOT NULL,
    -- In the provider's own form; opaque.
    proof      TEXT NOT NULL,
    created_at INTEGER NOT NULL,
    used_at    INTEGER NOT NULL,
    PRIMARY KEY (account, shop, shopper, card)
) STRICT;

INSERT INTO kept_first_payments
SELECT account, shop, shopper, card, proof, unixepoch(), unixepoch() FROM first_payments;

DROP TABLE first_payments;
ALTER TABLE kept_first_payments RENAME TO first_payments;
