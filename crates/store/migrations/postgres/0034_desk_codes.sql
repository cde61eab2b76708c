-- One-time codes of the desk's people, and when who has logged in proved last who they are.

-- What the secret of a person's codes is made of, with the key of the configuration; none until a
-- phone is set up.
ALTER TABLE desk_people ADD COLUMN code_salt BYTEA;
-- The time step of their last code, so that none is taken twice; none until the first one fitted.
ALTER TABLE desk_people ADD COLUMN code_step BIGINT;

-- The second in which the password was given last.
ALTER TABLE desk_logins ADD COLUMN proved_at BIGINT NOT NULL DEFAULT 0;
-- The second in which a code was given.
ALTER TABLE desk_logins ADD COLUMN coded_at BIGINT;
