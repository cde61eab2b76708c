-- A platform's transaction pays one payment: the first that our own account's word, or the secret
-- address, bound it to. Another payment that claims it gets no effect.
CREATE TABLE transactions (
    account     TEXT NOT NULL,
    call        TEXT NOT NULL,
    transaction_number TEXT NOT NULL,
    payment_id  TEXT NOT NULL REFERENCES payments (id),
    PRIMARY KEY (account, call, transaction_number)
) STRICT;
