-- Since when each key of the configuration is in use, as far as a backend has seen: of its value there
-- are two bytes of a digest, which tell a change and help nobody to guess it.
CREATE TABLE key_ages (
    place      words NOT NULL,
    mark       words NOT NULL,
    first_seen BIGINT NOT NULL,
    PRIMARY KEY (place, mark)
);
