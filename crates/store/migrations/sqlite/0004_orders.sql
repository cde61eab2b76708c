-- The sessions of a shop that have one `order_key` pay one order. The first that is settled pays it;
-- what another one of them takes is a surplus.
ALTER TABLE sessions ADD COLUMN reference TEXT NOT NULL DEFAULT '';
ALTER TABLE sessions ADD COLUMN order_key TEXT NOT NULL DEFAULT '';

UPDATE sessions SET reference = json_extract(body, '$.reference'),
    order_key = 'reference:' || json_extract(body, '$.reference')
WHERE json_valid(body) AND json_extract(body, '$.reference') IS NOT NULL;

CREATE INDEX sessions_by_reference ON sessions (shop, reference, created_at);
CREATE INDEX sessions_by_order ON sessions (shop, order_key);
