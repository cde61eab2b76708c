-- What became of a question is a state of its own; what was answered is for a person to read.
ALTER TABLE questions ADD COLUMN state TEXT NOT NULL DEFAULT 'waiting';

UPDATE questions SET state = CASE
        WHEN last_answer IS NULL THEN 'waiting'
        WHEN last_answer IN ('asking', 'agreed', 'ours') THEN last_answer
        WHEN substr(last_answer, 1, 8) = 'denied: ' THEN 'denied'
        ELSE 'unanswered'
    END;

UPDATE questions SET last_answer = CASE state
        WHEN 'denied' THEN substr(last_answer, 9)
        WHEN 'unanswered' THEN last_answer
    END;

-- A session whose order is not known is an order of its own.
UPDATE sessions SET order_key = 'session:' || id WHERE order_key = '';
