-- What was done and what was refused are read apart, so that refusals, which anybody can cause, hide
-- nothing.
CREATE INDEX desk_acts_done ON desk_acts (seq) WHERE act NOT IN ('refused', 'code_refused');
CREATE INDEX desk_acts_refused ON desk_acts (seq) WHERE act IN ('refused', 'code_refused');
