-- One word for one thing: what a provider wants to be handed back is its memo, and what a platform is
-- asked is a question.
ALTER TABLE conversations RENAME COLUMN keep TO memo;

ALTER TABLE queries RENAME TO questions;
DROP INDEX queries_by_time;
DROP INDEX queries_by_payment;
CREATE INDEX questions_by_time ON questions (next_try_at) WHERE next_try_at IS NOT NULL;
CREATE INDEX questions_by_payment ON questions (payment_id);
