-- Payments that go on after their beginning: with a token, after a return, or by being looked up.
CREATE TABLE conversations (
    payment_id  TEXT PRIMARY KEY REFERENCES payments (id),
    -- The part of the return address that only the platform and this browser are shown.
    nonce       TEXT NOT NULL,
    stage       TEXT NOT NULL,
    -- What the provider wants back; opaque.
    keep        TEXT,
    -- What the browser posted on its return, as JSON pairs; opaque and unproven.
    posted      TEXT,
    -- Unix second at which a job takes it up; none while it waits for the browser.
    next_try_at INTEGER,
    tries       INTEGER NOT NULL DEFAULT 0
) STRICT;

CREATE INDEX conversations_by_time ON conversations (next_try_at) WHERE next_try_at IS NOT NULL;
