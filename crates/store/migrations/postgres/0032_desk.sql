-- What the desk looks for: money by the hour, orders by their amount and by the shopper's e-mail
-- address, and what a shop was told of a session.

-- The shopper's e-mail address of a session; none where its body can't be read, which must not keep
-- anybody from writing it.
CREATE FUNCTION email_of(body words) RETURNS TEXT
LANGUAGE plpgsql IMMUTABLE STRICT PARALLEL SAFE AS $$
BEGIN
    RETURN lower(body::json #>> '{shopper,email}');
EXCEPTION WHEN data_exception OR program_limit_exceeded THEN
    RETURN NULL;
END
$$;

CREATE INDEX ledger_by_time ON ledger (shop, happened_at)
    INCLUDE (currency, debit, credit, amount);
CREATE INDEX sessions_by_amount ON sessions (shop, amount, created_at);
CREATE INDEX sessions_by_email ON sessions (shop, email_of(body));
CREATE INDEX notices_by_session ON notices (session_id, seq);
