"""Moves Guichet's books on: `older.py BOOKS pay_…` makes a payment a day older, so that what waits for
a later day is due; `older.py BOOKS cs_…` has a session run out."""
import sqlite3
import sys

books = sqlite3.connect(sys.argv[1], timeout=30)
named = sys.argv[2]
with books:
    if named.startswith("cs_"):
        books.execute("UPDATE sessions SET expires_at = created_at WHERE id = ?", (named,))
    else:
        books.execute(
            """UPDATE events SET received_at = received_at - 86400, content = iif(
                   json_extract(content, '$.at') IS NULL, content,
                   json_set(content, '$.at', json_extract(content, '$.at') - 86400))
               WHERE payment_id = ?""", (named,))
        books.execute(
            "UPDATE operations SET next_try_at = 0 WHERE payment_id = ? AND stage = 'waiting'",
            (named,))
