-- What each person of the desk may do; who was there before looks.
ALTER TABLE desk_people ADD COLUMN role TEXT NOT NULL DEFAULT 'look'
    CHECK (role IN ('look', 'refund', 'all'));
-- Of the role refund: what may be given back a day, such as `EUR=500.00`; empty for the others.
ALTER TABLE desk_people ADD COLUMN refund_limits TEXT NOT NULL DEFAULT ''
    CHECK ((role = 'refund') = (refund_limits <> ''));
