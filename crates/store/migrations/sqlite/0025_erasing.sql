-- When what is known of a session's shopper was erased.
ALTER TABLE sessions ADD COLUMN erased_at INTEGER;

-- Of what is not erased yet, the oldest first.
CREATE INDEX sessions_unerased ON sessions (shop, created_at) WHERE erased_at IS NULL;
