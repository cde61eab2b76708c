-- Deeds that wait for a second person, and what that one decided.
CREATE TABLE desk_approvals (
    key        words PRIMARY KEY REFERENCES desk_deeds (key),
    -- What the asker was told would be given up, in minor units, and how many instructions the
    -- payment had then: it is done for what they have seen, or not at all.
    gives_up   BIGINT NOT NULL,
    seen       BIGINT NOT NULL,
    expires_at BIGINT NOT NULL,
    decided_by words REFERENCES desk_people (name),
    decided_at BIGINT,
    approved   BOOLEAN,
    -- Nobody has decided, and it was neither replaced nor given up.
    waits      BOOLEAN NOT NULL DEFAULT TRUE,
    CHECK ((decided_by IS NULL) = (decided_at IS NULL)),
    CHECK ((decided_by IS NULL) = (approved IS NULL))
);
CREATE INDEX desk_approvals_open ON desk_approvals (expires_at) WHERE waits;
