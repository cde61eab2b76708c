-- By which backend something is taken, of those that share books on a server. A file has one, and
-- leaves these empty: they are here so that its rows can be copied to a server as they are.
ALTER TABLE questions ADD COLUMN taken_by TEXT;
ALTER TABLE conversations ADD COLUMN taken_by TEXT;
ALTER TABLE operations ADD COLUMN taken_by TEXT;
ALTER TABLE notices ADD COLUMN taken_by TEXT;
