-- What a saved card's first payment with the shopper left, which later ones without the shopper stand
-- on. The cards themselves are the platform's.
CREATE TABLE first_payments (
    account TEXT NOT NULL,
    shop    TEXT NOT NULL,
    shopper TEXT NOT NULL,
    -- The platform's name of the card among the shopper's.
    card    TEXT NOT NULL,
    -- In the provider's own form; opaque.
    proof   TEXT NOT NULL,
    PRIMARY KEY (account, shop, shopper, card)
) STRICT;
