-- What a shop searches its payments and sessions by. Each list is read newest first from an index that
-- begins with the shop, so that a page costs the same however many there are.
ALTER TABLE payments ADD COLUMN shop TEXT NOT NULL DEFAULT '';

UPDATE payments SET shop = coalesce((SELECT s.shop FROM sessions s WHERE s.id = session_id), '');

CREATE INDEX payments_by_shop ON payments (shop, created_at);
CREATE INDEX payments_by_money ON payments (shop, money, created_at);
CREATE INDEX payments_by_method ON payments (shop, method, created_at);
-- What a bank statement or a platform's back office shows.
CREATE INDEX payments_by_reference ON payments (reference);
CREATE INDEX events_by_transaction ON events (transaction_number)
    WHERE transaction_number IS NOT NULL;
CREATE INDEX events_by_call ON events (call) WHERE call IS NOT NULL;
CREATE INDEX sessions_by_shop ON sessions (shop, created_at);
