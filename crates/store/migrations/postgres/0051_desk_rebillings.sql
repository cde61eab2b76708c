-- Which payments charge another one anew, for the list of them: their event begins so.
CREATE INDEX events_rebilling ON events (payment_id)
    WHERE substr(content, 1, 20) = '{"type":"rebilling",';
CREATE INDEX events_rebilling_lately ON events (seq)
    WHERE substr(content, 1, 20) = '{"type":"rebilling",';
