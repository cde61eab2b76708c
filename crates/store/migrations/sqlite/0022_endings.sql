-- One word for one thing: the last part of a return address is its ending.
ALTER TABLE conversations RENAME COLUMN nonce TO ending;
