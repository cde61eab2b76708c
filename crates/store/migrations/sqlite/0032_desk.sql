-- What the desk looks for: money by the hour, orders by their amount and by the shopper's e-mail
-- address, and what a shop was told of a session.
CREATE INDEX ledger_by_time ON ledger (shop, happened_at, currency, debit, credit, amount);
CREATE INDEX sessions_by_amount ON sessions (shop, amount, created_at);
CREATE INDEX sessions_by_email ON sessions (
    shop,
    CASE WHEN json_valid(body) THEN lower(json_extract(body, '$.shopper.email')) END
);
CREATE INDEX notices_by_session ON notices (session_id, seq);
